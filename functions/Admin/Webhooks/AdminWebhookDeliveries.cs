using Latchkey.Access;
using Latchkey.Events;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// What is being sent to a webhook, what it has accepted and what was given up. Instead of a webhook's id, <c>eventgrid</c> stands for
/// the deployment's Event Grid topic, if it has one, with an operator's token for the tenant.
/// </summary>
public sealed class AdminWebhookDeliveries(
    TenantPipeline pipeline, WebhookStore webhooks, EventQueue queue, DeliveryLog log, EventSender sender, EventGridTopic topic,
    TimeProvider clock)
{
    const string ItemRoute = "{tenant}/admin/webhooks/{webhook}";

    /// <summary>
    /// <c>GET /{tenant}/admin/webhooks/{webhook}/deliveries?state=pending|delivered|dead&amp;limit=&amp;cursor=</c> →
    /// <c>{deliveries, cursor}</c>: pending ones as they are due, the others the newest first.
    /// </summary>
    [Function("admin-webhook-deliveries")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute + "/deliveries")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "state", "limit", "cursor");
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            var receiver = await Receiver(request, caller);
            var state = query.OneOf("state", "pending", "delivered", "dead") ?? "dead";
            var page = state == "pending" ? await Pending(caller, receiver, after, limit)
                : await Past(caller, receiver, state == "delivered", after, limit);
            return Results.Json(new { deliveries = page.Items, page.Cursor });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/webhooks/{webhook}/deliveries/{delivery}/retry</c> → 202: a dead letter, or what was accepted, is sent
    /// again, with its <c>webhook-id</c>. 404 <c>delivery_not_found</c>, 409 <c>webhook_disabled</c>.
    /// </summary>
    [Function("admin-webhook-retry")]
    public Task<IResult> Retry([HttpTrigger(
        AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/deliveries/{delivery}/retry")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var receiver = await Receiver(request, caller, toSend: true);
            var found = await log.Find(caller.Tenant.Id, receiver, request.RouteValues["delivery"] as string ?? "", caller.Cancel)
                ?? throw Problem.NotFound("delivery_not_found", "The delivery was not found.");
            // First what is to be sent: if this ends in between, the dead letter is still there, and is sent with the same id again.
            await Queue(caller, receiver, found.Event);
            if (!found.Delivered) await log.Remove(caller.Tenant.Id, receiver, found.Id);
            return Results.Json(new { eventId = found.Event.Id }, statusCode: 202);
        });

    /// <summary><c>POST /{tenant}/admin/webhooks/{webhook}/test</c> → 202: an event <c>webhook.test</c> is sent. 409
    /// <c>webhook_disabled</c>.</summary>
    [Function("admin-webhook-test")]
    public Task<IResult> Test(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/test")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var receiver = await Receiver(request, caller, toSend: true);
            var sent = new TenantEvent(EventTypes.Test, ("webhookId", receiver)).Store(caller.Tenant, clock.GetUtcNow());
            await Queue(caller, receiver, sent);
            return Results.Json(new { eventId = sent.Id }, statusCode: 202);
        });

    async Task Queue(Caller caller, string receiver, StoredEvent sent)
    {
        var delivery = await queue.Add(Delivery.New(caller.Tenant.Id, receiver, sent, clock.GetUtcNow()), caller.Cancel);
        sender.SendLater(delivery);
    }

    async Task<string> Receiver(HttpRequest request, Caller caller, bool toSend = false)
    {
        var id = AdminWebhooks.Id(request);
        // The topic is the operators', who pay for it.
        if (id == Delivery.EventGrid && topic.IsThere && caller.Token.ClientId == Tenant.OperatorClient) return id;
        var webhook = await webhooks.FindNow(caller.Tenant.Id, id, caller.Cancel) ?? throw AdminWebhooks.NotFound();
        if (toSend && webhook.DisabledBecause is not null)
            throw Problem.Conflict("webhook_disabled", "The webhook is switched off. Enable it first.");
        return id;
    }

    async Task<(IEnumerable<object> Items, string? Cursor)> Pending(Caller caller, string receiver, string? after, int limit)
    {
        var start = after is null ? ((string Bucket, string Event)?)null : EventQueue.Position(after) ?? throw Paging.InvalidCursor();
        var found = await queue.Pending(caller.Tenant.Id, receiver, start, limit + 1, caller.Cancel);
        return (found.Take(limit).Select(one => Answer(null, "pending", one.Event, one.Tries, one.LastResult) with
        {
            NextTryAt = one.At.UtcDateTime,
        }), Paging.Cursor(found, limit, one => $"{one.Bucket}.{one.Event.Id}"));
    }

    async Task<(IEnumerable<object> Items, string? Cursor)> Past(Caller caller, string receiver, bool delivered, string? after, int limit)
    {
        if (after is not null && !DeliveryLog.IsId(after, delivered)) throw Paging.InvalidCursor();
        var found = await log.List(caller.Tenant.Id, receiver, delivered, after, limit + 1, caller.Cancel);
        return (found.Take(limit).Select(one => Answer(one.Id, delivered ? "delivered" : "dead", one.Event, one.Tries, one.LastResult) with
        {
            EndedAt = one.At.UtcDateTime,
        }), Paging.Cursor(found, limit, one => one.Id));
    }

    static DeliveryResponse Answer(string? id, string state, StoredEvent sent, int tries, string? result) =>
        new(id, state, sent.Id, sent.Type, sent.Time.UtcDateTime, tries, result);

    sealed record DeliveryResponse(
        string? Id, string State, string EventId, string Type, DateTime Timestamp, int Tries, string? LastResult)
    {
        public DateTime? NextTryAt { get; init; }

        public DateTime? EndedAt { get; init; }
    }
}
