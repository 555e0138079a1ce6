using Latchkey.Protocol;
using Latchkey.Sessions;


namespace Latchkey.OAuth;

/// <summary>Client credentials (RFC 6749 §4.4): a service acts for itself. Never a refresh token (§4.4.3).</summary>
public sealed class ClientCredentialsGrant(AccessTokens accessTokens, IssuedTokens issued) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.ClientCredentials;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, client, form, _, cancel) = request;
        if (client.IsPublic) throw OAuthError.UnauthorizedClient("A public client has no credentials (RFC 6749 section 4.4).");
        var scope = GrantedScope.ForClient(client, Scope.Parse(form["scope"]));
        if (scope.Intersect(Scopes.OpenIdConnect) is { IsEmpty: false } users)
            throw OAuthError.InvalidScope($"There is no user here to grant: {users}.");
        var token = await accessTokens.ForClient(tenant, client, scope, request.Jkt, cancel);
        await issued.Tables.For(token.Bucket).Put(token.Record, cancel);
        return new TokenResponse(token.Encoded, client.AccessTokenSeconds, scope.ToString());
    }
}
