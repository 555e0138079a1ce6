using Latchkey.Access;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>A client manages its own registration (RFC 7592) with the registration access token that it was given.</summary>
public sealed class RegisteredClient(TenantPipeline pipeline, ClientStore clients, Registrations registrations)
{
    const string Route = "{tenant}/oauth/register/{clientId}";

    /// <summary><c>GET /{tenant}/oauth/register/{clientId}</c>: what is registered (§2.1).</summary>
    [Function("register-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest http) =>
        WithClient(http, null, (request, client, token) =>
            Task.FromResult(Results.Json(Registrations.Describe(request.Tenant, client, token))));

    /// <summary><c>PUT /{tenant}/oauth/register/{clientId}</c>: replaces the metadata (§2.2).</summary>
    [Function("register-update")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Route)] HttpRequest http) =>
        WithClient(http, "client-register-update", async (request, client, token) =>
            // Another change in between wins, and a client that was deleted in between stays deleted.
            await registrations.TryReplace(request, client, token) is { } response
                ? Results.Json(response)
                : throw Http.Problem.Conflict("client_changed", "The client was changed or deleted meanwhile. Read it again."));

    /// <summary>
    /// <c>DELETE /{tenant}/oauth/register/{clientId}</c>: deletes the client. Within seconds its tokens are dead as well (§2.3).
    /// </summary>
    [Function("register-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route)] HttpRequest http) =>
        WithClient(http, "client-register-delete", async (request, client, _) =>
        {
            await clients.Delete(request.Tenant, client.Id, request.Cancel);
            return Results.NoContent();
        });

    Task<IResult> WithClient(HttpRequest http, string? auditType, Func<TenantRequest, Client, string, Task<IResult>> handler) =>
        pipeline.Public(http, async request =>
        {
            var token = RegistrationToken.Of(http);
            var id = http.RouteValues["clientId"] as string ?? "";
            var client = await clients.FindNow(request.Tenant, id, request.Cancel);
            request.Audit.Type = auditType;
            if (client is null || !client.HasRegistrationToken(token)) throw RegistrationToken.Refused();
            request.Audit.Client = client.Id;
            return await handler(request, client, token);
        });
}
