using Latchkey.Protocol;
using Latchkey.Sessions;


namespace Latchkey.OAuth;

/// <summary>
/// Authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6). A request that does not hold all that belongs to the code changes
/// nothing, or a stranger with half a code could sign people out.
/// </summary>
public sealed class AuthorizationCodeGrant(Codes codes, CodeRedemption redemption) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.AuthorizationCode;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (sessionId, userId) = await codes.Read(request.Tenant.Id, request.Form.Required("code"), request.Cancel)
            ?? throw CodeRedemption.Refused("not one of ours");
        return await redemption.Redeem(request, sessionId, userId, Proven);
    }

    // That the sender is the client that the code was issued to, and holds what belongs to it.
    static CodeBinding Proven(Session session, TokenRequest request)
    {
        var (redirectUri, verifier) = (request.Form["redirect_uri"], request.Form["code_verifier"]);
        if (session.Code is not { } code || session.ClientId != request.Client.Id) throw CodeRedemption.Refused("another client's");
        // OAuth 2.1 lets it be left out where PKCE binds the code; else it is required (RFC 6749 §4.1.3).
        if (redirectUri is null && code.Challenge is null) throw OAuthError.InvalidRequest("redirect_uri is missing.");
        if (redirectUri is not null && !string.Equals(redirectUri, code.RedirectUri, StringComparison.Ordinal))
            throw OAuthError.InvalidGrant("redirect_uri is not the one of the authorization request.");
        // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade.
        if (code.Challenge is null && verifier is not null)
            throw OAuthError.InvalidGrant("There was no code_challenge in the authorization request.");
        if (code.Challenge is { } challenge && (verifier is null || !Pkce.Verify(verifier, challenge)))
            throw OAuthError.InvalidGrant("code_verifier is missing or does not fit the code_challenge.");
        if (code.Jkt is not null && code.Jkt != request.Jkt)
            throw OAuthError.InvalidGrant("The code is bound to another key.");
        return code;
    }
}
