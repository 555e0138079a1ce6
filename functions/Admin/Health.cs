using Latchkey.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>Health for load balancers and for the start script; public, says nothing that an attacker could use.</summary>
public sealed class Health(Endpoint endpoint, StorageClients storage)
{
    /// <summary><c>GET /health/live</c>: the process answers.</summary>
    [Function("health-live")]
    public Task<IResult> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        endpoint.Run(request, () => Task.FromResult(Results.Json(new { status = "live" })));

    /// <summary><c>GET /health/ready</c>: storage answers too; otherwise 503.</summary>
    [Function("health-ready")]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request) =>
        endpoint.Run(request, async () =>
        {
            await storage.Tables.GetTableClient("Tenants")
                .GetEntityIfExistsAsync<Azure.Data.Tables.TableEntity>("-", "-", cancellationToken: request.HttpContext.RequestAborted);
            return Results.Json(new { status = "ready" });
        });
}
