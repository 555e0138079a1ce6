using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the list of apps shows.</summary>
public sealed record AppsModel(IReadOnlyList<Client> Apps, string? Done);

/// <summary>What the form of one app shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="NewId">The id that a new app will have; null if it is registered.</param>
/// <param name="Client">The app as registered; null if it is new.</param>
/// <param name="Fields">What stands in the fields.</param>
/// <param name="OldSecrets">True if there are secrets that were rotated away and are still good.</param>
/// <param name="Done">What has just been done, or null.</param>
/// <param name="Error">What is wrong with the fields, or null.</param>
public sealed record AppModel(
    string FormToken, string? NewId, Client? Client, AppFields Fields, bool OldSecrets, string? Done, string? Error);

/// <summary>What is shown once: the id and the secret of an app.</summary>
public sealed record CredentialsModel(Client Client, string? Secret, string? Note);

/// <summary>Where developers register their apps: users who have the right <see cref="Scopes.AppsManage"/>.</summary>
public sealed class AppsPage(
    TenantPipeline pipeline, BuiltInPages own, FormTokens forms, DeveloperApps apps, PageRenderer renderer, ResponsePages pages, TimeProvider clock)
{
    const string New = "new";

    /// <summary><c>GET /{tenant}/apps</c></summary>
    [Function("apps")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/apps")] HttpRequest request) =>
        With(request, async (tenant, developer, cancel) =>
        {
            var done = Query.ReadForPage(request, "done")["done"] == "delete" ? Strings.AppDeleted : null;
            return await renderer.Show<AppsView, AppsModel>(
                request, new PageLayout(tenant, Strings.Apps), new AppsModel(await apps.List(tenant, developer, cancel), done));
        });

    /// <summary><c>GET /{tenant}/apps/{app}</c>: its form; <c>new</c> is an empty one.</summary>
    [Function("app")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/apps/{app}")] HttpRequest request) =>
        With(request, async (tenant, developer, cancel) =>
        {
            var done = Query.ReadForPage(request, "done")["done"] switch { "save" => Strings.AppSaved, "end-old" => Strings.OldSecretsEnded, _ => null };
            if (Id(request) == New) return await ShowNew(request, tenant, developer, DeveloperApps.NewId(), new AppFields("native", "", null, [], []), null, cancel);
            var client = await Find(tenant, developer, Id(request), cancel);
            return await Show(request, tenant, developer, client, Fields(client), done, null, cancel);
        });

    /// <summary><c>POST /{tenant}/apps/{app}</c>: <c>form</c>, the fields, and <c>action=register|save|rotate|end-old|delete</c>.</summary>
    [Function("app-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/apps/{app}")] HttpRequest request) =>
        With(request, async (tenant, developer, cancel) =>
        {
            var form = await Form.Read(request);
            if (Id(request) == New) return await Register(request, tenant, developer, form, cancel);
            var client = await Find(tenant, developer, Id(request), cancel);
            await forms.Check(request, tenant, About(developer, client), form, cancel);
            return await Act(request, tenant, developer, client, form, cancel);
        });

    async Task<IResult> Register(HttpRequest request, Tenant tenant, User developer, Form form, CancellationToken cancel)
    {
        var (id, fields) = (form.Required("id"), Fields(form));
        Tell(request, developer, "app-register", null);
        await forms.Check(request, tenant, AboutNew(developer, id), form, cancel);
        try
        {
            var (client, secret) = await apps.TryAdd(tenant, developer, id, fields, cancel);
            Tell(request, developer, "app-register", client?.Id);
            return client is null ? await ShowAgain(request, tenant, developer, id, cancel)
                : await ShowCredentials(request, tenant, Strings.AppRegistered, new CredentialsModel(client, secret, null));
        }
        catch (OAuthError fault)
        {
            Tenancy.AuditContext.Of(request).Refusal = fault.Code;
            return await ShowNew(request, tenant, developer, id, fields, Strings.FieldFault(fault.Message), cancel);
        }
    }

    // The form was sent twice.
    async Task<IResult> ShowAgain(HttpRequest request, Tenant tenant, User developer, string id, CancellationToken cancel)
    {
        var client = await Find(tenant, developer, id, cancel);
        return await ShowCredentials(request, tenant, Strings.AppRegistered,
            new CredentialsModel(client, null, client.IsPublic ? null : Strings.AlreadyRegistered));
    }

    async Task<IResult> Act(HttpRequest request, Tenant tenant, User developer, Client client, Form form, CancellationToken cancel)
    {
        if (form["action"] is "save" or "rotate" or "end-old" or "delete") Tell(request, developer, $"app-{form["action"]}", client.Id);
        switch (form["action"])
        {
            case "save":
                return await Save(request, tenant, developer, client, form, cancel);
            case "rotate" when !client.IsPublic:
                var secret = await apps.TryRotate(tenant, client, cancel) ?? throw Changed();
                return await ShowCredentials(request, tenant, Strings.SecretRotated,
                    new CredentialsModel(client, secret, Strings.RotateNote(DeveloperApps.Overlap)));
            case "end-old" when !client.IsPublic:
                return await apps.TryEndOldSecrets(tenant, client, cancel) ? new SeeOther($"{Address(tenant, client)}?done=end-old") : throw Changed();
            case "delete":
                await apps.Delete(tenant, developer, client, cancel);
                return new SeeOther($"/{tenant.Id}/{BuiltInPages.Apps}?done=delete");
            default:
                throw Problem.BadRequest("unknown_action", "This page does nothing like that.");
        }
    }

    async Task<IResult> Save(HttpRequest request, Tenant tenant, User developer, Client client, Form form, CancellationToken cancel)
    {
        var fields = Fields(form) with { Type = AppFields.TypeOf(client) };
        try
        {
            return await apps.TryEdit(tenant, client, fields, cancel) ? new SeeOther($"{Address(tenant, client)}?done=save") : throw Changed();
        }
        catch (OAuthError fault)
        {
            Tenancy.AuditContext.Of(request).Refusal = fault.Code;
            return await Show(request, tenant, developer, client, fields, null, Strings.FieldFault(fault.Message), cancel);
        }
    }

    Task<IResult> With(HttpRequest request, Func<Tenant, User, CancellationToken, Task<IResult>> steps) =>
        pipeline.Page(request, (tenant, cancel) => own.For(request, tenant, BuiltInPages.Apps, (SignedIn who) =>
            tenant.Rights(who.User.Roles).Has(Scopes.AppsManage) ? steps(tenant, who.User, cancel)
                : throw new Problem(403, "insufficient_right", $"The user lacks the right {Scopes.AppsManage}."), cancel),
            (tenant, problem) => pages.Failure(request, tenant, problem));

    // Another developer's app looks like one that is not there.
    async Task<Client> Find(Tenant tenant, User developer, string id, CancellationToken cancel) =>
        await apps.Find(tenant, developer, id, cancel) ?? throw Problem.NotFound("app_not_found", "You have no such app.");

    async Task<IResult> ShowNew(
        HttpRequest request, Tenant tenant, User developer, string id, AppFields fields, string? error, CancellationToken cancel)
    {
        var token = await forms.For(request, tenant, AboutNew(developer, id), cancel);
        var page = new PageLayout(tenant, Strings.RegisterApp) { Status = error is null ? 200 : 400 };
        return await renderer.Show<AppView, AppModel>(request, page, new AppModel(token, id, null, fields, false, null, error));
    }

    async Task<IResult> Show(HttpRequest request, Tenant tenant, User developer, Client client, AppFields fields, string? done,
        string? error, CancellationToken cancel)
    {
        var token = await forms.For(request, tenant, About(developer, client), cancel);
        var page = new PageLayout(tenant, client.Name) { Status = error is null ? 200 : 400 };
        var old = client.LiveSecretHashes(clock.GetUtcNow()).Count() > 1;
        return await renderer.Show<AppView, AppModel>(request, page, new AppModel(token, null, client, fields, old, done, error));
    }

    Task<IResult> ShowCredentials(HttpRequest request, Tenant tenant, string title, CredentialsModel model) =>
        renderer.Show<CredentialsView, CredentialsModel>(request, new PageLayout(tenant, title), model);

    static void Tell(HttpRequest request, User developer, string type, string? client)
    {
        var audit = Tenancy.AuditContext.Of(request);
        (audit.Type, audit.Actor, audit.Target) = (type, developer.Id, client);
    }

    static AppFields Fields(Client client) => new(
        AppFields.TypeOf(client), client.Name, client.WebsiteUri, client.RedirectUris, client.PostLogoutRedirectUris);

    static AppFields Fields(Form form) => new(
        form["type"] ?? "", form["name"]?.Trim() ?? "", form["website"]?.Trim(), Lines(form["redirects"]), Lines(form["after"]));

    static string[] Lines(string? text) =>
        (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static string Id(HttpRequest request) => request.RouteValues["app"] as string ?? "";

    static string Address(Tenant tenant, Client client) => $"/{tenant.Id}/{BuiltInPages.Apps}/{client.Id}";

    static string AboutNew(User developer, string id) => $"app|{developer.Id}|new|{id}";

    // The newest secret too: a form that makes a new one is good once.
    static string About(User developer, Client client) => $"app|{developer.Id}|{client.Id}|{(client.SecretHashes.Count > 0 ? client.SecretHashes[0] : "")}";

    static Problem Changed() => Problem.Conflict("app_changed", Strings.AppChanged);
}
