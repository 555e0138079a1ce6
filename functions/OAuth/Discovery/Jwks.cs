using Latchkey.Access;
using Latchkey.Keys;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>The public keys of a tenant (RFC 7517 §5): those that sign now, and those whose tokens have not all expired.</summary>
public sealed class Jwks(TenantPipeline pipeline, JwkSet keys)
{
    /// <summary><c>GET /{tenant}/oauth/jwks</c></summary>
    [Function("jwks")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/oauth/jwks")] HttpRequest http) =>
        pipeline.PublicDocument(http, async request =>
        {
            var json = await keys.Json(request.Tenant.Id, request.Cancel);
            request.Response.Headers.CacheControl = "public, max-age=300";
            return Results.Bytes(json, "application/json");
        });
}
