using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>The tenant's sessions: lists them, and ends them one by one, by user, by client, or all at once.</summary>
public sealed class AdminSessions(
    TenantPipeline pipeline, SessionStore sessions, UserSessions userSessions, UserStore users, ClientStore clients,
    SessionRevocation revocation,
    TimeProvider clock)
{
    const string CollectionRoute = "{tenant}/admin/sessions";

    /// <summary>
    /// <c>GET /{tenant}/admin/sessions?user=&amp;client=&amp;cursor=&amp;limit=</c> → <c>{sessions, cursor}</c>. With <c>user</c> it
    /// reads an index; otherwise the sessions of all days, a month of them at once. A page may be short, even empty, and have a cursor.
    /// </summary>
    [Function("admin-sessions")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "user", "client", "cursor", "limit");
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            var (found, next) = query["user"] is { } user
                ? await OfUser(caller, user, query["client"], after, limit)
                : await sessions.Page(caller.Tenant.Id, query["client"], after, limit, caller.Cancel);
            return Results.Json(new { sessions = await Answers(caller, found), cursor = Paging.Cursor(next) });
        });

    /// <summary><c>DELETE /{tenant}/admin/sessions/{sessionId}</c> → 204: its tokens end at once.</summary>
    [Function("admin-session-revoke")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = CollectionRoute + "/{sessionId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var session = await sessions.Find(caller.Tenant.Id, request.RouteValues["sessionId"] as string ?? "", caller.Cancel)
                ?? throw Problem.NotFound("session_not_found", "The session was not found.");
            await revocation.One(caller.Tenant, session.UserId, session.Id, "an administrator ended it", caller.Cancel);
            return Results.NoContent();
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/sessions/revoke</c> with one of <c>{user}</c>, <c>{client}</c>, <c>{all: true}</c> → 204. It also
    /// ends browser sign-ins, except with <c>client</c>; with <c>all</c> it ends the caller's own session too.
    /// </summary>
    [Function("admin-sessions-revoke")]
    public Task<IResult> Revoke(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = CollectionRoute + "/revoke")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<SessionSelector>(request);
            if (((bool[])[body.User is not null, body.Client is not null, body.All is true]).Count(isSet => isSet) != 1)
                throw new Problem(400, "invalid_field", "Set exactly one of user, client or all.")
                {
                    Extensions = new Dictionary<string, object?> { ["field"] = "user" },
                };
            if (body.User is { } user && Storage.Ids.IsId(user))
            {
                caller.Audit.Target = (await revocation.OfUser(caller.Tenant, user, caller.Cancel)
                    ?? throw Problem.NotFound("user_not_found", "The user was not found.")).Id;
            }
            else if (body.User is not null)
            {
                throw Problem.NotFound("user_not_found", "The user was not found.");
            }
            else if (body.Client is { } client)
            {
                if (!await revocation.OfClient(caller.Tenant, client, caller.Cancel))
                    throw Problem.NotFound("client_not_found", "The client was not found.");
                caller.Audit.Target = client;
            }
            else
            {
                await revocation.OfTenant(caller.Tenant, caller.Cancel);
                caller.Audit.Detail = "all";
            }
            return Results.NoContent();
        });

    async Task<(IReadOnlyList<Session> Sessions, string? Next)> OfUser(
        Caller caller, string user, string? client, string? after, int limit)
    {
        if (!Storage.Ids.IsId(user)) return ([], null);
        var read = await userSessions.List(caller.Tenant, user, after, UserSessions.AtOnce, caller.Cancel);
        var entries = read.Where(entry => client is null || entry.ClientId == client).Take(limit + 1).ToList();
        var found = await Task.WhenAll(entries.Take(limit).Select(entry =>
            sessions.Find(caller.Tenant.Id, entry.SessionId, caller.Cancel)));
        // There may be more than were read, of which those of the client can be any.
        return ([.. found.OfType<Session>()], entries.Count > limit ? entries[limit - 1].SessionId
            : read.Count == UserSessions.AtOnce ? read[^1].SessionId : null);
    }

    // Each user is read once, all at the same time.
    async Task<IReadOnlyList<object>> Answers(Caller caller, IReadOnlyList<Session> found)
    {
        var ids = found.Select(session => session.UserId).Distinct().ToList();
        var read = await Task.WhenAll(ids.Select(id => users.Find(caller.Tenant, id, caller.Cancel)));
        var byId = ids.Zip(read).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        var answers = new List<object>();
        foreach (var session in found) answers.Add(await Answer(caller, session, byId[session.UserId]));
        return answers;
    }

    async Task<object> Answer(Caller caller, Session session, User? user)
    {
        var client = await clients.Find(caller.Tenant, session.ClientId, caller.Cancel);
        var ended = client is null || session.HasEnded(caller.Tenant, client, user?.State) || !session.IsAlive(clock.GetUtcNow());
        return new
        {
            session.Id,
            user = session.UserId,
            user?.UserName,
            client = session.ClientId,
            session.Scope,
            createdAt = session.CreatedAt.UtcDateTime,
            lastUsedAt = session.RotatedAt.UtcDateTime,
            expiresAt = session.EndsAt.UtcDateTime,
            status = session.IsPending ? "pending" : ended ? "ended" : "active",
        };
    }

    sealed record SessionSelector(string? User = null, string? Client = null, bool? All = null);
}
