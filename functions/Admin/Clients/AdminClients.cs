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
/// The tenant's clients. A change takes effect at once here and within <c>CacheSeconds</c> on other instances; so does the
/// revocation of all tokens of a deleted client. A secret is shown once, when it is created.
/// </summary>
public sealed class AdminClients(
    TenantPipeline pipeline, ClientStore clients, ClientRemoval removal, IEnumerable<IGrant> grants, Settings settings,
    TimeProvider clock)
{
    const string CollectionRoute = "{tenant}/admin/clients";
    const string ItemRoute = "{tenant}/admin/clients/{clientId}";
    const int MaxOverlapSeconds = 30 * 86400;
    const int StandardOverlapSeconds = 86400;

    /// <summary><c>GET /{tenant}/admin/clients?cursor=&amp;limit=</c> → <c>{clients, cursor}</c></summary>
    [Function("admin-clients")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var found = await clients.List(caller.Tenant, Paging.After(query), limit + 1, caller.Cancel);
            var page = found.Take(limit).Select(client => ClientResponse.Of(client));
            return Results.Json(new { clients = page, cursor = Paging.Cursor(found, limit, client => client.Id) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/clients</c> <c>{id?, name, authMethod?, grants, scope, redirectUris?, …}</c> → 201, with
    /// <c>secret</c> if the client has one. 409 <c>client_exists</c>; 409 <c>client_has_files</c> while files of a deleted
    /// client with the same id remain.
    /// </summary>
    [Function("admin-client-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ClientBody>(request);
            if (body.Name is null) throw FieldChecks.Fault("name", "is missing");
            if (body.Grants is null) throw FieldChecks.Fault("grants", "is missing");
            if (body.Scope is null) throw FieldChecks.Fault("scope", "is missing");
            if (body.Id is { } id && (!Client.IsId(id) || IsReserved(id)))
                throw FieldChecks.Fault("id", "must have 1 to 64 letters, digits, '-', '.' or '_', and not be 'operator' or 'my-files'");
            var blank = new Client
            {
                Id = body.Id ?? Ids.New(),
                Name = "",
                Grants = [],
                Scope = Scope.None,
                AuthMethod = ClientAuthMethod.Basic,
            };
            var client = body.Apply(caller.Tenant, blank, Grants, settings.Development);
            var secret = HasSecret(client) ? Ids.NewSecret() : null;
            client = client with { SecretHashes = secret is null ? [] : [Client.HashSecret(secret)] };
            if (await clients.FindNow(caller.Tenant, client.Id, caller.Cancel) is null)
                await removal.EnsureClear(caller.Tenant, client.Id, caller.Cancel);
            if (!await clients.TryAdd(caller.Tenant, client, caller.Cancel))
                throw Problem.Conflict("client_exists", "A client with this id already exists.");
            caller.Audit.Target = client.Id;
            return Results.Json(ClientResponse.Of(client, secret), statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/clients/{clientId}</c></summary>
    [Function("admin-client")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Results.Json(ClientResponse.Of(await clients.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound())));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/clients/{clientId}</c>: the fields of create, except the id. The answer holds a new secret if
    /// the client needs one now and had none; a client that no longer needs a secret loses those it had. A field set here can
    /// no longer be changed with the client's registration token or by its developer.
    /// </summary>
    [Function("admin-client-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ClientBody>(request);
            if (body.Id is not null) throw FieldChecks.Fault("id", "cannot be changed");
            if (IsReserved(Id(request))) throw Reserved();
            var secret = Ids.NewSecret();
            var changed = await OptimisticUpdate.Run(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel),
                client => MarkSet(WithSecret(body.Apply(caller.Tenant, client, Grants, settings.Development), secret), body.Describe()),
                client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            caller.Audit.Detail = string.Join(", ", body.Describe());
            return Results.Json(ClientResponse.Of(changed, changed.SecretHashes.Contains(Client.HashSecret(secret)) ? secret : null));
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/clients/{clientId}/secret</c> <c>{overlapSeconds?}</c> → <c>{secret, overlapSeconds}</c>. The
    /// previous secret stays valid for <c>overlapSeconds</c> (default: one day; 0: not at all); older ones end now.
    /// </summary>
    [Function("admin-client-secret")]
    public Task<IResult> RotateSecret(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = ItemRoute + "/secret")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var overlap = FieldChecks.Number("overlapSeconds",
                (await JsonBody.Read<Rotation>(request)).OverlapSeconds ?? StandardOverlapSeconds, 0, MaxOverlapSeconds);
            var secret = Ids.NewSecret();
            _ = await OptimisticUpdate.Run(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel), client =>
            {
                if (!HasSecret(client)) throw Problem.Conflict("client_without_secret", "This client does not authenticate with a secret.");
                var now = clock.GetUtcNow();
                var old = client.LiveSecretHashes(now).Take(overlap > 0 ? 1 : 0)
                    .Select(hash => Client.WithExpiry(hash, now.AddSeconds(overlap)));
                return MarkSet(client with { SecretHashes = [Client.HashSecret(secret), .. old] }, [RegisteredFields.Secret]);
            }, client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            return Results.Json(new { secret, overlapSeconds = overlap });
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/clients/{clientId}?files=purge</c> → 204: deletes the client with its sessions and tokens. If
    /// the client's own space or its app space holds files, the answer is 409 <c>client_has_files</c> with their number, unless
    /// <c>files=purge</c> asks to delete them for good. 202 if one minute was not enough: repeat the request.
    /// </summary>
    [Function("admin-client-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            if (Id(request) == MyFilesClient.Id) throw Reserved(); // Its row records which of its sessions have ended.
            Operators.EnsureNotOwn(caller, Id(request));
            var purge = Query.Purges(request);
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
    /// registration (RFC 7592). 404 <c>token_not_found</c> if it has no registration token.
    /// </summary>
    [Function("admin-client-registration-token")]
    public Task<IResult> WithdrawRegistrationToken(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = ItemRoute + "/registration-token")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            caller.Audit.Target = Id(request);
            _ = await OptimisticUpdate.Run(() => clients.FindNow(caller.Tenant, Id(request), caller.Cancel),
                client => client.RegistrationTokenHash is null
                    ? throw Problem.NotFound("token_not_found", "The client has no registration token.")
                    : client with { RegistrationTokenHash = null },
                client => clients.TryReplace(caller.Tenant, client, caller.Cancel)) ?? throw NotFound();
            return Results.NoContent();
        });

    // Only a client that registered itself has somebody else who could change it.
    static Client MarkSet(Client client, IEnumerable<string> fields) => client.RegisteredAt is null ? client
        : client with { SetByAdministrator = [.. client.SetByAdministrator.Union(fields, StringComparer.Ordinal)] };

    IReadOnlyList<string> Grants => [.. grants.Select(grant => grant.Type)];

    static bool IsReserved(string id) => id == Operators.TokenClient.Id || id == MyFilesClient.Id;

    static Problem Reserved() => Problem.Conflict("client_reserved", "This client belongs to the deployment and cannot be changed.");

    static Client WithSecret(Client client, string secret) => HasSecret(client)
        ? client.SecretHashes.Count > 0 ? client : client with { SecretHashes = [Client.HashSecret(secret)] }
        : client with { SecretHashes = [] };

    static bool HasSecret(Client client) => client.AuthMethod is ClientAuthMethod.Basic or ClientAuthMethod.Post;

    static string Id(HttpRequest request) => request.RouteValues["clientId"] as string is { } id && Client.IsId(id) ? id : throw NotFound();

    static Problem NotFound() => Problem.NotFound("client_not_found", "The client was not found.");

    sealed record Rotation(int? OverlapSeconds = null);
}
