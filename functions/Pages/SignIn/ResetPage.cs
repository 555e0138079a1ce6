using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the two forms of a reset show.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Link">The link that was followed; null if a link is asked for.</param>
/// <param name="User">Whose password it sets, or null.</param>
/// <param name="Error">What is wrong with the new password, or null.</param>
public sealed record ResetModel(string FormToken, string? Link, User? User, string? Error);

/// <summary>A forgotten password: the user asks for a link, gets it by mail, and sets a new password.</summary>
public sealed class ResetPage(
    TenantPipeline pipeline, PasswordResets resets, FormTokens forms, PageRenderer renderer, ResponsePages pages, KnownDevices devices)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "reset";

    const int MaxNameChars = 256;

    /// <summary><c>GET /{tenant}/reset</c>, and <c>?link=</c> from the mail.</summary>
    [Function("reset")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/reset")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            EnsurePossible();
            var link = Query.ReadForPage(request, "link")["link"];
            var user = link is null ? null : (await resets.Find(tenant, link, cancel) ?? throw NoGood()).User;
            return await Show(request, tenant, link, user, null, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>POST /{tenant}/reset</c>: <c>form, username</c>, or <c>form, link, new</c>.</summary>
    [Function("reset-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/reset")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            EnsurePossible();
            var form = await Form.Read(request);
            await forms.Check(request, tenant, About(form["link"]), form, cancel);
            return form["link"] is { } link ? await Set(request, tenant, link, form["new"] ?? "", cancel)
                : await Ask(request, tenant, form["username"] ?? "", cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    async Task<IResult> Ask(HttpRequest request, Tenant tenant, string userName, CancellationToken cancel)
    {
        if (userName.Length > MaxNameChars) throw Problem.BadRequest("invalid_name", "That is no user name.");
        AuditContext.Of(request).Type = "password-reset-ask"; // Of whom is not said: it may be nobody. The mail, if one goes out, is told apart.
        await resets.Ask(tenant, userName, devices.Of(request, tenant, userName), cancel);
        return await Say(request, tenant, Strings.ResetAsked, new MessageModel(Strings.ResetAskedLead));
    }

    async Task<IResult> Set(HttpRequest request, Tenant tenant, string link, string password, CancellationToken cancel)
    {
        var audit = AuditContext.Of(request);
        audit.Type = "password-reset";
        var good = await resets.Find(tenant, link, cancel) ?? throw NoGood();
        audit.Actor = good.User.Id;
        if (Passwords.Fault(good.User, password) is { } fault)
        {
            audit.Refusal = "weak_password";
            return await Show(request, tenant, link, good.User, Strings.PasswordFault(fault), cancel);
        }
        if (!await resets.TryUse(tenant, good, password, cancel)) throw NoGood();
        await devices.Remember(request, tenant, good.User, cancel); // Strangers who guess keep nobody out who has the mail.
        return await Say(request, tenant, Strings.ResetDone, new MessageModel(Strings.ResetDoneLead, $"/{tenant.Id}/{BuiltInPages.Account}", Strings.SignIn));
    }

    async Task<IResult> Show(HttpRequest request, Tenant tenant, string? link, User? user, string? error, CancellationToken cancel)
    {
        var token = await forms.For(request, tenant, About(link), cancel);
        var page = new PageLayout(tenant, link is null ? Strings.Forgot : Strings.NewPassword) { Status = error is null ? 200 : 400 };
        return await renderer.Show<ResetView, ResetModel>(request, page, new ResetModel(token, link, user, error));
    }

    Task<IResult> Say(HttpRequest request, Tenant tenant, string title, MessageModel message) =>
        renderer.Show<MessageView, MessageModel>(request, new PageLayout(tenant, title), message);

    void EnsurePossible()
    {
        if (!resets.Possible) throw Problem.NotFound("no_mail", Strings.NoReset);
    }

    static string About(string? link) => $"{Name}|{link}";

    static Problem NoGood() => Problem.BadRequest("link_not_good", Strings.ResetLinkNotGood);
}
