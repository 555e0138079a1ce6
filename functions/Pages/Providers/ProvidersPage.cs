using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>A provider in the list, with the account there that is linked; or null.</summary>
public sealed record ProviderLine(IdentityProvider Provider, LinkedIdentity? Identity);

/// <summary>What the page of linked accounts shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Lines">The tenant's providers.</param>
public sealed record ProvidersModel(string FormToken, IReadOnlyList<ProviderLine> Lines);

/// <summary>Where users link external accounts to theirs, and unlink them. Both need a fresh sign-in.</summary>
public sealed class ProvidersPage(
    TenantPipeline pipeline, BuiltInPages builtInPages, PendingRequests pendingRequests, FormTokens forms, LinkedIdentities identities,
    WaysToSignIn ways, PageRenderer renderer)
{
    /// <summary>The path under the tenant.</summary>
    public const string Name = "account/providers";

    /// <summary>The parameter of a pending request of this page: the user whom an external account is linked to.</summary>
    public const string LinkFor = "user";

    const string Route = "{tenant}/" + Name;

    /// <summary><c>GET /{tenant}/account/providers</c></summary>
    [Function("providers")]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, request => builtInPages.For(request, Name, signedIn => Show(request, signedIn.User)));

    /// <summary><c>POST /{tenant}/account/providers</c>: <c>form, provider, action=link|unlink</c>.</summary>
    [Function("providers-post")]
    public Task<IResult> Post([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            return await builtInPages.ForStrong(request, Name, async signedIn =>
            {
                var user = signedIn.User;
                await forms.Check(request, Subject(user), form);
                request.Audit.Actor = user.Id;
                return form["action"] switch
                {
                    "link" => await Link(request, user, ProviderRoundTrip.Of(request.Tenant, form["provider"])),
                    "unlink" => await Unlink(request, user, form["provider"]),
                    _ => throw Problem.UnknownAction(),
                };
            });
        });

    async Task<IResult> Link(TenantRequest request, User user, IdentityProvider provider)
    {
        var waits = Form.Of(LinkFor, user.Id);
        var id = await pendingRequests.BeginForPage(request, Name, waits);
        return await ProviderSignIn.LeadTo(renderer, request, provider, id, Strings.LinkGoesOnAt(provider.Name), loginHint: null);
    }

    async Task<IResult> Unlink(TenantRequest request, User user, string? provider)
    {
        var (_, tenant, audit, cancel) = request;
        (audit.Type, audit.Target) = ("provider-unlink", null);
        var linked = await identities.Of(tenant, user.Id, cancel);
        if (linked.FirstOrDefault(identity => identity.Provider == provider) is { } found)
        {
            audit.Target = found.Provider;
            if (!await ways.HasWithout(tenant, user, found, cancel)) throw WaysToSignIn.Last();
            await ways.Unlink(tenant, user, found, cancel);
        }
        return new SeeOther($"/{tenant.Id}/{Name}");
    }

    async Task<IResult> Show(TenantRequest request, User user)
    {
        var (_, tenant, _, cancel) = request;
        var linked = (await identities.Of(tenant, user.Id, cancel)).ToDictionary(identity => identity.Provider);
        var lines = ProviderSignIn.Buttons(tenant).Select(provider => new ProviderLine(provider, linked.GetValueOrDefault(provider.Id)));
        var page = new PageLayout(tenant, Strings.Providers) { Address = $"/{tenant.Id}/{Name}" };
        return await renderer.Show<ProvidersView, ProvidersModel>(
            request.Http, page, new ProvidersModel(await forms.For(request, Subject(user)), [.. lines]));
    }

    static string Subject(User user) => $"providers|{user.Id}";
}
