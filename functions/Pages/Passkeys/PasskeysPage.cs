using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>A row in the list of passkeys, in words.</summary>
public sealed record PasskeyLine(string Id, string Name, string Times);

/// <summary>What the page of a user's passkeys shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Passkeys">The user's passkeys.</param>
/// <param name="Options">The options for the browser to make one, as JSON; null if there are as many as can be.</param>
/// <param name="Done">What has just been done, or null.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record PasskeysModel(
    string FormToken, IReadOnlyList<PasskeyLine> Passkeys, string? Options, string? Done, string? Error);

/// <summary>
/// A user's passkeys: registers, renames and removes them. Only for whoever has just signed in, because a passkey stays when the
/// browser is given back.
/// </summary>
public sealed class PasskeysPage(
    TenantPipeline pipeline, BuiltInPages builtInPages, FormTokens forms, PasskeyStore passkeys, PasskeyRegistration registration,
    PageRenderer renderer, Settings settings, TimeProvider clock)
{

    /// <summary><c>GET /{tenant}/account/passkeys</c></summary>
    [Function("account-passkeys")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/account/passkeys")] HttpRequest http) =>
        pipeline.Page(http, request =>
        {
            PasskeyPrompt.EnsureOn(request.Tenant);
            var done = Query.ReadForPage(http, "done")["done"];
            return builtInPages.ForStrong(request, BuiltInPages.Passkeys, signedIn => Show(request, signedIn, done, error: null));
        });

    /// <summary>
    /// <c>POST /{tenant}/account/passkeys</c>: <c>form</c> and <c>action=add</c> with <c>credential, name</c>, <c>action=rename</c>
    /// with <c>id, name</c>, or <c>action=remove</c> with <c>id</c>.
    /// </summary>
    [Function("account-passkeys-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/account/passkeys")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            PasskeyPrompt.EnsureOn(request.Tenant);
            var form = await Form.Read(http);
            return await builtInPages.ForStrong(request, BuiltInPages.Passkeys, async signedIn =>
            {
                await forms.Check(request, Subject(signedIn.User), form);
                request.Audit.Actor = signedIn.User.Id;
                return await Handle(request, signedIn, form);
            });
        });

    async Task<IResult> Handle(TenantRequest request, SignedIn signedIn, Form form)
    {
        var (_, tenant, audit, cancel) = request;
        var (id, name) = (form["id"] ?? "", form["name"]?.Trim() ?? "");
        var isName = name.Length <= Passkey.MaxNameChars && FieldRules.IsDisplayText(name);
        switch (form["action"])
        {
            case "add":
                audit.Type = "account-passkey-add";
                return await Add(request, signedIn, form["credential"], isName ? name : DefaultName(request));
            case "rename":
                (audit.Type, audit.Target) = ("account-passkey-rename", id);
                if (!isName) return await Fail(request, signedIn, "invalid_name", Strings.PasskeyNameFault);
                await registration.Rename(tenant, signedIn.User, id, name, cancel);
                return Done(tenant, "rename");
            case "remove":
                (audit.Type, audit.Target) = ("account-passkey-remove", id);
                return await registration.Remove(tenant, signedIn.User, id, force: false, cancel) is false
                    ? await Fail(request, signedIn, "last_way_to_sign_in", Strings.LastPasskey) : Done(tenant, "remove");
            default:
                throw Problem.UnknownAction();
        }
    }

    async Task<IResult> Add(TenantRequest request, SignedIn signedIn, string? credential, string name)
    {
        try
        {
            var (passkey, outcome) = await registration.Add(request.Tenant, signedIn, credential, name, request.Cancel);
            request.Audit.Target = passkey.Id;
            return outcome switch
            {
                PasskeyAddition.Added => Done(request.Tenant, "add"),
                PasskeyAddition.Full => await Fail(request, signedIn, "too_many_passkeys", Strings.TooManyPasskeys),
                _ => await Fail(request, signedIn, "passkey_exists", Strings.PasskeyExists),
            };
        }
        catch (PasskeyRefusal refusal)
        {
            return await Fail(request, signedIn, refusal.Code, Strings.PasskeyNotAdded);
        }
    }

    Task<IResult> Fail(TenantRequest request, SignedIn signedIn, string code, string text)
    {
        request.Audit.Refusal = code;
        return Show(request, signedIn, done: null, text);
    }

    async Task<IResult> Show(TenantRequest request, SignedIn signedIn, string? done, string? error)
    {
        var (_, tenant, _, cancel) = request;
        var (all, now) = (await passkeys.List(tenant, signedIn.User.Id, cancel), clock.GetUtcNow());
        var lines = all.Select(passkey => new PasskeyLine(
            passkey.Id, passkey.Name, Strings.PasskeyTimes(now - passkey.CreatedAt, now - passkey.LastUsedAt))).ToList();
        var model = new PasskeysModel(await forms.For(request, Subject(signedIn.User)), lines,
            all.Count < PasskeyStore.MaxOfUser ? await registration.Options(tenant, signedIn, all, cancel) : null,
            Strings.PasskeyDone(done), error);
        var page = new PageLayout(tenant, Strings.Passkeys)
        {
            Status = error is null ? 200 : 400,
            Address = $"/{tenant.Id}/{BuiltInPages.Passkeys}",
            Scripts = PasskeyPrompt.Scripts(tenant),
        };
        return await renderer.Show<PasskeysView, PasskeysModel>(request.Http, page, model);
    }

    string DefaultName(TenantRequest request) => DeviceNames.Of(Device.Of(request.Http, settings.FrontDoorId));

    static SeeOther Done(Tenant tenant, string action) => new($"/{tenant.Id}/{BuiltInPages.Passkeys}?done={action}");

    static string Subject(User user) => $"passkeys|{user.Id}";
}
