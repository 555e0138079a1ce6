using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The providers whose users can sign in to the tenant (docs/operating/providers.md). A change takes effect at once here, within 5
/// seconds on other instances. Client secrets are encrypted and never shown.
/// </summary>
public sealed class AdminProviders(
    TenantPipeline pipeline, ProviderStore providers, TenantStore tenants, GroupStore groups, ProviderTokens tokens, Settings settings)
{
    const int MaxProviders = 20;
    const string CollectionRoute = "{tenant}/admin/providers";
    const string ItemRoute = "{tenant}/admin/providers/{provider}";

    /// <summary><c>GET /{tenant}/admin/providers</c> → <c>{providers}</c></summary>
    [Function("admin-providers")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var tenant = await Now(caller);
            var all = tenant.Providers.Values.OrderBy(provider => provider.Id, StringComparer.Ordinal);
            return Results.Json(new { providers = all.Select(provider => Answer(tenant, provider)) });
        });

    /// <summary><c>POST /{tenant}/admin/providers</c> → 201. 409 <c>provider_exists</c>, <c>too_many_providers</c>.</summary>
    [Function("admin-provider-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ProviderBody>(request);
            var tenant = await Now(caller);
            var provider = body.New(tenant, settings.Development);
            await EnsureGroups(caller, body.Groups);
            if (tenant.Providers.Count >= MaxProviders)
                throw Problem.Conflict("too_many_providers", $"A tenant has at most {MaxProviders} providers.");
            provider = await WithSecret(caller, provider, body.ClientSecret);
            caller.Audit.Target = provider.Id;
            if (!await providers.TryAdd(tenant, provider, caller.Cancel))
                throw Problem.Conflict("provider_exists", "A provider with this id already exists.");
            return Results.Json(Answer(tenant, provider), statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/providers/{provider}</c></summary>
    [Function("admin-provider")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var found = await providers.FindNow(caller.Tenant, Id(request), caller.Cancel) ?? throw ProviderRoundTrip.NotFound();
            return Results.Json(Answer(caller.Tenant, found));
        });

    /// <summary>
    /// <c>PATCH /{tenant}/admin/providers/{provider}</c>: an absent field stays, an empty text removes an optional value, a list
    /// replaces the whole list.
    /// </summary>
    [Function("admin-provider-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var (id, body) = (Id(request), await JsonBody.Read<ProviderBody>(request));
            if (body.Id is not null && body.Id != id) throw FieldChecks.Fault("id", "cannot be changed");
            caller.Audit.Detail = string.Join(", ", JsonBody.Present(body));
            var tenant = await Now(caller);
            await EnsureGroups(caller, body.Groups);
            while (true)
            {
                var before = await providers.FindNow(tenant, id, caller.Cancel) ?? throw ProviderRoundTrip.NotFound();
                var after = await WithSecret(caller, body.Apply(tenant, settings.Development, before), body.ClientSecret);
                if (await providers.TryReplace(tenant, after, caller.Cancel)) return Results.Json(Answer(tenant, after));
            }
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/providers/{provider}</c> → 204. Accounts stay, and so do their links: they count again once a provider
    /// with the same id and issuer is added.
    /// </summary>
    [Function("admin-provider-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller => await providers.TryDelete(caller.Tenant, Id(request), caller.Cancel)
            ? Results.NoContent() : throw ProviderRoundTrip.NotFound());

    async Task<Tenant> Now(Caller caller) => await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;

    async Task<IdentityProvider> WithSecret(Caller caller, IdentityProvider provider, string? secret) => secret switch
    {
        null => provider,
        "" => provider with { Secret = null },
        _ => provider with { Secret = await tokens.Encrypt(caller.Tenant, provider.Id, secret, caller.Cancel) },
    };

    async Task EnsureGroups(Caller caller, IReadOnlyList<ClaimGroup>? mappings)
    {
        foreach (var id in (mappings ?? []).Select(mapping => mapping?.Group ?? "").Distinct())
        {
            if (await groups.FindGroup(caller.Tenant.Id, id, caller.Cancel) is null)
                throw FieldChecks.Fault("groups", "must contain only groups of the tenant");
        }
    }

    static object Answer(Tenant tenant, IdentityProvider provider) => new
    {
        provider.Id,
        provider.Kind,
        provider.Name,
        provider.Issuer,
        provider.ClientId,
        HasSecret = provider.Secret is not null,
        provider.Scopes,
        provider.Domains,
        provider.SignUp,
        provider.TrustEmail,
        provider.TrustMfa,
        provider.Roles,
        provider.Groups,
        provider.TeamId,
        provider.KeyId,
        RedirectUri = ProviderRoundTrip.RedirectUri(tenant, provider.Id),
    };

    static string Id(HttpRequest request) =>
        request.RouteValues["provider"] as string is { } id && IdentityProvider.IsId(id) ? id : throw ProviderRoundTrip.NotFound();
}
