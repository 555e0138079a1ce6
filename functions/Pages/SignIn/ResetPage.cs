using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the two forms of a password reset show.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Link">The link that the user followed; null in the form that asks for a link.</param>
/// <param name="User">The user whose password is reset, or null.</param>
/// <param name="Error">What is wrong with the new password, or null.</param>
public sealed record ResetModel(string FormToken, string? Link, User? User, string? Error);

/// <summary>Resets a forgotten password: the user asks for a link, gets it by email, and sets a new password.</summary>
public sealed class ResetPage(
    TenantPipeline pipeline, PasswordResets resets, FormTokens forms, PageRenderer renderer, KnownDevices devices)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "reset";

    const int MaxNameChars = 256;

    /// <summary><c>GET /{tenant}/reset</c>, and <c>?link=</c> from the mail.</summary>
    [Function("reset")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/reset")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            EnsureOn(request.Tenant);
            var link = Query.ReadForPage(http, "link")["link"];
            var user = link is null ? null : (await resets.Find(request.Tenant, link, request.Cancel) ?? throw InvalidLink()).User;
            return await Show(request, link, user, error: null);
        });

    /// <summary><c>POST /{tenant}/reset</c>: <c>form, username</c>, or <c>form, link, new</c>.</summary>
    [Function("reset-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/reset")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            EnsureOn(request.Tenant);
            var form = await Form.Read(http);
            await forms.Check(request, Subject(form["link"]), form);
            return form["link"] is { } link ? await SetPassword(request, link, form["new"] ?? "")
                : await SendLink(request, form["username"] ?? "");
        });

    async Task<IResult> SendLink(TenantRequest request, string userName)
    {
        if (userName.Length > MaxNameChars) throw Problem.BadRequest("invalid_name", "The user name is too long.");
        var (_, tenant, audit, cancel) = request;
        // No user is recorded here, because there may be none. A mail that is sent has an entry of its own.
        audit.Type = "password-reset-ask";
        await resets.Ask(tenant, userName, devices.PlaceOf(request, userName), cancel);
        return await ShowMessage(request, Strings.ResetAsked, new MessageModel(Strings.ResetAskedLead));
    }

    async Task<IResult> SetPassword(TenantRequest request, string link, string password)
    {
        var (_, tenant, audit, cancel) = request;
        audit.Type = "password-reset";
        var reset = await resets.Find(tenant, link, cancel) ?? throw InvalidLink();
        audit.Actor = reset.User.Id;
        if (Passwords.Fault(reset.User, password) is { } fault)
        {
            audit.Refusal = "weak_password";
            return await Show(request, link, reset.User, Strings.PasswordFault(fault));
        }
        if (!await resets.TryUse(tenant, reset, password, cancel)) throw InvalidLink();
        // Strangers who guess passwords can't lock out a user who has the mail.
        await devices.Remember(request, reset.User);
        return await ShowMessage(request, Strings.ResetDone,
            new MessageModel(Strings.ResetDoneLead, $"/{tenant.Id}/{BuiltInPages.Account}", Strings.SignIn));
    }

    async Task<IResult> Show(TenantRequest request, string? link, User? user, string? error)
    {
        var token = await forms.For(request, Subject(link));
        var title = link is null ? Strings.Forgot : Strings.NewPassword;
        var page = new PageLayout(request.Tenant, title) { Status = error is null ? 200 : 400, HasPassword = link is not null };
        return await renderer.Show<ResetView, ResetModel>(request.Http, page, new ResetModel(token, link, user, error));
    }

    Task<IResult> ShowMessage(TenantRequest request, string title, MessageModel message) =>
        renderer.Show<MessageView, MessageModel>(request.Http, new PageLayout(request.Tenant, title), message);

    void EnsureOn(Tenant tenant)
    {
        if (!resets.Possible || !tenant.Accounts.Passwords) throw Problem.NotFound("no_mail", Strings.NoReset);
    }

    // What the form's token is made for.
    static string Subject(string? link) => $"{Name}|{link}";

    static Problem InvalidLink() => Problem.BadRequest("link_not_good", Strings.ResetLinkNotGood);
}
