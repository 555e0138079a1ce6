using System.Globalization;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Grants what was asked for: a code (RFC 6749 §4.1.2) or, for a legacy client, tokens (§4.2.2). A pending request is
/// answered once; answering it again within the code's life gives the same answer, because browsers send forms twice.
/// </summary>
public sealed class AuthorizationResponder(
    PendingRequests pending, SessionIssuer signIns, SessionStore sessions, Codes codes, AccessTokens accessTokens,
    IdTokens idTokens, Consents approvals, TimeProvider clock)
{
    /// <summary>Grants a request that nobody had to be asked about.</summary>
    public Task<AuthorizationResponse> Grant(
        Tenant tenant, AuthorizationRequest request, SignedIn who, Device device, CancellationToken cancel)
    {
        var scope = AuthorizationDecision.Granted(tenant, request, who.User);
        return Grant(tenant, request, who, scope, signIns.NewId(request.To.Client, scope), device, cancel);
    }

    /// <summary>Grants a pending request, after the user has said yes or has signed in for an app that needs no yes.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="waiting">The pending request.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="who">The user.</param>
    /// <param name="consented">The user was asked: it is kept as an approval.</param>
    /// <param name="device">Where the user is.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="Problem">400 <c>sign_in_finished</c>: it was answered a while ago, or by somebody else.</exception>
    /// <exception cref="OAuthError"><c>access_denied</c>: it was answered with no before.</exception>
    public async Task<AuthorizationResponse> Grant(Tenant tenant, PendingRequest waiting, AuthorizationRequest request,
        SignedIn who, bool consented, Device device, CancellationToken cancel)
    {
        var client = request.To.Client;
        var scope = AuthorizationDecision.Granted(tenant, request, who.User);
        var mine = new Decision(who.User.Id, signIns.NewId(client, scope), clock.GetUtcNow());
        var standing = await pending.Answer(tenant, waiting, mine, cancel);
        if (standing.SessionId is not { } sessionId) throw Denied();
        if (standing.UserId != who.User.Id || clock.GetUtcNow() >= standing.At + Codes.Life) throw Finished();
        if (consented) await approvals.Add(tenant, who.User, client, scope, cancel);
        return await Grant(tenant, request, who, scope, sessionId, device, cancel);
    }

    /// <summary>Answers a pending request with no.</summary>
    /// <exception cref="Problem">400 <c>sign_in_finished</c>: it was answered with yes before.</exception>
    public async Task<AuthorizationResponse> Deny(
        Tenant tenant, PendingRequest waiting, AuthorizationRequest request, User? user, CancellationToken cancel)
    {
        var standing = await pending.Answer(tenant, waiting, new Decision(user?.Id, null, clock.GetUtcNow()), cancel);
        return standing.SessionId is null ? AuthorizationResponse.Refusal(tenant, request.To, Denied()) : throw Finished();
    }

    async Task<AuthorizationResponse> Grant(Tenant tenant, AuthorizationRequest request, SignedIn who, Scope scope,
        string sessionId, Device device, CancellationToken cancel)
    {
        var session = signIns.New(tenant, request.To.Client, who.User, scope, request.Scope, who.Authentication, sessionId);
        if (request.ResponseType != ResponseType.Code)
            return await GrantTokens(tenant, request, session, scope, device, cancel);
        var code = new CodeBinding(clock.GetUtcNow() + Codes.Life, request.To.RedirectUri, request.CodeChallenge, request.Nonce, Jkt: request.DpopJkt);
        await signIns.Await(session with { Code = code }, device, cancel);
        return AuthorizationResponse.Good(tenant, request.To, new Dictionary<string, string>
        {
            ["code"] = await codes.For(session, cancel),
        });
    }

    // The implicit grant: no refresh token ever (RFC 6749 §4.2.2), so the session ends with its one access token.
    async Task<AuthorizationResponse> GrantTokens(Tenant tenant, AuthorizationRequest request, Session session,
        Scope scope, Device device, CancellationToken cancel)
    {
        var client = request.To.Client;
        session = session with { ExpiresAt = session.CreatedAt.AddSeconds(client.AccessTokenSeconds), IdleExpiresAt = session.CreatedAt.AddSeconds(client.AccessTokenSeconds) };
        var answer = new Dictionary<string, string>();
        SignedToken? token = null;
        if (request.ResponseType != ResponseType.IdToken)
        {
            token = await accessTokens.ForSession(tenant, client, session, scope, jkt: null, cancel);
            answer["access_token"] = token.Encoded;
            answer["token_type"] = "Bearer";
            answer["expires_in"] = client.AccessTokenSeconds.ToString(CultureInfo.InvariantCulture);
            answer["scope"] = scope.ToString();
        }
        if (request.ResponseType != ResponseType.Token)
            answer["id_token"] = (await idTokens.For(tenant, client, session, scope, request.Nonce, token?.Encoded, cancel))!;
        await signIns.Await(session, device, cancel);
        if (token is not null) await sessions.AddToken(session, token.Record, cancel);
        return AuthorizationResponse.Good(tenant, request.To, answer);
    }

    static OAuthError Denied() => OAuthError.AccessDenied("The user said no.");

    static Problem Finished() => Problem.BadRequest("sign_in_finished", "This sign-in is finished already.");
}
