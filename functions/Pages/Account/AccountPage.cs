using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>A row in the list of sessions, in words.</summary>
/// <param name="Id">The session.</param>
/// <param name="App">The app.</param>
/// <param name="Device">The browser or app, and the kind of device.</param>
/// <param name="Place">The network, as far as it is kept.</param>
/// <param name="Times">When it began and was last used.</param>
/// <param name="IsHere">True if it began in this browser, with the sign-in that is still going on.</param>
public sealed record SessionLine(string Id, string App, string Device, string Place, string Times, bool IsHere);

/// <summary>A row in the list of allowed apps.</summary>
public sealed record ConsentLine(string ClientId, string App, string? Website, Allowed Allowed, string Since);

/// <summary>What the account page shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">The user who is signed in.</param>
/// <param name="Sessions">Where the user is signed in.</param>
/// <param name="Consents">The apps that the user has allowed.</param>
/// <param name="Done">What has just been done, or null.</param>
/// <param name="PasswordError">Why the password was not changed, or null.</param>
public sealed record AccountModel(string FormToken, User User, IReadOnlyList<SessionLine> Sessions,
    IReadOnlyList<ConsentLine> Consents, string? Done, string? PasswordError)
{
    /// <summary>The URL of the user's picture, or null.</summary>
    public string? Picture { get; init; }
}

/// <summary>A user's own page: where they are signed in, which apps they have allowed, and their password.</summary>
public sealed class AccountPage(
    TenantPipeline pipeline, BuiltInPages builtInPages, FormTokens forms, AccountLists lists, AccountSessions sessions,
    Logouts logouts, ConsentWithdrawal consents, PasswordForm passwordForm, PageRenderer renderer)
{
    /// <summary><c>GET /{tenant}/account</c></summary>
    [Function("account")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/account")] HttpRequest http) =>
        pipeline.Page(http, request =>
        {
            var done = Query.ReadForPage(http, "done")["done"];
            return builtInPages.For(request, BuiltInPages.Account, signedIn => Show(request, signedIn, done, passwordError: null));
        });

    /// <summary><c>POST /{tenant}/account</c>: <c>form</c> and <c>action=end|end-all|remove|password|signout</c>.</summary>
    [Function("account-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/account")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            return await builtInPages.For(request, BuiltInPages.Account, async signedIn =>
            {
                await forms.Check(request, Subject(signedIn.User), form);
                return await Handle(request, signedIn, form);
            });
        });

    async Task<IResult> Handle(TenantRequest request, SignedIn signedIn, Form form)
    {
        var (audit, user) = (request.Audit, signedIn.User);
        audit.Actor = user.Id;
        switch (form["action"])
        {
            case "end":
                audit.Type = "account-session-end";
                await sessions.End(request, user, form["session"] ?? "");
                return Done(request.Tenant, "end");
            case "end-all":
                audit.Type = "account-sessions-end";
                await sessions.EndAllOthers(request, signedIn);
                return Done(request.Tenant, "end-all");
            case "remove":
                audit.Type = "account-app-remove";
                var clientId = form.Required("client");
                if (Client.IsId(clientId)) await consents.Withdraw(request.Tenant, user.Id, clientId, request.Cancel);
                return Done(request.Tenant, "remove");
            case "password":
                audit.Type = "account-password";
                return await passwordForm.Change(request, signedIn, form) is { } error
                    ? await Show(request, signedIn, done: null, error) : Done(request.Tenant, "password");
            case "signout":
                audit.Type = "sign-out";
                await logouts.EndHere(request, signedIn);
                var message = new MessageModel(Strings.SignedOutHere, $"/{request.Tenant.Id}/{BuiltInPages.Account}", Strings.SignIn);
                return await renderer.Show<MessageView, MessageModel>(
                    request.Http, new PageLayout(request.Tenant, Strings.SignedOut), message);
            default:
                throw Problem.UnknownAction();
        }
    }

    async Task<IResult> Show(TenantRequest request, SignedIn signedIn, string? done, PasswordError? passwordError)
    {
        var (_, tenant, _, cancel) = request;
        var user = signedIn.User;
        var token = await forms.For(request, Subject(user));
        var model = new AccountModel(token, user, await lists.Sessions(tenant, signedIn, cancel),
            await lists.Consents(tenant, user, cancel), Strings.Done(done), passwordError?.Text);
        model = model with { Picture = await lists.Picture(request, user) };
        var page = new PageLayout(tenant, Strings.Account)
        {
            Picture = model.Picture,
            HasPassword = true,
            Status = passwordError?.Status ?? 200,
            Address = $"/{tenant.Id}/{BuiltInPages.Account}",
        };
        return await renderer.Show<AccountView, AccountModel>(request.Http, page, model, passwordError?.RetryAfter);
    }

    static SeeOther Done(Tenant tenant, string action) => new($"/{tenant.Id}/{BuiltInPages.Account}?done={action}");

    // What the form's token is made for. It names the user: the user who signs in next with this browser can't be made to
    // send this user's form.
    static string Subject(User user) => $"account|{user.Id}";
}
