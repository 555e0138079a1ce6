using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The scope that a token gets: what the app asked for, limited to the scopes of the APIs that it is for, to what the client may have
/// and to what the user's roles allow. Asking for more than the client may have is an error, because the app is wrong. In a request
/// with <c>openid</c>, an unknown scope is ignored. What the user's roles do not allow is left out, because the app can't know it
/// (RFC 6749 §3.3); the response always states the scope. Who may do what at a registered API is that API's decision: roles limit only
/// Latchkey's own scopes.
/// </summary>
static class GrantedScope
{
    /// <summary>What can be asked for with these APIs: their scopes, and those of OpenID Connect.</summary>
    public static Scope OfApis(params IEnumerable<Api> apis) =>
        Scope.Of([.. Scopes.OpenIdConnect.Tokens, .. apis.SelectMany(api => api.Scope.Tokens)]);

    public static Scope ForClient(Client client, IReadOnlyList<Api> apis, Scope asked)
    {
        var allowed = client.Scope.Intersect(OfApis(apis));
        if (asked.IsEmpty) return allowed.Except(Scopes.OnlyIfNamed);
        // OIDC Core §3.1.2.1: a scope that is not understood is ignored.
        if (asked.Has(Scopes.OpenId)) asked = asked.Intersect(Scope.Of([.. Scopes.All.Tokens, .. Registered(apis)]));
        if (asked.Except(client.Scope) is { IsEmpty: false } excess)
            throw OAuthError.InvalidScope($"This client may not request the scope: {excess}.");
        if (asked.Except(allowed) is { IsEmpty: false } foreign)
            throw OAuthError.InvalidScope($"The scope belongs to none of the requested resources (RFC 8707): {foreign}.");
        return asked;
    }

    /// <summary>The scope with that of the <c>claims</c> parameter, as far as the client may have it. In a request without <c>openid</c>
    /// the parameter means nothing (OpenID Connect Core §5.5).</summary>
    public static Scope WithClaims(Client client, IReadOnlyList<Api> apis, Scope scope, Scope ofClaims)
    {
        if (!scope.Has(Scopes.OpenId)) return scope;
        return Scope.Of([.. scope.Tokens, .. ofClaims.Intersect(client.Scope).Intersect(OfApis(apis)).Except(scope).Tokens]);
    }

    public static Scope ForUser(Tenant tenant, Client client, IEnumerable<HeldRole> roles, IReadOnlyList<Api> apis, Scope asked)
    {
        var granted = ForClient(client, apis, asked).Intersect(Grantable(tenant, roles, apis));
        // A token for an API without scopes is worth something by its audience.
        return granted.IsEmpty && !apis.Any(api => api.IsRegistered)
            ? throw OAuthError.InvalidScope("The user's roles allow none of the requested scope.") : granted;
    }

    /// <summary>
    /// What is left of a scope that was granted before, after client, roles or APIs may have changed. Unlike in a request, an empty scope
    /// is not everything.
    /// </summary>
    public static Scope Remaining(Tenant tenant, Client client, IEnumerable<HeldRole> roles, IReadOnlyList<Api> apis, Scope granted)
    {
        var remaining = granted.Intersect(client.Scope).Intersect(Grantable(tenant, roles, apis));
        return remaining.IsEmpty && !apis.Any(api => api.IsRegistered)
            ? throw OAuthError.InvalidScope("The client or the user is no longer allowed any of the granted scope.") : remaining;
    }

    static Scope Grantable(Tenant tenant, IEnumerable<HeldRole> roles, IReadOnlyList<Api> apis) =>
        Scope.Of([.. Scopes.OfAnyUser.Tokens, .. tenant.Rights(roles).Tokens, .. Registered(apis)]);

    static IEnumerable<string> Registered(IReadOnlyList<Api> apis) =>
        apis.Where(api => api.IsRegistered).SelectMany(api => api.Scope.Tokens);
}
