using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>A request to sign out in which everything has been checked.</summary>
/// <param name="Hint">What the ID token says, or null if there was none that is good.</param>
/// <param name="Client">The app that asks, or null if it is not known.</param>
/// <param name="RedirectUri">Where to go afterwards: one that this app has registered; or null.</param>
/// <param name="State">The app's state, or null.</param>
public sealed record LogoutRequest(IdTokenHint? Hint, Client? Client, string? RedirectUri, string? State)
{
    /// <summary>Where the browser goes, with the state; or null.</summary>
    public string? Location => RedirectUri is null || State is null ? RedirectUri
        : $"{RedirectUri}{(RedirectUri.Contains('?') ? '&' : '?')}state={Uri.EscapeDataString(State)}";

    /// <summary>
    /// True if the user has to be asked: whoever asks has not shown that it is the app of the user who is signed in, and
    /// a foreign site must not be able to sign people out (OIDC RP-Initiated Logout §2).
    /// </summary>
    public bool MustAsk(SignedIn? who) => who is not null && Hint?.Subject != who.User.Id;
}

/// <summary>Reads requests to sign out and does what they ask (OIDC RP-Initiated Logout 1.0).</summary>
public sealed class Logouts(
    IdTokenHints hints, ClientStore clients, SessionStore sessions, SignOuts signOuts, SsoSessions signIns,
    RefreshCookies refreshCookies)
{

    /// <summary>Checks the parameters (§2). A hint that is not good counts as none, and nobody is sent anywhere on its word.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: nothing was done.</exception>
    public async Task<LogoutRequest> Read(Tenant tenant, Form form, CancellationToken cancel)
    {
        if (form.Repeated.Count > 0) throw OAuthError.InvalidRequest("A parameter is there more than once.");
        if (form["state"]?.Length > RequestReader.MaxStateChars)
            throw OAuthError.InvalidRequest($"state has at most {RequestReader.MaxStateChars} characters.");
        var (sent, named) = (form["id_token_hint"], form["client_id"]);
        var hint = sent is null ? null : await hints.Read(tenant, sent, cancel);
        if (sent is not null && hint is null) return new LogoutRequest(null, null, null, null);
        if (hint is not null && named is not null && named != hint.ClientId)
            throw OAuthError.InvalidRequest("The ID token was issued to another client than client_id.");
        var client = (hint?.ClientId ?? named) is { } id ? await clients.Find(tenant, id, cancel) : null;
        if (client is null && named is not null) throw OAuthError.InvalidRequest("No app is registered with this client_id.");
        return new LogoutRequest(hint, client, client is null ? null : Registered(client, form["post_logout_redirect_uri"]), form["state"]);
    }

    /// <summary>Ends the session that the hint names, the sign-in that it came from, and the sign-in of this browser. Ending twice does no harm.</summary>
    public async Task End(Microsoft.AspNetCore.Http.HttpRequest request, Tenant tenant, LogoutRequest logout, SignedIn? who, CancellationToken cancel)
    {
        if (logout.Hint is { } hint && await sessions.Find(tenant.Id, hint.SessionId, cancel) is { } session && session.UserId == hint.Subject)
        {
            // From here on all of it is done, whether or not the caller is still there.
            await signOuts.End(tenant, session.UserId, session.Id, "the user signed out", CancellationToken.None);
            // Not by the cookie alone: the app may ask from a place that has none.
            if (session.Authentication.SignInId is { } signIn) await signIns.End(tenant, signIn, CancellationToken.None);
        }
        if (logout is { Hint: not null, Client: { RefreshByCookie: true } client }) refreshCookies.Clear(request.HttpContext.Response, tenant, client);
        if (who is not null) await signIns.End(request, tenant, CancellationToken.None);
    }

    static string? Registered(Client client, string? uri)
    {
        if (uri is null) return null;
        return client.PostLogoutRedirectUris.Contains(uri, StringComparer.Ordinal) && RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects) is null
            ? uri : throw OAuthError.InvalidRequest("This post_logout_redirect_uri is not registered for the app.");
    }
}
