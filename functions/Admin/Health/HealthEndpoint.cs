using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>Health for load balancers and for the start script; public, says nothing that an attacker could use.</summary>
public sealed class HealthEndpoint(ErrorBoundary boundary, HealthChecks checks)
{
    const int RetryAfterSeconds = 5;

    /// <summary><c>GET /health/live</c>: the process answers.</summary>
    [Function("health-live")]
    public Task<IResult> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/live")] HttpRequest request) =>
        boundary.Run(request, () => Task.FromResult(Results.Json(new { status = "live" })));

    /// <summary>
    /// <c>GET /health/ready</c> → <c>{status, tables, blobs, keys}</c>: tables, blobs and keys answer too, as of some
    /// seconds ago; otherwise 503 with the part that is <c>down</c>.
    /// </summary>
    [Function("health-ready")]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request) =>
        boundary.Run(request, async () =>
        {
            var state = await checks.Look().WaitAsync(request.HttpContext.RequestAborted);
            var parts = new Dictionary<string, object?>
            {
                ["tables"] = Word(state.Tables),
                ["blobs"] = Word(state.Blobs),
                ["keys"] = Word(state.Keys),
            };
            if (state is { Tables: true, Blobs: true, Keys: true })
                return Results.Json(new Dictionary<string, object?>(parts) { ["status"] = "ready" });
            var code = state is { Tables: true, Blobs: true } ? "signing_unavailable" : "storage_unavailable";
            throw new Problem(503, code, "Not ready: a part that is needed does not answer.")
            {
                RetryAfter = RetryAfterSeconds, Extensions = parts,
            };
        });

    static string Word(bool up) => up ? "up" : "down";
}
