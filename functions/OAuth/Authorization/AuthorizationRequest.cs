using Latchkey.Protocol;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>
/// Where an answer may go: a known client and one of its redirect URIs. Before there is one, a failure is a page of
/// ours; from then on it is the app's to hear (RFC 6749 §4.1.2.1).
/// </summary>
/// <param name="Client">The client.</param>
/// <param name="RedirectUri">As it was sent, which is as it was registered but for a loopback port.</param>
/// <param name="Mode">How the answer travels.</param>
/// <param name="State">The app's state, or null.</param>
public sealed record ReturnAddress(Client Client, string RedirectUri, string Mode, string? State)
{
    /// <summary>It leads to a scheme of the app's own, to which nothing can be posted and no browser goes without a click.</summary>
    public bool IsPrivateScheme => Protocol.RedirectUri.IsPrivateScheme(RedirectUri);

    /// <summary>Another program on the device could get the answer (RFC 8252 §8.6): nothing goes to a native app without a click.</summary>
    public bool NeedsClick => Client.Native && Protocol.RedirectUri.IsOnDevice(RedirectUri);
}

/// <summary>A request for authorization in which everything has been checked (RFC 6749 §4.1.1, OIDC Core §3.1.2.1).</summary>
public sealed record AuthorizationRequest
{
    /// <summary>Where the answer goes.</summary>
    public required ReturnAddress To { get; init; }

    /// <summary>What is answered: see <see cref="Protocol.ResponseType"/>.</summary>
    public required string ResponseType { get; init; }

    /// <summary>What the app asks for, within what it may have.</summary>
    public required Scope Scope { get; init; }

    /// <summary>For the ID token, or null.</summary>
    public string? Nonce { get; init; }

    /// <summary>The PKCE challenge (S256), or null.</summary>
    public string? CodeChallenge { get; init; }

    /// <summary>The thumbprint of the key that the code is bound to (RFC 9449 §10), or null.</summary>
    public string? DpopJkt { get; init; }

    /// <summary>See <see cref="Protocol.Prompt"/>.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    /// <summary>The sign-in may be this old, in seconds; null if any will do.</summary>
    public int? MaxAge { get; init; }

    /// <summary>What to write into the sign-in form, or null.</summary>
    public string? LoginHint { get; init; }

    /// <summary>An ID token of the user that the app expects, not yet looked at; or null.</summary>
    public string? IdTokenHint { get; init; }

    /// <summary>True if this prompt was asked for.</summary>
    public bool Asks(string prompt) => Prompts.Contains(prompt);
}
