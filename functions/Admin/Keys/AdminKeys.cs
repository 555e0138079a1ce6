using Latchkey.Access;
using Latchkey.Keys;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>The tenant's keys: which are published and which sign, and a rotation on demand.</summary>
public sealed class AdminKeys(TenantPipeline pipeline, KeyRotation rotation)
{
    /// <summary>
    /// <c>GET /{tenant}/admin/keys</c> → <c>{keys: [{kid, algorithm, created, signsFrom, signsUntil, publishedUntil}]}</c>
    /// </summary>
    [Function("admin-keys")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/keys")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller => Answer(await rotation.List(caller.Tenant.Id, caller.Cancel)));

    /// <summary>
    /// <c>POST /{tenant}/admin/keys/rotate</c>: creates keys that are published now and sign some minutes later. While the keys
    /// of the last rotation do not sign yet, it adds none. 409 <c>rotation_not_ours</c> in mode KeyVault.
    /// </summary>
    [Function("admin-keys-rotate")]
    public Task<IResult> Rotate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/admin/keys/rotate")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller => Answer(await rotation.Rotate(caller.Tenant.Id, caller.Cancel)));

    static IResult Answer(IReadOnlyList<KeyInfo> keys) => Results.Json(new
    {
        keys = keys.Select(key => new
        {
            key.Kid,
            key.Algorithm,
            created = key.Created.UtcDateTime,
            signsFrom = key.SignsFrom.UtcDateTime,
            signsUntil = key.SignsUntil?.UtcDateTime,
            publishedUntil = key.PublishedUntil?.UtcDateTime,
        }),
    });
}
