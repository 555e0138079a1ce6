using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>
/// Where users set up their second factor, get new recovery codes and turn it off. All of it needs a fresh sign-in; what takes
/// something away needs a code too.
/// </summary>
public sealed class SecondFactorPage(
    TenantPipeline pipeline, BuiltInPages builtInPages, FormTokens forms, SecondFactors factors, SecondFactorSetUps setUps,
    SsoSessions ssoSessions, SecondFactorPages pages, PageRenderer renderer)
{
    const string Route = "{tenant}/" + BuiltInPages.SecondFactor;

    /// <summary><c>GET /{tenant}/account/second-factor</c></summary>
    [Function("second-factor")]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, request => ForFresh(request, signedIn => Show(request, signedIn.User, refusal: null)));

    /// <summary><c>POST /{tenant}/account/second-factor</c>: <c>form, code</c> and <c>action=set-up|codes|remove</c>.</summary>
    [Function("second-factor-post")]
    public Task<IResult> Post([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            return await ForFresh(request, async signedIn =>
            {
                await forms.Check(request, Subject(signedIn.User), form);
                request.Audit.Actor = signedIn.User.Id;
                return form["action"] switch
                {
                    "set-up" => await SetUp(request, signedIn, form),
                    "codes" or "remove" => await Change(request, signedIn.User, form),
                    _ => throw Problem.UnknownAction(),
                };
            });
        });

    async Task<IResult> SetUp(TenantRequest request, SignedIn signedIn, Form form)
    {
        var user = signedIn.User;
        request.Audit.Type = "second-factor-set-up";
        if (user.SecondFactor is not null) return await Show(request, user, refusal: null); // The form was sent twice.
        if (await setUps.TrySetUp(request.Tenant, user, form["setup"], form["code"], request.Cancel) is not var (changed, codes))
        {
            request.Audit.Refusal = "wrong_code";
            return await pages.SetUp(request, user, await FormOf(request, user), authorization: null, form["setup"] ?? "");
        }
        var methods = signedIn.Authentication.Methods.Append(Authentication.OneTimePassword).Append(Authentication.MultipleFactors);
        await ssoSessions.Renew(request,
            new SignedIn(changed, signedIn.Authentication with { Methods = [.. methods.Distinct()] }));
        return await pages.Codes(request, codes, form: null, authorization: null);
    }

    async Task<IResult> Change(TenantRequest request, User user, Form form)
    {
        var (_, tenant, audit, cancel) = request;
        audit.Type = form["action"] == "remove" ? "second-factor-remove" : "second-factor-codes";
        try
        {
            if (await factors.Use(tenant, user, form["code"], cancel) == SecondFactorCode.Wrong)
                throw OAuthError.InvalidGrant("The code is wrong.");
        }
        catch (OAuthError refusal)
        {
            audit.Refusal = refusal.RetryAfter is null ? "wrong_code" : refusal.Code;
            return await Show(request, user, refusal);
        }
        if (form["action"] == "remove")
        {
            await factors.Remove(tenant, user.Id, byAdministrator: false, cancel);
            return await renderer.Show<MessageView, MessageModel>(request.Http, new PageLayout(tenant, Strings.SecondFactor),
                new MessageModel(Strings.SecondFactorRemoved, $"/{tenant.Id}/{BuiltInPages.Account}", Strings.BackToAccount));
        }
        return await factors.RenewCodes(tenant, user, cancel) is { } codes ? await pages.Codes(request, codes, null, null)
            : new SeeOther($"/{tenant.Id}/{BuiltInPages.SecondFactor}");
    }

    Task<IResult> ForFresh(TenantRequest request, Func<SignedIn, Task<IResult>> show)
    {
        if (request.Tenant.Accounts.SecondFactor == SecondFactorMode.Off)
            throw Problem.NotFound("no_second_factor", Strings.NoSecondFactor);
        return builtInPages.ForFresh(request, BuiltInPages.SecondFactor, show);
    }

    async Task<IResult> Show(TenantRequest request, User user, OAuthError? refusal)
    {
        var form = await FormOf(request, user);
        if (await factors.Find(request.Tenant, user, request.Cancel) is not { } factor)
            return await pages.SetUp(request, user, form, authorization: null, refused: null);
        var page = new PageLayout(request.Tenant, Strings.SecondFactor)
        {
            Address = form.Address,
            Status = SecondFactorPages.Status(refusal),
        };
        var model = new SecondFactorModel(form, factor.RecoveryCodes.Count, SecondFactorPages.Error(refusal));
        return await renderer.Show<SecondFactorView, SecondFactorModel>(request.Http, page, model, refusal?.RetryAfter);
    }

    async Task<SecondFactorForm> FormOf(TenantRequest request, User user) =>
        new($"/{request.Tenant.Id}/{BuiltInPages.SecondFactor}", await forms.For(request, Subject(user)));

    static string Subject(User user) => $"second-factor|{user.Id}";
}
