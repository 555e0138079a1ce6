using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Scim;

/// <summary>Many operations in one request (RFC 7644 §3.7).</summary>
public sealed class BulkEndpoint(ScimPipeline pipeline, BulkRunner runner)
{
    /// <summary>
    /// <c>POST /{tenant}/scim/v2/Bulk</c> <c>{failOnErrors?, Operations: [{method, path, bulkId?, version?, data?}]}</c>: at most 100
    /// operations and 1 MiB, 413 otherwise.
    /// </summary>
    [Function("scim-bulk")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/scim/v2/Bulk")] HttpRequest request) =>
        pipeline.Run(request, async call => ScimResult.Json(new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:BulkResponse"),
            ["Operations"] = await runner.Run(call, await ScimBody.Read(request)),
        }));
}
