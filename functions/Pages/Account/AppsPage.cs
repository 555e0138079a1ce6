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
/// <param name="NewId">The id that a new app will get; null if the app is registered.</param>
/// <param name="Client">The app as registered; null if it is new.</param>
/// <param name="Fields">The values of the fields.</param>
/// <param name="OldSecrets">True if secrets that were replaced are still valid.</param>
/// <param name="Done">What has just been done, or null.</param>
/// <param name="Error">What is wrong with the fields, or null.</param>
public sealed record AppModel(
    string FormToken, string? NewId, Client? Client, AppFields Fields, bool OldSecrets, string? Done, string? Error);

/// <summary>What is shown once: an app's id and secret.</summary>
public sealed record CredentialsModel(Client Client, string? Secret, string? Note);

/// <summary>Where developers register their apps: users with the right <see cref="Scopes.AppsManage"/>.</summary>
public sealed class AppsPage(
    TenantPipeline pipeline, BuiltInPages builtInPages, FormTokens forms, DeveloperApps apps, PageRenderer renderer,
    TimeProvider clock)
{
    const string New = "new";

    /// <summary><c>GET /{tenant}/apps</c></summary>
    [Function("apps")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/apps")] HttpRequest http) =>
        ForDeveloper(http, async request =>
        {
            var done = Strings.AppDone(Query.ReadForPage(http, "done")["done"]);
            var model = new AppsModel(await apps.List(request.Tenant, request.Developer, request.Cancel), done);
            return await renderer.Show<AppsView, AppsModel>(http, new PageLayout(request.Tenant, Strings.Apps), model);
        });

    /// <summary><c>GET /{tenant}/apps/{app}</c>: the app's form; <c>new</c> is an empty form.</summary>
    [Function("app")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/apps/{app}")] HttpRequest http) =>
        ForDeveloper(http, async request =>
        {
            var done = Strings.AppDone(Query.ReadForPage(http, "done")["done"]);
            if (Id(http) == New)
                return await ShowNew(request, DeveloperApps.NewId(), new AppFields("native", "", null, [], []), error: null);
            var client = await Find(request, Id(http));
            return await Show(request, client, Fields(client), done, error: null);
        });

    /// <summary><c>POST /{tenant}/apps/{app}</c>: <c>form</c>, the fields, and <c>action=register|save|rotate|end-old|delete</c>.</summary>
    [Function("app-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/apps/{app}")] HttpRequest http) =>
        ForDeveloper(http, async request =>
        {
            var form = await Form.Read(http);
            if (Id(http) == New) return await Register(request, form);
            var client = await Find(request, Id(http));
            await forms.Check(request, Subject(request.Developer, client), form);
            return await Handle(request, client, form);
        });

    async Task<IResult> Register(DeveloperRequest request, Form form)
    {
        var (id, fields) = (form.Required("id"), Fields(form));
        SetAudit(request, "app-register", clientId: null);
        await forms.Check(request, NewSubject(request.Developer, id), form);
        try
        {
            var (client, secret) = await apps.TryAdd(request.Tenant, request.Developer, id, fields, request.Cancel);
            request.Audit.Target = client?.Id;
            return client is null ? await ShowRegistered(request, id)
                : await ShowCredentials(request, Strings.AppRegistered, new CredentialsModel(client, secret, null));
        }
        catch (OAuthError fault)
        {
            request.Audit.Refusal = fault.Code;
            return await ShowNew(request, id, fields, Strings.FieldFault(fault.Message));
        }
    }

    // The form was sent twice.
    async Task<IResult> ShowRegistered(DeveloperRequest request, string id)
    {
        var client = await Find(request, id);
        return await ShowCredentials(request, Strings.AppRegistered,
            new CredentialsModel(client, null, client.IsPublic ? null : Strings.AlreadyRegistered));
    }

    async Task<IResult> Handle(DeveloperRequest request, Client client, Form form)
    {
        var (_, tenant, _, cancel) = request;
        var action = form["action"];
        if (action is "save" or "rotate" or "end-old" or "delete") SetAudit(request, $"app-{action}", client.Id);
        switch (action)
        {
            case "save":
                return await Save(request, client, form);
            case "rotate" when !client.IsPublic:
                var secret = await apps.TryRotate(tenant, client, cancel) ?? throw Changed();
                return await ShowCredentials(request, Strings.SecretRotated,
                    new CredentialsModel(client, secret, Strings.RotateNote(DeveloperApps.Overlap)));
            case "end-old" when !client.IsPublic:
                return await apps.TryEndOldSecrets(tenant, client, cancel)
                    ? new SeeOther($"{Address(tenant, client)}?done=end-old") : throw Changed();
            case "delete":
                await apps.Delete(tenant, request.Developer, client, cancel);
                return new SeeOther($"/{tenant.Id}/{BuiltInPages.Apps}?done=delete");
            default:
                throw Problem.UnknownAction();
        }
    }

    async Task<IResult> Save(DeveloperRequest request, Client client, Form form)
    {
        var fields = Fields(form) with { Type = AppFields.TypeOf(client) };
        try
        {
            return await apps.TryEdit(request.Tenant, client, fields, request.Cancel)
                ? new SeeOther($"{Address(request.Tenant, client)}?done=save") : throw Changed();
        }
        catch (OAuthError fault)
        {
            request.Audit.Refusal = fault.Code;
            return await Show(request, client, fields, done: null, Strings.FieldFault(fault.Message));
        }
    }

    Task<IResult> ForDeveloper(HttpRequest http, Func<DeveloperRequest, Task<IResult>> handler) =>
        pipeline.Page(http, request => builtInPages.For(request, BuiltInPages.Apps, signedIn =>
            request.Tenant.Rights(signedIn.User.Roles).Has(Scopes.AppsManage) ? handler(new DeveloperRequest(request, signedIn.User))
                : throw new Problem(403, "insufficient_right", $"The user lacks the right {Scopes.AppsManage}.")));

    // Another developer's app looks like one that does not exist.
    async Task<Client> Find(DeveloperRequest request, string id) =>
        await apps.Find(request.Tenant, request.Developer, id, request.Cancel)
        ?? throw Problem.NotFound("app_not_found", "You have not registered this app.");

    async Task<IResult> ShowNew(DeveloperRequest request, string id, AppFields fields, string? error)
    {
        var token = await forms.For(request, NewSubject(request.Developer, id));
        var page = new PageLayout(request.Tenant, Strings.RegisterApp) { Status = error is null ? 200 : 400 };
        return await renderer.Show<AppView, AppModel>(request.Http, page, new AppModel(token, id, null, fields, false, null, error));
    }

    async Task<IResult> Show(DeveloperRequest request, Client client, AppFields fields, string? done, string? error)
    {
        var token = await forms.For(request, Subject(request.Developer, client));
        var page = new PageLayout(request.Tenant, client.Name) { Status = error is null ? 200 : 400 };
        var hasOldSecrets = client.LiveSecretHashes(clock.GetUtcNow()).Count() > 1;
        var model = new AppModel(token, null, client, fields, hasOldSecrets, done, error);
        return await renderer.Show<AppView, AppModel>(request.Http, page, model);
    }

    Task<IResult> ShowCredentials(DeveloperRequest request, string title, CredentialsModel model) =>
        renderer.Show<CredentialsView, CredentialsModel>(request.Http, new PageLayout(request.Tenant, title), model);

    static void SetAudit(DeveloperRequest request, string type, string? clientId)
    {
        var audit = request.Audit;
        (audit.Type, audit.Actor, audit.Target) = (type, request.Developer.Id, clientId);
    }

    static AppFields Fields(Client client) => new(
        AppFields.TypeOf(client), client.Name, client.WebsiteUri, client.RedirectUris, client.PostLogoutRedirectUris);

    static AppFields Fields(Form form) => new(
        form["type"] ?? "", form["name"]?.Trim() ?? "", form["website"]?.Trim(), Lines(form["redirects"]), Lines(form["after"]));

    static string[] Lines(string? text) =>
        (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static string Id(HttpRequest http) => http.RouteValues["app"] as string ?? "";

    static string Address(Tenant tenant, Client client) => $"/{tenant.Id}/{BuiltInPages.Apps}/{client.Id}";

    static string NewSubject(User developer, string id) => $"app|{developer.Id}|new|{id}";

    // It contains the newest secret's hash, so that a form that makes a new secret works once.
    static string Subject(User developer, Client client) =>
        $"app|{developer.Id}|{client.Id}|{(client.SecretHashes.Count > 0 ? client.SecretHashes[0] : "")}";

    static Problem Changed() => Problem.Conflict("app_changed", Strings.AppChanged);
}
