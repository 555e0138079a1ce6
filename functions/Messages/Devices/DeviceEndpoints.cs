using System.Text.Json;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>The public keys of devices. The service never sees the private ones, and can't read what is sealed for them.</summary>
public sealed class DeviceEndpoints(
    TenantPipeline pipeline, DeviceKeys keys, DeviceNotices notices, MessageSender sender, Settings settings, TimeProvider clock)
{
    const string Route = "{tenant}/me/keys";

    static readonly TimeSpan AnnouncedFor = TimeSpan.FromHours(1);

    /// <summary><c>GET /{tenant}/me/keys</c> → <c>{keys: [{device, jwk, createdAt}]}</c></summary>
    [Function("me-keys")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Messages, caller => Answer(caller, MessagingRequest.User(caller, settings)));

    /// <summary>
    /// <c>GET /{tenant}/messages/keys/{userId}</c> → the keys of a user whom the caller may write to. 403 <c>messages_not_allowed</c>;
    /// 404 <c>recipient_not_found</c>.
    /// </summary>
    [Function("messages-keys")]
    public Task<IResult> Of(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/messages/keys/{userId}")]
        HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Messages, async caller =>
        {
            var userId = request.RouteValues["userId"] as string ?? "";
            await sender.EnsureMayWrite(caller.Tenant, MessagingRequest.User(caller, settings), userId, caller.Cancel);
            return await Answer(caller, userId);
        });

    /// <summary>
    /// <c>PUT /{tenant}/me/keys/{device}</c> <c>{jwk}</c> → the key. The user finds a message of the type
    /// <c>device.added</c> in the inbox, and gets a mail. 400 <c>invalid_field</c>; 409 <c>too_many_devices</c>.
    /// </summary>
    [Function("me-key-put")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = Route + "/{device}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Messages, async caller =>
        {
            var (user, device) = (MessagingRequest.User(caller, settings), Named(request));
            if (!MessagingRequest.IsName(device)) throw Problem.InvalidField("device", MessagingRequest.NameRule);
            var jwk = SealingJwk.Read((await JsonBody.Read<KeyBody>(request)).Jwk);
            var (key, isNew) = await keys.Put(caller.Tenant.Id, user, device, jwk, caller.Cancel);
            // Not only if it is new: a request that broke off after the key was written is repeated. The notice has one id for one key.
            if (isNew || clock.GetUtcNow() - key.CreatedAt < AnnouncedFor) await notices.Added(caller.Tenant, user, key);
            caller.Audit.Detail = isNew ? "new" : "same";
            return Results.Json(View(key));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/me/keys/{device}</c> → 204. The user finds a message of the type <c>device.removed</c> in the inbox. 404
    /// <c>device_not_found</c>.
    /// </summary>
    [Function("me-key-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route + "/{device}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Messages, async caller =>
        {
            var (user, device) = (MessagingRequest.User(caller, settings), Named(request));
            if (!MessagingRequest.IsName(device)
                || await keys.Find(caller.Tenant.Id, user, device, caller.Cancel) is not { } key) throw NotFound();
            await notices.Removed(caller.Tenant, user, key);
            return await keys.TryRemove(caller.Tenant.Id, user, device, caller.Cancel) ? Results.NoContent() : throw NotFound();
        });

    static Problem NotFound() => Problem.NotFound("device_not_found", "The device does not exist.");

    async Task<IResult> Answer(Caller caller, string user) =>
        Results.Json(new { keys = (await keys.Of(caller.Tenant.Id, user, caller.Cancel)).Select(View) });

    static object View(DeviceKey key) =>
        new { key.Device, jwk = JsonElement.Parse(key.Jwk), createdAt = key.CreatedAt.UtcDateTime };

    static string Named(HttpRequest request) => request.RouteValues["device"] as string ?? "";

    sealed record KeyBody(JsonElement Jwk);
}
