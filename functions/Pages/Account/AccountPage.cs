using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>A line of the list of sessions, in words.</summary>
public sealed record SessionLine(string Id, string App, string Device, string Place, string Times);

/// <summary>A line of the list of approved apps.</summary>
public sealed record ConsentLine(string ClientId, string App, string? Website, Scope Scope, string Since);

/// <summary>What the account page shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">Who is signed in.</param>
/// <param name="Sessions">Where.</param>
/// <param name="Consents">The apps that the user has allowed.</param>
/// <param name="Done">What has just been done, or null.</param>
/// <param name="PasswordError">Why the password was not changed, or null.</param>
public sealed record AccountModel(string FormToken, User User, IReadOnlyList<SessionLine> Sessions,
    IReadOnlyList<ConsentLine> Consents, string? Done, string? PasswordError);

/// <summary>A user's own page: where they are signed in, what they have allowed, their password.</summary>
public sealed class AccountPage(
    TenantPipeline pipeline, BuiltInPages own, FormTokens forms, AccountLists lists, SessionStore sessions, SignOuts signOuts, SsoSessions signIns,
    PasswordChange passwords, PageRenderer renderer, ResponsePages pages, KnownDevices devices)
{
    /// <summary><c>GET /{tenant}/account</c></summary>
    [Function("account")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/account")] HttpRequest request) =>
        pipeline.Page(request, (tenant, cancel) =>
        {
            var done = Query.ReadForPage(request, "done")["done"];
            return own.For(request, tenant, BuiltInPages.Account, who => Show(request, tenant, who, done, null, cancel), cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>POST /{tenant}/account</c>: <c>form</c> and one <c>action</c>; see <see cref="Act"/>.</summary>
    [Function("account-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/account")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            return await own.For(request, tenant, BuiltInPages.Account, async who =>
            {
                await forms.Check(request, tenant, About(who.User), form, cancel);
                return await Act(request, tenant, who, form, cancel);
            }, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    async Task<IResult> Act(HttpRequest request, Tenant tenant, SignedIn who, Form form, CancellationToken cancel)
    {
        var (user, audit) = (who.User, Tenancy.AuditContext.Of(request));
        audit.Actor = user.Id;
        switch (form["action"])
        {
            case "end":
                audit.Type = "account-session-end";
                // Whose it is decides: an id from elsewhere ends nothing and is told nothing.
                if (form["session"] is { } id && await sessions.Find(tenant.Id, id, cancel) is { } session && session.UserId == user.Id)
                {
                    (audit.Client, audit.Target) = (session.ClientId, session.Id);
                    await signOuts.End(tenant, user.Id, id, "the user ended it", cancel);
                }
                return Done(tenant, "end");
            case "end-all":
                audit.Type = "account-sessions-end";
                var now = await signOuts.EndAll(tenant, user.Id, cancel) ?? user;
                await signIns.Renew(request, tenant, who with { User = now }, CancellationToken.None); // Who says so stays.
                return Done(tenant, "end-all");
            case "remove":
                audit.Type = "account-app-remove";
                if (form.Required("client") is var app && Client.IsId(app)) await signOuts.RemoveApp(tenant, user.Id, app, cancel);
                return Done(tenant, "remove");
            case "password":
                audit.Type = "account-password";
                return await ChangePassword(request, tenant, who, form, cancel);
            case "signout":
                audit.Type = "sign-out";
                await signIns.End(request, tenant, cancel);
                return await renderer.Show<MessageView, MessageModel>(
                    request, new PageLayout(tenant, Strings.SignedOut), new MessageModel(Strings.SignedOutHere, $"/{tenant.Id}/{BuiltInPages.Account}", Strings.SignIn));
            default:
                throw Problem.BadRequest("unknown_action", "This page does nothing like that.");
        }
    }

    async Task<IResult> ChangePassword(HttpRequest request, Tenant tenant, SignedIn who, Form form, CancellationToken cancel)
    {
        var (old, password) = (form["old"] ?? "", form["new"] ?? "");
        if (Passwords.Fault(who.User, password) is { } fault)
        {
            Tenancy.AuditContext.Of(request).Refusal = "weak_password";
            return await Show(request, tenant, who, null, (Strings.PasswordFault(fault), 400, null), cancel);
        }
        try
        {
            if (old.Length is 0 or > Passwords.MaxChars) throw OAuthError.InvalidGrant("The old password is wrong.");
            var changed = await passwords.Change(tenant, who.User, old, password, cancel);
            await signIns.Start(request, tenant, changed, CancellationToken.None);
        }
        catch (OAuthError refusal)
        {
            Tenancy.AuditContext.Of(request).Refusal = refusal.Code;
            var text = refusal.RetryAfter is { } seconds ? Strings.TooManyTries(seconds) : Strings.WrongOldPassword;
            return await Show(request, tenant, who, null, (text, refusal.RetryAfter is null ? 400 : 429, refusal.RetryAfter), cancel);
        }
        await devices.Remember(request, tenant, who.User, cancel);
        return Done(tenant, "password");
    }

    async Task<IResult> Show(HttpRequest request, Tenant tenant, SignedIn who, string? done,
        (string Text, int Status, int? RetryAfter)? wrong, CancellationToken cancel)
    {
        var token = await forms.For(request, tenant, About(who.User), cancel);
        var model = new AccountModel(token, who.User, await lists.Sessions(tenant, who.User, cancel),
            await lists.Consents(tenant, who.User, cancel), Strings.Done(done), wrong?.Text);
        var page = new PageLayout(tenant, Strings.Account) { Status = wrong?.Status ?? 200 };
        return await renderer.Show<AccountView, AccountModel>(request, page, model, wrong?.RetryAfter);
    }

    static SeeOther Done(Tenant tenant, string what) => new($"/{tenant.Id}/{BuiltInPages.Account}?done={what}");

    // The user too: whoever signs in with this browser next can't be made to send this one's form.
    static string About(User user) => $"account|{user.Id}";
}
