using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The scope that a token gets: what the app asked for, limited to what the client may have and to what the user's roles
/// allow. Asking for more than the client may have is an error, because the app is wrong. In a request with <c>openid</c>, an
/// unknown scope is ignored. What the user's roles do not allow is left out, because the app can't know it (RFC 6749 §3.3); the
/// response always states the scope.
/// </summary>
static class GrantedScope
{
    public static Scope ForClient(Client client, Scope asked)
    {
        if (asked.IsEmpty) return client.Scope;
        // OIDC Core §3.1.2.1: a scope that is not understood is ignored.
        if (asked.Has(Scopes.OpenId)) asked = asked.Intersect(Scopes.All);
        if (asked.Except(client.Scope) is { IsEmpty: false } excess)
            throw OAuthError.InvalidScope($"This client may not request the scope: {excess}.");
        return asked;
    }

    public static Scope ForUser(Tenant tenant, Client client, IEnumerable<HeldRole> roles, Scope asked)
    {
        var allowed = Scope.Of([.. Scopes.OfAnyUser.Tokens, .. tenant.Rights(roles).Tokens]);
        var granted = ForClient(client, asked).Intersect(allowed);
        return granted.IsEmpty ? throw OAuthError.InvalidScope("The user's roles allow none of the requested scope.") : granted;
    }
}
