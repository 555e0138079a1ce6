using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.Callers;

/// <summary>An answer whose fields have the snake_case names of OAuth.</summary>
public abstract record OAuthAnswer;

/// <summary>A token response (RFC 6749 §5.1).</summary>
public sealed record TokenAnswer : OAuthAnswer
{
    public required string AccessToken { get; init; }
    public required string TokenType { get; init; }
    public required int ExpiresIn { get; init; }
    public required string Scope { get; init; }
    public string? RefreshToken { get; init; }
    public string? IdToken { get; init; }
    public string? DeviceToken { get; init; }
    public string? IssuedTokenType { get; init; }

    /// <summary>What the ID token says; its signature is not checked.</summary>
    public JsonWebToken ReadIdToken() => new(IdToken);
}

/// <summary>A device authorization response (RFC 8628 §3.2).</summary>
sealed record DeviceCodeAnswer : OAuthAnswer
{
    public required string DeviceCode { get; init; }
    public required string UserCode { get; init; }
    public required string VerificationUri { get; init; }
    public required string VerificationUriComplete { get; init; }
    public required int ExpiresIn { get; init; }
    public required int Interval { get; init; }
}

/// <summary>A pushed authorization response (RFC 9126 §2.2).</summary>
sealed record PushedAnswer : OAuthAnswer
{
    public required string RequestUri { get; init; }
    public required int ExpiresIn { get; init; }
}

/// <summary>What userinfo says about a user (OIDC Core §5.3.2).</summary>
sealed record UserInfoAnswer : OAuthAnswer
{
    public required string Sub { get; init; }
    public string? Name { get; init; }
    public string? PreferredUsername { get; init; }
    public string? GivenName { get; init; }
    public string? FamilyName { get; init; }
    public string? Nickname { get; init; }
    public string? Picture { get; init; }
    public string? Locale { get; init; }
    public string? Zoneinfo { get; init; }
    public long? UpdatedAt { get; init; }
    public string? Email { get; init; }
    public bool? EmailVerified { get; init; }
}
