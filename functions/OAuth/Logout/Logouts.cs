using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A sign-out request in which everything has been checked.</summary>
/// <param name="Hint">What the ID token says; null if there is none, or it is not valid.</param>
/// <param name="Client">The app that asks, or null if it is unknown.</param>
/// <param name="RedirectUri">Where to go afterwards, an address that the app has registered; or null.</param>
/// <param name="State">The app's state, or null.</param>
public sealed record LogoutRequest(IdTokenHint? Hint, Client? Client, string? RedirectUri, string? State)
{
    /// <summary>Where the browser goes afterwards, with the state; or null.</summary>
    public string? Location => RedirectUri is null || State is null ? RedirectUri
        : $"{RedirectUri}{(RedirectUri.Contains('?') ? '&' : '?')}state={Uri.EscapeDataString(State)}";

    /// <summary>
    /// True if the user must confirm. Without an ID token of the user who is signed in the request may come from a foreign
    /// site, which must not be able to sign people out (OIDC RP-Initiated Logout §2).
    /// </summary>
    public bool MustAsk(SignedIn? signedIn) => signedIn is not null && Hint?.Subject != signedIn.User.Id;
}

/// <summary>Reads and carries out sign-out requests (OIDC RP-Initiated Logout 1.0).</summary>
public sealed class Logouts(
    IdTokenHints hints, ClientStore clients, SessionStore sessions, SessionRevocation revocation, SsoSessions ssoSessions,
    RefreshCookies refreshCookies, Refusals refusals)
{
    /// <summary>Checks the parameters (§2). An invalid hint counts as missing, and then the browser is not redirected anywhere.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: nothing was changed.</exception>
    public async Task<LogoutRequest> Read(TenantRequest request, Form form)
    {
        if (form.Repeated.Count > 0) throw OAuthError.InvalidRequest("A parameter is repeated.");
        if (form["state"]?.Length > RequestReader.MaxStateChars)
            throw OAuthError.InvalidRequest($"state may have at most {RequestReader.MaxStateChars} characters.");
        var (encodedHint, clientId) = (form["id_token_hint"], form["client_id"]);
        var hint = encodedHint is null ? null : await hints.Read(request.Tenant, encodedHint, request.Cancel);
        if (encodedHint is not null && hint is null) return new LogoutRequest(null, null, null, null);
        if (hint is not null && clientId is not null && ClientIdUrl.StoredId(clientId) != hint.ClientId)
            throw OAuthError.InvalidRequest("client_id differs from the client that the ID token was issued to.");
        var client = (hint?.ClientId ?? clientId) is { } id ? await clients.Find(request.Tenant, id, request.Cancel) : null;
        if (client is null && clientId is not null) throw OAuthError.InvalidRequest("No app is registered with this client_id.");
        var redirectUri = client is null ? null : RegisteredUri(request.Tenant, client, form["post_logout_redirect_uri"]);
        return new LogoutRequest(hint, client, redirectUri, form["state"]);
    }

    /// <summary>
    /// Ends the session that the hint names, the sign-in that the session came from, and this browser's sign-in. Doing it again
    /// does no harm.
    /// </summary>
    public async Task End(TenantRequest request, LogoutRequest logout, SignedIn? signedIn)
    {
        var tenant = request.Tenant;
        if (logout.Hint is { } hint && await sessions.Find(tenant.Id, hint.SessionId, request.Cancel) is { } session
            && session.UserId == hint.Subject)
        {
            // From here on everything is finished even if the caller hangs up.
            await revocation.One(tenant, session.UserId, session.Id, "the user signed out", CancellationToken.None);
            // The app may run where the browser's cookie is not, so the session names the sign-in.
            if (session.Authentication.SignInId is { } signInId)
            {
                await revocation.OfSignIn(tenant, session.UserId, signInId, CancellationToken.None);
                await ssoSessions.End(tenant, signInId, CancellationToken.None);
            }
        }
        if (logout is { Hint: not null, Client: { RefreshByCookie: true } client }) refreshCookies.Clear(request, client);
        if (signedIn is null) return;
        await EndHere(request.WithoutCancellation(), signedIn);
    }

    /// <summary>Ends this browser's sign-in and, as <see cref="SessionRevocation.OfSignIn"/> says, the sessions that came from
    /// it.</summary>
    public async Task EndHere(TenantRequest request, SignedIn signedIn)
    {
        if (signedIn.Authentication.SignInId is { } id) await revocation.OfSignIn(request.Tenant, signedIn.User.Id, id, request.Cancel);
        await ssoSessions.End(request);
    }

    string? RegisteredUri(Tenant tenant, Client client, string? uri)
    {
        if (uri is null) return null;
        if (client.PostLogoutRedirectUris.Contains(uri, StringComparer.Ordinal)
            && RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects) is null) return uri;
        refusals.LogoutUri(tenant, client, uri);
        throw OAuthError.InvalidRequest("This post_logout_redirect_uri is not registered for the app.");
    }
}
