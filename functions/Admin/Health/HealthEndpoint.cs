using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>Health checks for load balancers and the start script. They are public and reveal nothing of use to an attacker.</summary>
public sealed class HealthEndpoint(ErrorBoundary boundary, HealthChecks checks)
{
    const int RetryAfterSeconds = 5;

    /// <summary><c>GET /health/live</c>: the process responds.</summary>
    [Function("health-live")]
    public Task<IResult> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/live")] HttpRequest request) =>
        boundary.Run(request, () => Task.FromResult(Results.Json(new { status = "live" })));

    /// <summary>
    /// <c>GET /health/ready</c> → <c>{status, tables, blobs, keys, scanner?}</c>: the dependencies responded within the last seconds;
    /// otherwise 503, with <c>down</c> for each that did not.
    /// </summary>
    [Function("health-ready")]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request) =>
        boundary.Run(request, async () =>
        {
            var state = await checks.Read().WaitAsync(request.HttpContext.RequestAborted);
            var members = new Dictionary<string, object?>
            {
                ["tables"] = Word(state.Tables),
                ["blobs"] = Word(state.Blobs),
                ["keys"] = Word(state.Keys),
            };
            // Files wait for it, and nothing else does: no reason to send all callers elsewhere.
            if (state.Scanner is { } scanner) members["scanner"] = Word(scanner);
            if (state is { Tables: true, Blobs: true, Keys: true })
                return Results.Json(new Dictionary<string, object?>(members) { ["status"] = "ready" });
            var code = state is { Tables: true, Blobs: true } ? "signing_unavailable" : "storage_unavailable";
            throw new Problem(503, code, "Not ready: a required dependency does not respond.")
            {
                RetryAfter = RetryAfterSeconds,
                Extensions = members,
            };
        });

    static string Word(bool up) => up ? "up" : "down";
}
