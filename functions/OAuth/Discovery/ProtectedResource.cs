using Latchkey.Access;
using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ResourceMetadata = Latchkey.Http.ResourceMetadata;

namespace Latchkey.OAuth;

/// <summary>
/// The metadata of Latchkey's own protected resources (RFC 9728 §2): its file API, and all the rest under the issuer. The well-known path
/// is inserted before the path of the resource (§3.1).
/// </summary>
public sealed class ProtectedResource(TenantPipeline pipeline)
{
    static readonly string[] Methods = ["header"];

    /// <summary><c>GET /.well-known/oauth-protected-resource/{tenant}/files</c></summary>
    [Function("protected-resource-files")]
    public Task<IResult> Files(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ResourceMetadata.WellKnown + "/{tenant}/files")]
        HttpRequest http) => Respond(http, Api.Files, "files");

    /// <summary><c>GET /.well-known/oauth-protected-resource/{tenant}</c></summary>
    [Function("protected-resource")]
    public Task<IResult> All(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ResourceMetadata.WellKnown + "/{tenant}")]
        HttpRequest http) => Respond(http, Api.Own, "administration and account");

    Task<IResult> Respond(HttpRequest http, Func<Tenant, Api> apiOf, string what) => pipeline.PublicDocument(http, request =>
    {
        var (tenant, api) = (request.Tenant, apiOf(request.Tenant));
        request.Response.Headers.CacheControl = "public, max-age=300";
        return Task.FromResult(Results.Json(new
        {
            resource = api.Identifier,
            authorization_servers = new[] { tenant.Issuer },
            scopes_supported = api.Scope.Intersect(Scopes.All).Tokens,
            bearer_methods_supported = Methods,
            resource_name = $"{tenant.Name}: {what}",
            dpop_signing_alg_values_supported = ForeignJwt.Algorithms,
        }));
    });
}
