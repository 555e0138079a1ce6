using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What a home page shows.</summary>
/// <param name="Lead">What this is.</param>
/// <param name="Links">Where its buttons lead, and their labels.</param>
public sealed record HomeModel(string Lead, IReadOnlyList<(string Address, string Label)> Links);

/// <summary>What somebody sees who enters only the service's or the tenant's address. It names nobody and nothing.</summary>
public sealed class HomePage(
    TenantPipeline pipeline, ErrorBoundary boundary, Domains domains, PageRenderer renderer, FailurePage failurePage,
    Settings settings)
{
    // The path without a segment: an empty route would be the function's name, and the worker can't map "/".
    const string Root = "{nothing:maxlength(0)?}";

    /// <summary><c>GET /</c>; at a tenant's own domain 303 to the tenant's home page.</summary>
    [Function("home")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root)] HttpRequest http)
    {
        LanguageContext.Begin(PageLanguage.Preferred(http));
        return await boundary.Run(http, async () =>
            await domains.TenantAt(http, http.HttpContext.RequestAborted) is { } tenant ? new SeeOther($"/{tenant}")
                : await Show(http, new PageLayout(null, Strings.HomeTitle), new HomeModel(Strings.HomeLead, [])),
            problem => failurePage(http, null, problem));
    }

    /// <summary><c>GET /{tenant}</c>: the way to the reader's account.</summary>
    [Function("tenant-home")]
    public Task<IResult> OfTenant(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}")] HttpRequest http) =>
        pipeline.Page(http, request => Show(http, new PageLayout(request.Tenant, request.Tenant.Name),
            new HomeModel(Strings.TenantHomeLead, [.. Links(request.Tenant)])));

    IEnumerable<(string Address, string Label)> Links(Tenant tenant)
    {
        yield return ($"/{tenant.Id}/{BuiltInPages.Account}", Strings.Account);
        yield return ($"/{tenant.Id}/{MyFilesClient.Id}", Strings.MyFiles);
        if (SignUps.IsOpen(tenant, settings)) yield return ($"/{tenant.Id}/{SignUpPage.Name}", Strings.SignUp);
    }

    Task<IResult> Show(HttpRequest http, PageLayout page, HomeModel model) =>
        renderer.Show<HomeView, HomeModel>(http, page, model);
}
