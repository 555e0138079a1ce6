using Latchkey.Access;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>A client looks after its own registration (RFC 7592) with the registration access token that it was given.</summary>
public sealed class RegisteredClient(TenantPipeline pipeline, ClientStore clients, Registrations registrations)
{
    const string Route = "{tenant}/oauth/register/{clientId}";

    /// <summary><c>GET /{tenant}/oauth/register/{clientId}</c>: what is registered (§2.1).</summary>
    [Function("register-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        With(request, null, (tenant, client, token, _) => Task.FromResult(Results.Json(registrations.Answer(tenant, client, token))));

    /// <summary><c>PUT /{tenant}/oauth/register/{clientId}</c>: replaces the metadata (§2.2).</summary>
    [Function("register-update")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Route)] HttpRequest request) =>
        With(request, "client-register-update", async (tenant, client, token, cancel) =>
            // A change that came between wins; and a client that was deleted meanwhile stays deleted.
            await registrations.TryReplace(tenant, client, token, request, cancel) is { } answer
                ? Results.Json(answer)
                : throw Http.Problem.Conflict("client_changed", "The client was changed or deleted meanwhile. Read it again."));

    /// <summary>
    /// <c>DELETE /{tenant}/oauth/register/{clientId}</c>: the client is gone, and within seconds so is every token that it
    /// holds (§2.3).
    /// </summary>
    [Function("register-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route)] HttpRequest request) =>
        With(request, "client-register-delete", async (tenant, client, _, cancel) =>
        {
            await clients.Delete(tenant, client.Id, cancel);
            return Results.NoContent();
        });

    Task<IResult> With(HttpRequest request, string? audit, Func<Tenant, Client, string, CancellationToken, Task<IResult>> steps) =>
        pipeline.Public(request, async (tenant, cancel) =>
        {
            var token = RegistrationToken.Of(request);
            var id = request.RouteValues["clientId"] as string ?? "";
            var client = await clients.FindNow(tenant, id, cancel);
            AuditContext.Of(request).Type = audit;
            if (client is null || !client.HasRegistrationToken(token)) throw RegistrationToken.Refused();
            AuditContext.Of(request).Client = client.Id;
            return await steps(tenant, client, token, cancel);
        });
}
