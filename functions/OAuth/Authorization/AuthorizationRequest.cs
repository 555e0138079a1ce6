using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Where a response may go: a known client and one of its redirect URIs. Until it is known, a failure is shown on our own
/// page; afterwards it is reported to the app (RFC 6749 §4.1.2.1).
/// </summary>
/// <param name="Client">The client.</param>
/// <param name="RedirectUri">As it was sent: as it was registered, except for the port of a loopback address.</param>
/// <param name="Mode">How the response travels: see <see cref="ResponseMode"/>.</param>
/// <param name="State">The app's state, or null.</param>
public sealed record ReturnAddress(Client Client, string RedirectUri, string Mode, string? State)
{
    /// <summary>True for a scheme of the app's own: forms can't be posted to it, and browsers follow it only after a click.</summary>
    public bool IsPrivateScheme => Protocol.RedirectUri.IsPrivateScheme(RedirectUri);

    /// <summary>
    /// True if another program on the device could receive the response (RFC 8252 §8.6). A native app gets nothing without a
    /// click.
    /// </summary>
    public bool NeedsClick => Client.Native && Protocol.RedirectUri.IsOnDevice(RedirectUri);
}

/// <summary>An authorization request in which everything has been checked (RFC 6749 §4.1.1, OIDC Core §3.1.2.1).</summary>
public sealed record AuthorizationRequest
{
    /// <summary>Where the response goes.</summary>
    public required ReturnAddress To { get; init; }

    /// <summary>What the app wants: see <see cref="Protocol.ResponseType"/>.</summary>
    public required string ResponseType { get; init; }

    /// <summary>The APIs that it asks for (RFC 8707 §2.1); Latchkey itself if it names none.</summary>
    public required IReadOnlyList<Api> Apis { get; init; }

    /// <summary>The requested scope, limited to what the app may have.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The nonce for the ID token, or null.</summary>
    public string? Nonce { get; init; }

    /// <summary>The PKCE challenge (S256), or null.</summary>
    public string? CodeChallenge { get; init; }

    /// <summary>The thumbprint of the key that the code is bound to (RFC 9449 §10), or null.</summary>
    public string? DpopJkt { get; init; }

    /// <summary>See <see cref="Protocol.Prompt"/>.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    /// <summary>How old the sign-in may be, in seconds; null if its age does not matter.</summary>
    public int? MaxAge { get; init; }

    /// <summary>
    /// True if the app demands more than one factor, by <c>acr_values</c> (OIDC Core §3.1.2.1, RFC 9470 §4) or <c>claims</c>.
    /// </summary>
    public bool NeedsMultiFactor { get; init; }

    /// <summary>The users of whom one must sign in, by the <c>claims</c> parameter; null if anybody may.</summary>
    public IReadOnlyList<string>? Subjects { get; init; }

    /// <summary>The user name to fill into the sign-in form, or null.</summary>
    public string? LoginHint { get; init; }

    /// <summary>The id of the provider where the user signs in, or null.</summary>
    public string? IdpHint { get; init; }

    /// <summary>An ID token of the user that the app expects, not yet verified; or null.</summary>
    public string? IdTokenHint { get; init; }

    /// <summary>True if the app asked for this prompt.</summary>
    public bool Asks(string prompt) => Prompts.Contains(prompt);
}
