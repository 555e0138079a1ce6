using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A token request. Its client is authenticated and may use the grant.</summary>
public sealed record TokenRequest : TenantRequest
{
    /// <summary>The token request of a client.</summary>
    public TokenRequest(TenantRequest request, Client client, Form form) : base(request) => (Client, Form) = (client, form);

    /// <summary>The client.</summary>
    public Client Client { get; }

    /// <summary>The parameters.</summary>
    public Form Form { get; }

    /// <summary>The key of the request's DPoP proof and its client certificate, to which its tokens are bound.</summary>
    public KeyBinding Key { get; init; } = KeyBinding.None;

    /// <summary>The thumbprint of the key of the request's DPoP proof, or null.</summary>
    public string? Jkt => Key.Jkt;

    /// <summary>The refresh token that came as a cookie, or null.</summary>
    public string? RefreshCookie { get; init; }

    /// <summary>Names the session's user and the session in the audit.</summary>
    internal Session? Audited(Session? session)
    {
        (Audit.Actor, Audit.Target) = (session?.UserId, session?.Id);
        return session;
    }
}

/// <summary>One way to get tokens (RFC 6749 §1.3). A grant that is registered in Services.cs appears in discovery.</summary>
public interface IGrant
{
    /// <summary>Its <c>grant_type</c>.</summary>
    string Type { get; }

    /// <summary>Checks the grant and issues tokens.</summary>
    /// <exception cref="Protocol.OAuthError">The grant is not valid.</exception>
    Task<TokenResponse> Redeem(TokenRequest request);
}

/// <summary>
/// A successful token response (RFC 6749 §5.1). <c>expires_in</c> is in seconds; the scope is always stated, unless it is empty.
/// </summary>
public sealed record TokenResponse(
    string AccessToken, int ExpiresIn, string? Scope, string? RefreshToken = null, string? IdToken = null)
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>When the refresh token expires if it is not used.</summary>
    [JsonIgnore]
    public DateTimeOffset RefreshExpiresAt { get; init; }

    /// <summary>
    /// An app sends this with the user's next password, to show that the user has signed in on this device before; or null.
    /// </summary>
    public string? DeviceToken { get; init; }

    /// <summary>What a token exchange issued (RFC 8693 §2.2.1); null for any other grant.</summary>
    public string? IssuedTokenType { get; init; }

    /// <summary><c>Bearer</c> (RFC 6750), or <c>DPoP</c> if the access token is bound to a key (RFC 9449 §5).</summary>
    public string TokenType { get; init; } = "Bearer";
}
