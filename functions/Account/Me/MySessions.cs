using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>Where the user is signed in: lists the sessions and ends them.</summary>
public sealed class MySessions(
    TenantPipeline pipeline, AccountUsers accounts, UserSessions userSessions, SessionStore sessions, ClientStore clients,
    SessionRevocation revocation, TimeProvider clock)
{
    const string Route = "{tenant}/me/sessions";

    /// <summary>
    /// <c>GET /{tenant}/me/sessions?cursor=&amp;limit=</c> → <c>{sessions, cursor}</c>, in the order of their ends. A page may hold fewer
    /// than its limit, because what has ended is left out.
    /// </summary>
    [Function("me-sessions")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            var user = (await accounts.Find(caller)).User;
            var entries = await userSessions.List(caller.Tenant, user.Id, after, limit + 1, caller.Cancel);
            var page = entries.Take(limit).ToList();
            var found = await Task.WhenAll(page.Select(entry => sessions.Find(caller.Tenant.Id, entry.SessionId, caller.Cancel)));
            var answers = new List<object>();
            foreach (var (entry, session) in page.Zip(found))
            {
                if (session?.IsAlive(clock.GetUtcNow()) is not true) continue;
                var client = await clients.Find(caller.Tenant, session.ClientId, caller.Cancel);
                if (client is not null && !session.HasEnded(caller.Tenant, client, user.State))
                    answers.Add(Answer(entry, session, client, isCurrent: session.Id == caller.Token.SessionId));
            }
            return Results.Json(new { sessions = answers, cursor = Paging.Cursor(entries, limit, entry => entry.SessionId) });
        });

    /// <summary><c>DELETE /{tenant}/me/sessions/{sessionId}</c> → 204: its tokens end at once. 404 <c>session_not_found</c>.</summary>
    [Function("me-session-end")]
    public Task<IResult> End(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = Route + "/{sessionId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var user = (await accounts.Find(caller)).User;
            var session = await sessions.Find(caller.Tenant.Id, request.RouteValues["sessionId"] as string ?? "", caller.Cancel);
            if (session?.UserId != user.Id) throw Problem.NotFound("session_not_found", "The session was not found.");
            await revocation.One(caller.Tenant, user.Id, session.Id, "the user ended it", caller.Cancel);
            return Results.NoContent();
        });

    /// <summary>
    /// <c>DELETE /{tenant}/me/sessions</c> → 204: the user is signed out everywhere but in the session of this token, in all browsers
    /// too; at once here, within 5 seconds on other instances.
    /// </summary>
    [Function("me-sessions-end")]
    public Task<IResult> EndOthers([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var user = (await accounts.Find(caller)).User;
            await revocation.OfUserBut(caller.Tenant, user.Id, caller.Token.SessionId!, found => found, caller.Cancel);
            return Results.NoContent();
        });

    static object Answer(UserSession entry, Session session, Client client, bool isCurrent) => new
    {
        id = entry.SessionId,
        client = client.Id,
        clientName = client.Name,
        session.Scope,
        entry.Device.UserAgent,
        entry.Device.Address,
        createdAt = entry.CreatedAt.UtcDateTime,
        lastUsedAt = session.RotatedAt.UtcDateTime,
        expiresAt = session.EndsAt.UtcDateTime,
        current = isCurrent,
    };
}
