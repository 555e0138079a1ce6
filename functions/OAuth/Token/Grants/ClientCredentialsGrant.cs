using Latchkey.Protocol;
using Latchkey.Sessions;

namespace Latchkey.OAuth;

/// <summary>Client credentials (RFC 6749 §4.4): a service acts for itself. It never gets a refresh token (§4.4.3).</summary>
public sealed class ClientCredentialsGrant(AccessTokens accessTokens, IssuedTokens issuedTokens) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.ClientCredentials;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var client = request.Client;
        if (client.IsPublic) throw OAuthError.UnauthorizedClient("A public client has no credentials (RFC 6749 §4.4).");
        var api = RequestedApis.One(request.Tenant, client, request.Form);
        var asked = Scope.Parse(request.Form["scope"]);
        var scope = GrantedScope.ForClient(client, [api], asked);
        if (asked.IsEmpty && !api.IsOwn) scope = scope.Intersect(api.Scope); // Everything at this API, and nothing about a user.
        if (scope.Intersect(Scopes.OfAnyUser) is { IsEmpty: false } needsUser)
            throw OAuthError.InvalidScope($"Only a user can grant: {needsUser}.");
        var target = new ApiClient(request.Tenant, client, api);
        var token = await accessTokens.ForClient(target, scope, request.Key, request.Cancel);
        await issuedTokens.Tables.For(token.Bucket).Put(token.Record, request.Cancel);
        return new TokenResponse(token.Encoded, token.Seconds, token.StatedScope);
    }
}
