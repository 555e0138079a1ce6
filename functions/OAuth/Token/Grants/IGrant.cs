using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>A token request whose client is authenticated and allowed to use the grant.</summary>
public sealed record TokenRequest(Tenant Tenant, Client Client, Form Form, HttpRequest Http, CancellationToken Cancel)
{
    /// <summary>The thumbprint of the key of the request's DPoP proof, to which its tokens are bound, or null.</summary>
    public string? Jkt { get; init; }

    /// <summary>Tells the audit whose session it is.</summary>
    internal Session? About(Session? session)
    {
        var audit = AuditContext.Of(Http);
        (audit.Actor, audit.Target) = (session?.UserId, session?.Id);
        return session;
    }

    /// <summary>The refresh token that came as a cookie, or null.</summary>
    public string? RefreshCookie { get; init; }
}

/// <summary>One way to get tokens (RFC 6749 §1.3).</summary>
public interface IGrant
{
    /// <summary>The wire word, <c>grant_type</c>.</summary>
    string Type { get; }

    /// <summary>Checks the grant and issues tokens.</summary>
    /// <exception cref="Protocol.OAuthError">The grant is not good.</exception>
    Task<TokenResponse> Redeem(TokenRequest request);
}

/// <summary>A successful answer (RFC 6749 §5.1); <c>expires_in</c> in seconds, the scope always said.</summary>
public sealed record TokenResponse(
    string AccessToken, int ExpiresIn, string Scope, string? RefreshToken = null, string? IdToken = null)
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>When the refresh token ends unless it is used before.</summary>
    [JsonIgnore]
    public DateTimeOffset RefreshExpiresAt { get; init; }

    /// <summary>By which an app shows at the user's next password that the user has signed in on this device before; or null.</summary>
    public string? DeviceToken { get; init; }

    /// <summary><c>Bearer</c> (RFC 6750), or <c>DPoP</c> if the access token is bound to a key (RFC 9449 §5).</summary>
    public string TokenType { get; init; } = "Bearer";
}
