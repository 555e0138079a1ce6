using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The apps that the user has allowed.</summary>
public sealed class MyApps(
    TenantPipeline pipeline, AccountUsers accounts, Consents consents, ConsentWithdrawal withdrawal, ClientStore clients)
{
    const string Route = "{tenant}/me/apps";

    /// <summary><c>GET /{tenant}/me/apps?cursor=&amp;limit=</c> → <c>{apps, cursor}</c>, by their ids.</summary>
    [Function("me-apps")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var (limit, after) = (Paging.Limit(query), Paging.After(query));
            var user = (await accounts.Find(caller)).User;
            var live = (await consents.List(caller.Tenant, user.Id, caller.Cancel))
                .Where(consent => user.State.KeepsApp(consent.ClientId, consent.AppMark)
                    && string.CompareOrdinal(consent.ClientId, after) > 0)
                .Take(limit + 1).ToList();
            var apps = await Task.WhenAll(live.Take(limit).Select(consent => Answer(caller, consent)));
            return Results.Json(new { apps, cursor = Paging.Cursor(live, limit, consent => consent.ClientId) });
        });

    /// <summary>
    /// <c>DELETE /{tenant}/me/apps/{clientId}</c> → 204: ends the app's sessions and tokens of the user, and what the user has allowed
    /// it; the app of the token, too. 404 <c>client_not_found</c>.
    /// </summary>
    [Function("me-app-remove")]
    public Task<IResult> Remove(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = Route + "/{clientId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var user = (await accounts.Find(caller)).User;
            var id = request.RouteValues["clientId"] as string ?? "";
            // Each removal is kept with the user. So it must be an app that is there, or that was allowed before it was deleted.
            if (!Client.IsId(id) || (await clients.Find(caller.Tenant, id, caller.Cancel) is null
                && (await consents.List(caller.Tenant, user.Id, caller.Cancel)).All(consent => consent.ClientId != id)))
                throw Problem.NotFound("client_not_found", "The client was not found.");
            await withdrawal.Withdraw(caller.Tenant, user.Id, id, caller.Cancel);
            return Results.NoContent();
        });

    async Task<object> Answer(Caller caller, Consent consent)
    {
        var client = await clients.Find(caller.Tenant, consent.ClientId, caller.Cancel);
        // An app that was registered later under the same id is another app.
        if (client?.Incarnation != consent.ClientIncarnation) client = null;
        return new
        {
            client = consent.ClientId,
            name = client?.Name ?? consent.ClientId,
            website = client?.MetadataUrl ?? client?.VouchedWebsite,
            scope = consent.Allowed.Own.ToString(),
            apis = from pair in consent.Allowed.Apis
                   where caller.Tenant.Apis.ContainsKey(pair.Key)
                   let api = caller.Tenant.Apis[pair.Key]
                   select new { api.Identifier, api.Name, scope = pair.Value.ToString() },
            allowedAt = consent.ApprovedAt.UtcDateTime,
        };
    }
}
