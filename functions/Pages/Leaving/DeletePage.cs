using Latchkey.Access;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the page that deletes an account shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="User">The user.</param>
/// <param name="At">When the account would be deleted, in words; null for at once.</param>
public sealed record DeleteModel(string FormToken, User User, string? At);

/// <summary>Where users delete their account (<see cref="AccountDeletion"/>), right after a sign-in.</summary>
public sealed class DeletePage(
    TenantPipeline pipeline, BuiltInPages builtInPages, FormTokens forms, AccountDeletion deletion, SsoSessions ssoSessions,
    PageRenderer renderer, TimeProvider clock)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "account/delete";

    /// <summary><c>GET /{tenant}/account/delete</c></summary>
    [Function("account-delete")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/account/delete")] HttpRequest http) =>
        pipeline.Page(http, request =>
        {
            AccountDeletion.EnsureOffered(request.Tenant);
            return builtInPages.ForStrong(request, Name, signedIn => Show(request, signedIn.User));
        });

    /// <summary><c>POST /{tenant}/account/delete</c>: <c>form, action=delete</c>.</summary>
    [Function("account-delete-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/account/delete")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            AccountDeletion.EnsureOffered(request.Tenant);
            var form = await Form.Read(http);
            return await builtInPages.ForStrong(request, Name, async signedIn =>
            {
                await forms.Check(request, Subject(signedIn.User), form);
                if (form["action"] != "delete") throw Problem.UnknownAction();
                (request.Audit.Type, request.Audit.Actor) = ("account-delete", signedIn.User.Id);
                var at = await deletion.Run(request.Tenant, signedIn.User, request.Cancel);
                await ssoSessions.End(request.WithoutCancellation());
                return at is { } time ? await Done(request, Strings.LeavingTitle, Strings.DeleteAccountOn(Texts.Time(time)))
                    : await Done(request, Strings.AccountDeleted, Strings.AccountDeletedLead);
            });
        });

    async Task<IResult> Show(TenantRequest request, User user)
    {
        var page = new PageLayout(request.Tenant, Strings.DeleteAccount) { Address = $"/{request.Tenant.Id}/{Name}" };
        var days = request.Tenant.Accounts.DeletionDays;
        var model = new DeleteModel(
            await forms.For(request, Subject(user)), user, days == 0 ? null : Texts.Time(clock.GetUtcNow().AddDays(days)));
        return await renderer.Show<DeleteView, DeleteModel>(request.Http, page, model);
    }

    Task<IResult> Done(TenantRequest request, string title, string text) =>
        renderer.Show<MessageView, MessageModel>(request.Http, new PageLayout(request.Tenant, title), new MessageModel(text));

    // What the form's token is made for. It names the user, as that of the account page does.
    static string Subject(User user) => $"{Name}|{user.Id}";
}
