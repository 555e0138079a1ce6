using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>The messages that wait for a user.</summary>
public sealed class InboxEndpoints(
    TenantPipeline pipeline, InboxStore inboxes, Memberships memberships, Blocks blocks, Settings settings)
{
    const int MaxIds = 100;

    /// <summary>
    /// <c>GET /{tenant}/messages?cursor=&amp;limit=</c> → <c>{messages, cursor, more}</c>, in the order in which they arrived. The cursor
    /// is always there. What arrived within the last two minutes comes again. With what was written to the groups that the user belongs
    /// to now by a rule. 404 <c>messages_off</c>.
    /// </summary>
    [Function("messages-inbox")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/messages")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Messages, async caller =>
        {
            var user = MessagingRequest.User(caller, settings);
            var query = Query.Read(request, "cursor", "limit");
            var page = await Read(caller, user, Paging.After(query), Paging.Limit(query));
            return Results.Json(new
            {
                messages = page.Messages.Select(message => message.View()),
                cursor = Paging.Cursor(page.Position),
                page.More,
            });
        });

    /// <summary><c>POST /{tenant}/messages/acknowledge</c> <c>{ids}</c> → 204: they are gone from the inbox, on all devices.</summary>
    [Function("messages-acknowledge")]
    public Task<IResult> Acknowledge(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/messages/acknowledge")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Messages, async caller =>
        {
            var user = MessagingRequest.User(caller, settings);
            var body = await JsonBody.Read<IdsBody>(request);
            if (body.Ids.Count is 0 or > MaxIds) throw Problem.InvalidField("ids", $"must have 1 to {MaxIds} entries");
            List<BucketId> ids = [.. body.Ids.Select(id =>
                BucketId.ParseId(id) ?? throw Problem.InvalidField("ids", "must be ids of messages"))];
            await inboxes.Acknowledge(caller.Tenant.Id, user, ids, caller.Cancel);
            return Results.NoContent();
        });

    // Nobody knows beforehand who belongs to a group by its rule, so its messages are asked for, as the membership is.
    async Task<InboxPage> Read(Caller caller, string user, string? position, int limit)
    {
        var (tenant, cancel) = (caller.Tenant, caller.Cancel);
        if (tenant.GroupRules.Count == 0) return await inboxes.Read(tenant.Id, user, position, limit, cancel);
        List<string> shared = [.. (await memberships.Of(memberships.Who(caller.Http, tenant, user), cancel))
            .Select(membership => membership.Rule).OfType<GroupRule>().Select(InboxStore.OfRule)];
        if (shared.Count == 0) return await inboxes.Read(tenant.Id, user, position, limit, cancel);
        var blocked = (await blocks.Of(tenant.Id, user, cancel)).ToHashSet(StringComparer.Ordinal);
        return await inboxes.Read(tenant.Id, [user, .. shared],
            message => message.From != user && !GroupAudience.Senders(message).Any(blocked.Contains), position, limit, cancel);
    }

    sealed record IdsBody(IReadOnlyList<string> Ids);
}
