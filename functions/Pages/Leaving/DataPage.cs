using Latchkey.Access;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the page of a user's data shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
public sealed record DataModel(string FormToken);

/// <summary>Where users download their data (<see cref="DataExport"/>), right after a sign-in.</summary>
public sealed class DataPage(
    TenantPipeline pipeline, BuiltInPages builtInPages, FormTokens forms, DataExport export, PageRenderer renderer)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "account/data";

    /// <summary><c>GET /{tenant}/account/data</c></summary>
    [Function("account-data")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/account/data")] HttpRequest http) =>
        pipeline.Page(http, request => builtInPages.ForStrong(request, Name, async signedIn =>
        {
            var page = new PageLayout(request.Tenant, Strings.MyData) { Address = $"/{request.Tenant.Id}/{Name}" };
            return await renderer.Show<DataView, DataModel>(http, page, new DataModel(await forms.For(request, Subject(signedIn.User))));
        }));

    /// <summary><c>POST /{tenant}/account/data</c>: <c>form</c> → the data as a JSON file.</summary>
    [Function("account-data-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/account/data")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            return await builtInPages.ForStrong(request, Name, async signedIn =>
            {
                await forms.Check(request, Subject(signedIn.User), form);
                (request.Audit.Type, request.Audit.Actor) = ("account-data", signedIn.User.Id);
                return await export.Begin(request, signedIn.User, client: null);
            });
        });

    static string Subject(User user) => $"{Name}|{user.Id}";
}
