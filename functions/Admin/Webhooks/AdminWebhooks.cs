using System.Security.Cryptography;
using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The addresses that the tenant wants events sent to (docs/operating/webhooks.md). A change takes effect at once here, within 5 seconds
/// on other instances. Secrets are shown once, when they are made.
/// </summary>
public sealed class AdminWebhooks(
    TenantPipeline pipeline, WebhookStore webhooks, TenantStore tenants, SecretEncryption encryption, Settings settings, TimeProvider clock)
{
    const int SecretBytes = 32;
    const string CollectionRoute = "{tenant}/admin/webhooks";
    const string ItemRoute = CollectionRoute + "/{webhook}";

    /// <summary><c>GET /{tenant}/admin/webhooks</c> → <c>{webhooks}</c>, the oldest first.</summary>
    [Function("admin-webhooks")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var all = (await Now(caller)).Webhooks.Values.OrderBy(webhook => webhook.CreatedAt).ThenBy(webhook => webhook.Id);
            return Results.Json(new { webhooks = all.Select(Answer) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/webhooks</c> <c>{url, types? = all, description?, enabled?}</c> → 201 with <c>secret</c>, which is shown
    /// only now. 409 <c>too_many_webhooks</c>.
    /// </summary>
    [Function("admin-webhook-create")]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<WebhookBody>(request);
            if (body.Url is null) throw FieldChecks.Fault("url", "is missing");
            var tenant = await Now(caller);
            if (tenant.Webhooks.Count >= Webhook.MaxPerTenant)
                throw Problem.Conflict("too_many_webhooks", $"A tenant has at most {Webhook.MaxPerTenant} webhooks.");
            var webhook = body.Apply(new Webhook
            {
                Id = Ids.NewBase32(),
                Url = body.Url,
                CreatedAt = clock.GetUtcNow(),
                Secret = [],
                ChangedBy = User(caller),
            }, settings.Development);
            (caller.Audit.Target, caller.Audit.Detail) = (webhook.Id, new Uri(webhook.Url).Host);
            var (secret, encrypted) = await NewSecret(caller, webhook);
            webhook = webhook with { Secret = encrypted };
            await webhooks.Add(tenant, webhook, caller.Cancel);
            return Results.Json(Answer(webhook) with { Secret = secret }, statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/webhooks/{webhook}</c></summary>
    [Function("admin-webhook")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Results.Json(Answer(await webhooks.FindNow(caller.Tenant.Id, Id(request), caller.Cancel) ?? throw NotFound())));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/webhooks/{webhook}</c>: an absent field stays. <c>{enabled: true}</c> switches a webhook on again that was
    /// switched off because it failed.
    /// </summary>
    [Function("admin-webhook-change")]
    public Task<IResult> Change([HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<WebhookBody>(request);
            caller.Audit.Detail = string.Join(", ", JsonBody.Present(body));
            var changed = await webhooks.Change(caller.Tenant.Id, Id(request),
                webhook => body.Apply(webhook, settings.Development) with { ChangedBy = User(caller) }, caller.Cancel);
            return Results.Json(Answer(changed ?? throw NotFound()));
        });

    /// <summary><c>DELETE /{tenant}/admin/webhooks/{webhook}</c> → 204: nothing is sent to it any more.</summary>
    [Function("admin-webhook-delete")]
    public Task<IResult> Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            await webhooks.TryDelete(caller.Tenant, Id(request), caller.Cancel) ? Results.NoContent() : throw NotFound());

    /// <summary>
    /// <c>POST /{tenant}/admin/webhooks/{webhook}/secret</c> → 200 with the new <c>secret</c>, which is shown only now. For 24 hours the
    /// former one signs too.
    /// </summary>
    [Function("admin-webhook-secret")]
    public Task<IResult> Rotate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/secret")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var found = await webhooks.FindNow(caller.Tenant.Id, Id(request), caller.Cancel) ?? throw NotFound();
            var (secret, encrypted) = await NewSecret(caller, found);
            var changed = await webhooks.Change(caller.Tenant.Id, found.Id, webhook => webhook with
            {
                Secret = encrypted,
                FormerSecret = webhook.Secret,
                FormerUntil = clock.GetUtcNow() + Webhook.Overlap,
            }, caller.Cancel);
            return Results.Json(Answer(changed ?? throw NotFound()) with { Secret = secret });
        });

    /// <summary>404 <c>webhook_not_found</c>.</summary>
    internal static Problem NotFound() => Problem.NotFound("webhook_not_found", "The webhook was not found.");

    internal static string Id(HttpRequest request) => request.RouteValues["webhook"] as string ?? "";

    async Task<Tenant> Now(Caller caller) => await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;

    // Standard Webhooks, "Signature scheme": 24 to 64 random bytes, base64, behind whsec_.
    async Task<(string Secret, byte[] Encrypted)> NewSecret(Caller caller, Webhook webhook)
    {
        var key = RandomNumberGenerator.GetBytes(SecretBytes);
        return ($"whsec_{Convert.ToBase64String(key)}",
            await encryption.Encrypt(caller.Tenant.Id, webhook.Purpose, key, caller.Cancel));
    }

    // Whoever is told if it is switched off because it fails.
    static string? User(Caller caller) => Owner.Of(caller.Token) is { Kind: "user" } user ? user.Id : null;

    WebhookResponse Answer(Webhook webhook) => new(webhook, clock.GetUtcNow());
}
