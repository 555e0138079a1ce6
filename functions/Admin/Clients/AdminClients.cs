using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
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
public sealed class AdminClients(TenantPipeline pipeline, ClientStore clients, ClientRemoval removal, IEnumerable<IGrant> grants, TimeProvider clock)
{
    const string Many = "{tenant}/admin/clients";
    const string One = "{tenant}/admin/clients/{clientId}";
    const int MaxOverlapSeconds = 30 * 86400;
    const int StandardOverlapSeconds = 86400;

    /// <summary><c>GET /{tenant}/admin/clients?cursor=&amp;limit=</c> → <c>{clients, cursor}</c></summary>
    [Function("admin-clients")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Many)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var found = await clients.List(caller.Tenant, Paging.After(query), limit + 1, caller.Cancel);
            var next = found.Count > limit ? found[limit - 1].Id : null;
            return Results.Json(new { clients = found.Take(limit).Select(client => ClientResponse.Of(client)), cursor = Paging.Cursor(next) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/clients</c> <c>{id?, name, authMethod?, grants, scope, redirectUris?, …}</c> → 201, with
    /// <c>secret</c> if it has one. 409 <c>client_exists</c>, and <c>client_has_files</c> while files of a client that had this id are there.
    /// </summary>
    [Function("admin-client-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Many)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
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
            if (await clients.FindNow(caller.Tenant, client.Id, caller.Cancel) is null) await removal.EnsureClear(caller.Tenant, client.Id, caller.Cancel);
            if (!await clients.TryAdd(caller.Tenant, client, caller.Cancel))
                throw Problem.Conflict("client_exists", "There is a client of this id.");
            caller.Audit.Target = client.Id;
            return Results.Json(ClientResponse.Of(client, secret), statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/clients/{clientId}</c></summary>
    [Function("admin-client")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Results.Json(ClientResponse.Of(await clients.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound())));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/clients/{clientId}</c>: the fields of create, but for the id. A client that is to have a
    /// secret from now on gets it here; one that is to have none loses those that it had. What is set here stays, whatever
    /// the client's registration token or developer says later.
    /// </summary>
    [Function("admin-client-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ClientBody>(request);
            if (body.Id is not null) throw Input.Fault("id", "can't be changed");
            if (IsReserved(Id(request))) throw Reserved();
            var secret = Ids.NewSecret();
            var changed = await OptimisticChange.Apply(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel),
                client => Noted(WithSecret(body.Apply(caller.Tenant, client, Grants), secret), body.Describe()),
                client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            caller.Audit.Detail = string.Join(", ", body.Describe());
            return Results.Json(ClientResponse.Of(changed, changed.SecretHashes.Contains(Client.HashSecret(secret)) ? secret : null));
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/clients/{clientId}/secret</c> <c>{overlapSeconds?}</c> → <c>{secret, overlapSeconds}</c>. The
    /// secret before this one is good for a day unless said otherwise, 0 for none; any older one ends now.
    /// </summary>
    [Function("admin-client-secret")]
    public Task<IResult> RotateSecret(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = One + "/secret")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var overlap = Input.Number("overlapSeconds",
                (await JsonBody.Read<Rotation>(request)).OverlapSeconds ?? StandardOverlapSeconds, 0, MaxOverlapSeconds);
            var secret = Ids.NewSecret();
            _ = await OptimisticChange.Apply(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel), client =>
            {
                if (!HasSecret(client)) throw Problem.Conflict("client_without_secret", "This client proves who it is in another way.");
                var now = clock.GetUtcNow();
                var old = client.LiveSecretHashes(now).Take(overlap > 0 ? 1 : 0).Select(hash => Client.Ending(hash, now.AddSeconds(overlap)));
                return Noted(client with { SecretHashes = [Client.HashSecret(secret), .. old] }, [RegisteredFields.Secret]);
            }, client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            return Results.Json(new { secret, overlapSeconds = overlap });
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/clients/{clientId}?files=purge</c> → 204: with it go its sessions and tokens. A client whose
    /// own or app's space has files is refused, 409 <c>client_has_files</c> with their number, unless <c>files=purge</c> says
    /// that they are to go for good; 202 if that was more than a minute's work: send it again.
    /// </summary>
    [Function("admin-client-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            if (Id(request) == MyFilesClient.Id) throw Reserved(); // Its row remembers which of its sessions have ended.
            Operators.EnsureNotOwn(caller, Id(request));
            var purge = Query.Read(request, "files")["files"] switch
            {
                null => false,
                "purge" => true,
                _ => throw Problem.BadRequest("invalid_query", "files can only be purge."),
            };
            if (purge) caller.Audit.Detail = "with its files";
            return await removal.TryRun(caller.Tenant, Id(request), purge, caller.Cancel) switch
            {
                null => throw NotFound(),
                true => Results.NoContent(),
                false => Results.Json(new { done = false }, statusCode: 202),
            };
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/clients/{clientId}/registration-token</c> → 204: the client can no longer change its own
    /// registration (RFC 7592). 404 <c>token_not_found</c> if it can't already.
    /// </summary>
    [Function("admin-client-registration-token")]
    public Task<IResult> WithdrawRegistrationToken(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = One + "/registration-token")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            caller.Audit.Target = Id(request);
            _ = await OptimisticChange.Apply(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel),
                client => client.RegistrationTokenHash is null
                    ? throw Problem.NotFound("token_not_found", "The client has no registration token.")
                    : client with { RegistrationTokenHash = null },
                client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            return Results.NoContent();
        });

    // Of a client that nobody else can change there is nothing to note.
    static Client Noted(Client client, IEnumerable<string> fields) => client.RegisteredAt is null ? client
        : client with { SetByAdministrator = [.. client.SetByAdministrator.Union(fields, StringComparer.Ordinal)] };

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
