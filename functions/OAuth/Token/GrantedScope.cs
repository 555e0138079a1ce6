using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// What a token may say: what was asked for, within what the client may have and what the user's roles give. Asking for
/// more than the client may have is an error, because the app is wrong (beside <c>openid</c>, a scope that nobody knows is ignored); what the user's roles lack is left out, because
/// the app can't know it (RFC 6749 §3.3; the answer always says the scope).
/// </summary>
static class GrantedScope
{
    public static Scope ForClient(Client client, Scope asked)
    {
        if (asked.IsEmpty) return client.Scope;
        // OIDC Core §3.1.2.1: a scope that is not understood is ignored. The token response says what was granted.
        if (asked.Has(Scopes.OpenId)) asked = asked.Intersect(Scopes.All);
        if (asked.Except(client.Scope) is { IsEmpty: false } beyond)
            throw OAuthError.InvalidScope($"This client may not ask for: {beyond}.");
        return asked;
    }

    public static Scope ForUser(Tenant tenant, Client client, IEnumerable<HeldRole> roles, Scope asked)
    {
        var rights = Scope.Of([.. Scopes.OpenIdConnect.Tokens, .. tenant.Rights(roles).Tokens]);
        var granted = ForClient(client, asked).Intersect(rights);
        return granted.IsEmpty ? throw OAuthError.InvalidScope("The user has no right to any of it.") : granted;
    }
}
