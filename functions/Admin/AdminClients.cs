using Latchkey.Http;
using Latchkey.OAuth.Grants;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The tenant's clients. A change is seen at once here and by other instances within <c>CacheSeconds</c>; so is the end of
/// all tokens of a client that is deleted. A secret is said once, when it is made.
/// </summary>
public sealed class AdminClients(Gate gate, ClientStore clients, IEnumerable<IGrant> grants, TimeProvider clock)
{
    const string Many = "{tenant}/admin/clients";
    const string One = "{tenant}/admin/clients/{clientId}";
    const int MostOverlapSeconds = 30 * 86400;
    const int StandardOverlapSeconds = 86400;

    /// <summary><c>GET /{tenant}/admin/clients?cursor=&amp;limit=</c> → <c>{clients, cursor}</c></summary>
    [Function("admin-clients")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Many)] HttpRequest request) =>
        gate.Read(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var found = await clients.List(caller.Tenant, Paging.After(query), limit + 1, caller.Cancel);
            var next = found.Count > limit ? found[limit - 1].Id : null;
            return Results.Json(new { clients = found.Take(limit).Select(client => ClientAnswer.Of(client)), cursor = Paging.Cursor(next) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/clients</c> <c>{id?, name, authMethod?, grants, scope, redirectUris?, …}</c> → 201, with
    /// <c>secret</c> if it has one. 409 <c>client_exists</c>.
    /// </summary>
    [Function("admin-client-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Many)] HttpRequest request) =>
        gate.Change(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ClientBody>(request);
            if (body.Name is null || body.Grants is null || body.Scope is null)
                throw Input.Fault(body.Name is null ? "name" : body.Grants is null ? "grants" : "scope", "is missing");
            if (body.Id is { } id && (!Client.IsId(id) || IsReserved(id)))
                throw Input.Fault("id", "must be 1 to 64 of letters, digits, '-', '.' and '_', and not 'operator' or 'my-files'");
            var blank = new Client { Id = body.Id ?? Ids.New(), Name = "", Grants = [], Scope = Scope.None, AuthMethod = ClientAuthMethod.Basic };
            var client = body.Apply(caller.Tenant, blank, Grants);
            var secret = HasSecret(client) ? Ids.NewSecret() : null;
            client = client with { SecretHashes = secret is null ? [] : [Client.HashSecret(secret)] };
            if (!await clients.TryAdd(caller.Tenant, client, caller.Cancel))
                throw Problem.Conflict("client_exists", "There is a client of this id.");
            caller.Act.Target = client.Id;
            return Results.Json(ClientAnswer.Of(client, secret), statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/clients/{clientId}</c></summary>
    [Function("admin-client")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = One)] HttpRequest request) =>
        gate.Read(request, Scopes.Admin, async caller =>
            Results.Json(ClientAnswer.Of(await clients.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound())));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/clients/{clientId}</c>: the fields of create, but for the id. A client that is to have a
    /// secret from now on gets it here; one that is to have none loses those that it had.
    /// </summary>
    [Function("admin-client-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = One)] HttpRequest request) =>
        gate.Change(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ClientBody>(request);
            if (body.Id is not null) throw Input.Fault("id", "can't be changed");
            if (IsReserved(Id(request))) throw Reserved();
            var secret = Ids.NewSecret();
            var changed = await EndSessions.Change(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel),
                client => WithSecret(body.Apply(caller.Tenant, client, Grants), secret),
                client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            return Results.Json(ClientAnswer.Of(changed, changed.SecretHashes.Contains(Client.HashSecret(secret)) ? secret : null));
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/clients/{clientId}/secret</c> <c>{overlapSeconds?}</c> → <c>{secret, overlapSeconds}</c>. The
    /// secret before this one is good for a day unless said otherwise, 0 for none; any older one ends now.
    /// </summary>
    [Function("admin-client-secret")]
    public Task<IResult> RotateSecret(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = One + "/secret")] HttpRequest request) =>
        gate.Change(request, Scopes.Admin, async caller =>
        {
            var overlap = Input.Number("overlapSeconds",
                (await JsonBody.Read<Rotation>(request)).OverlapSeconds ?? StandardOverlapSeconds, 0, MostOverlapSeconds);
            var secret = Ids.NewSecret();
            _ = await EndSessions.Change(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel), client =>
            {
                if (!HasSecret(client)) throw Problem.Conflict("client_without_secret", "This client proves who it is in another way.");
                var now = clock.GetUtcNow();
                var old = client.LiveSecretHashes(now).Take(overlap > 0 ? 1 : 0).Select(hash => Client.Ending(hash, now.AddSeconds(overlap)));
                return client with { SecretHashes = [Client.HashSecret(secret), .. old] };
            }, client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            return Results.Json(new { secret, overlapSeconds = overlap });
        });

    /// <summary><c>DELETE /{tenant}/admin/clients/{clientId}</c> → 204: with it go its sessions and tokens.</summary>
    [Function("admin-client-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = One)] HttpRequest request) =>
        gate.Change(request, Scopes.Admin, async caller =>
        {
            if (Id(request) == MyFilesClient.Id) throw Reserved(); // Its row remembers which of its sessions have ended.
            Operators.EnsureNotOwn(caller, Id(request));
            _ = await clients.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound();
            await clients.Delete(caller.Tenant, Id(request), caller.Cancel);
            return Results.NoContent();
        });

    IReadOnlyList<string> Grants => [.. grants.Select(grant => grant.Type)];

    static bool IsReserved(string id) => id == Operators.InTenant.Id || id == MyFilesClient.Id;

    static Problem Reserved() => Problem.Conflict("client_reserved", "This client is the deployment's.");

    static Client WithSecret(Client client, string secret) => HasSecret(client)
        ? client.SecretHashes.Count > 0 ? client : client with { SecretHashes = [Client.HashSecret(secret)] }
        : client with { SecretHashes = [] };

    static bool HasSecret(Client client) => client.AuthMethod is ClientAuthMethod.Basic or ClientAuthMethod.Post;

    static string Id(HttpRequest request) => request.RouteValues["clientId"] as string is { } id && Client.IsId(id) ? id : throw NotFound();

    static Problem NotFound() => Problem.NotFound("client_not_found", "There is no such client.");

    sealed record Rotation(int? OverlapSeconds = null);
}

/// <summary>A client as the administration answers it; its secret only when it is new.</summary>
static class ClientAnswer
{
    public static Dictionary<string, object?> Of(Client client, string? secret = null)
    {
        var answer = new Dictionary<string, object?>
        {
            ["id"] = client.Id,
            ["name"] = client.Name,
            ["authMethod"] = client.AuthMethod,
            ["grants"] = client.Grants,
            ["scope"] = client.Scope.Tokens,
            ["redirectUris"] = client.RedirectUris,
            ["postLogoutRedirectUris"] = client.PostLogoutRedirectUris,
            ["native"] = client.Native,
            ["firstParty"] = client.FirstParty,
            ["legacyImplicit"] = client.LegacyImplicit,
            ["requirePkce"] = client.RequirePkce,
            ["requirePushedRequests"] = client.RequirePushedRequests,
            ["requireDpop"] = client.RequireDpop,
            ["idTokenAlgorithm"] = client.IdTokenAlgorithm,
            ["jwks"] = client.Jwks,
            ["websiteUri"] = client.WebsiteUri,
            ["logoUri"] = client.LogoUri,
            ["accessTokenSeconds"] = client.AccessTokenSeconds,
            ["sessionIdleSeconds"] = client.SessionIdleSeconds,
            ["sessionSeconds"] = client.SessionSeconds,
            ["retryWindowSeconds"] = client.RetryWindowSeconds,
            ["registeredAt"] = client.RegisteredAt?.UtcDateTime,
            ["registeredBy"] = client.RegisteredBy,
            ["refreshByCookie"] = client.RefreshByCookie,
        };
        if (secret is not null) answer["secret"] = secret;
        return answer;
    }
}
