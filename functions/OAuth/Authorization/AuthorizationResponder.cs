using System.Globalization;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Answers authorization requests: with a code (RFC 6749 §4.1.2) or, for a legacy client, with tokens (§4.2.2). A pending
/// request is decided once. Deciding it again within the code's life gives the same response, because browsers send forms
/// twice.
/// </summary>
public sealed class AuthorizationResponder(
    PendingRequests pendingRequests, SessionIssuer issuer, SessionStore sessions, Codes codes, AccessTokens accessTokens,
    IdTokens idTokens, Consents consents, Settings settings, TimeProvider clock)
{
    /// <summary>Grants a request that needed nothing from the user.</summary>
    public Task<AuthorizationResponse> Grant(TenantRequest request, AuthorizationRequest authorization, SignedIn signedIn)
    {
        var scope = InteractionPolicy.Grantable(request.Tenant, authorization, signedIn.User);
        return Grant(request, authorization, signedIn, scope, issuer.NewId(authorization.To.Client, scope));
    }

    /// <summary>Grants a pending request after the user has consented, or has signed in to an app that needs no consent.</summary>
    /// <param name="request">The HTTP request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="authorization">What it asks for.</param>
    /// <param name="signedIn">The user.</param>
    /// <param name="consented">True if the user was asked; the consent is then stored.</param>
    /// <exception cref="Problem">400 <c>sign_in_finished</c>: it was decided a while ago, or by another user.</exception>
    /// <exception cref="OAuthError"><c>access_denied</c>: it was denied before.</exception>
    public async Task<AuthorizationResponse> Grant(
        TenantRequest request, PendingRequest pending, AuthorizationRequest authorization, SignedIn signedIn, bool consented)
    {
        var (tenant, client, userId) = (request.Tenant, authorization.To.Client, signedIn.User.Id);
        var scope = InteractionPolicy.Grantable(tenant, authorization, signedIn.User);
        var decision = new UserDecision(userId, issuer.NewId(client, scope), clock.GetUtcNow());
        var standing = await pendingRequests.Decide(tenant, pending, decision, request.Cancel);
        if (standing.SessionId is not { } sessionId) throw Denied();
        if (standing.UserId != userId || clock.GetUtcNow() >= standing.At + Codes.Life) throw Finished();
        if (consented) await consents.Add(tenant, signedIn.User, client, new(scope, authorization.Apis), request.Cancel);
        return await Grant(request, authorization, signedIn, scope, sessionId);
    }

    /// <summary>Denies a pending request.</summary>
    /// <exception cref="Problem">400 <c>sign_in_finished</c>: it was granted before.</exception>
    public async Task<AuthorizationResponse> Deny(
        TenantRequest request, PendingRequest pending, AuthorizationRequest authorization, User? user)
    {
        var decision = new UserDecision(user?.Id, SessionId: null, clock.GetUtcNow());
        var standing = await pendingRequests.Decide(request.Tenant, pending, decision, request.Cancel);
        return standing.SessionId is null ? AuthorizationResponse.Refusal(request.Tenant, authorization.To, Denied()) : throw Finished();
    }

    async Task<AuthorizationResponse> Grant(
        TenantRequest request, AuthorizationRequest authorization, SignedIn signedIn, Scope scope, string sessionId)
    {
        var signIn = new SignIn(
            request.Tenant, authorization.To.Client, signedIn.User, authorization.Scope, signedIn.Authentication)
        {
            Apis = authorization.Apis,
        };
        var session = issuer.New(signIn, scope, sessionId);
        if (authorization.ResponseType != ResponseType.Code)
        {
            var grant = new SessionGrant(request.Tenant, signIn.Client, session, scope) { Api = signIn.Apis[0] };
            grant = await issuer.WithGroups(grant, request.Cancel);
            return await GrantTokens(request, authorization, grant);
        }
        var code = new CodeBinding(clock.GetUtcNow() + Codes.Life, authorization.To.RedirectUri, authorization.CodeChallenge,
            authorization.Nonce, Jkt: authorization.DpopJkt);
        await issuer.AddPending(request.Tenant, session with { Code = code }, DeviceOf(request), request.Cancel);
        return AuthorizationResponse.Success(request.Tenant, authorization.To, new Dictionary<string, string>
        {
            ["code"] = await codes.For(session, request.Cancel),
        });
    }

    // The implicit grant never gives a refresh token (RFC 6749 §4.2.2), so the session ends with its one access token.
    async Task<AuthorizationResponse> GrantTokens(TenantRequest request, AuthorizationRequest authorization, SessionGrant grant)
    {
        var (client, cancel) = (grant.Client, request.Cancel);
        var ends = grant.Session.CreatedAt.AddSeconds(client.AccessTokenSeconds);
        grant = grant with { Session = grant.Session with { ExpiresAt = ends, IdleExpiresAt = ends } };
        var parameters = new Dictionary<string, string>();
        SignedToken? token = null;
        if (authorization.ResponseType != ResponseType.IdToken)
        {
            token = await accessTokens.ForSession(grant, KeyBinding.None, cancel);
            parameters["access_token"] = token.Encoded;
            parameters["token_type"] = "Bearer";
            parameters["expires_in"] = token.Seconds.ToString(CultureInfo.InvariantCulture);
            if (token.StatedScope is { } stated) parameters["scope"] = stated;
        }
        if (authorization.ResponseType != ResponseType.Token)
            parameters["id_token"] = (await idTokens.For(grant, authorization.Nonce, token?.Encoded, cancel))!;
        await issuer.AddPending(request.Tenant, grant.Session, DeviceOf(request), cancel);
        if (token is not null) await sessions.AddToken(grant.Session, token.Record, cancel);
        return AuthorizationResponse.Success(request.Tenant, authorization.To, parameters);
    }

    Device DeviceOf(TenantRequest request) => Device.Of(request.Http, settings.FrontDoorId);

    static OAuthError Denied() => OAuthError.AccessDenied("The user denied the request.");

    static Problem Finished() => Problem.BadRequest("sign_in_finished", "This sign-in is already finished.");
}
