using Latchkey.Protocol;
using Latchkey.Sessions;

namespace Latchkey.OAuth;

/// <summary>
/// Authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6). A request that lacks anything that belongs to the code changes
/// nothing; otherwise a stranger with only the code could sign people out.
/// </summary>
public sealed class AuthorizationCodeGrant(Codes codes, CodeRedemption redemption) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.AuthorizationCode;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (sessionId, userId) = await codes.Read(request.Tenant.Id, request.Form.Required("code"), request.Cancel)
            ?? throw CodeRedemption.Refused("not issued here");
        return await redemption.Redeem(request, sessionId, userId, VerifyBinding);
    }

    static CodeBinding VerifyBinding(Session session, TokenRequest request)
    {
        var (redirectUri, verifier) = (request.Form["redirect_uri"], request.Form["code_verifier"]);
        if (session.Code is not { } code || session.ClientId != request.Client.Id)
            throw CodeRedemption.Refused("issued to another client");
        // OAuth 2.1 makes it optional where PKCE binds the code. Otherwise it is required (RFC 6749 §4.1.3).
        if (redirectUri is null && code.Challenge is null) throw OAuthError.InvalidRequest("redirect_uri is missing.");
        if (redirectUri is not null && !string.Equals(redirectUri, code.RedirectUri, StringComparison.Ordinal))
            throw OAuthError.InvalidGrant("redirect_uri differs from the one in the authorization request.");
        // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade attack.
        if (code.Challenge is null && verifier is not null)
            throw OAuthError.InvalidGrant("The authorization request had no code_challenge.");
        if (code.Challenge is { } challenge && (verifier is null || !Pkce.Verify(verifier, challenge)))
            throw OAuthError.InvalidGrant("code_verifier is missing or does not match the code_challenge.");
        if (code.Jkt is not null && code.Jkt != request.Jkt)
            throw OAuthError.InvalidGrant("The code is bound to another key.");
        return code;
    }
}
