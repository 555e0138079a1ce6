using Latchkey.Access;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>The key with which an app hears and sends messages by MQTT.</summary>
public sealed class Connect(
    TenantPipeline pipeline, ConnectionKeys keys, SendingLimits limits, Settings settings, TimeProvider clock)
{
    /// <summary>
    /// <c>POST /{tenant}/messages/connect</c>
    /// → <c>{url, protocol, clientId, expiresAt, connectedUntil, subscribe, publish, truncated}</c>.
    /// 404 <c>messages_off</c>; 429 <c>too_many_messages</c>; 503 <c>messages_unavailable</c>.
    /// </summary>
    [Function("messages-connect")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/messages/connect")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Messages, async caller =>
        {
            var user = MessagingRequest.User(caller, settings);
            await limits.TakeKey(caller.Tenant, user, caller.Cancel);
            var key = await keys.Issue(caller, user);
            Instruments.MessageSent(caller.Tenant.Id, "connect");
            var now = clock.GetUtcNow();
            return Results.Json(new
            {
                key.Url,
                protocol = "mqtt",
                key.ClientId,
                expiresAt = (now + ConnectionClosings.KeyTime).UtcDateTime,
                connectedUntil = key.ConnectedUntil.UtcDateTime,
                key.Subscribe,
                key.Publish,
                key.Truncated,
            });
        });
}
