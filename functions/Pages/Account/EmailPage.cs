using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the page of a user's address shows.</summary>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="SignedIn">The user.</param>
/// <param name="AsksPassword">True if the sign-in is too old to count.</param>
public sealed record EmailModel(string FormToken, SignedIn SignedIn, bool AsksPassword)
{
    /// <summary>The id of the code that was sent; null shows the form for an address.</summary>
    public string? Sent { get; init; }

    /// <summary>The code to fill in, or null.</summary>
    public string? Code { get; init; }

    /// <summary>The address that was typed, or null.</summary>
    public string? Typed { get; init; }

    /// <summary>What went wrong, or null.</summary>
    public string? Error { get; init; }

    /// <summary>True if the address was changed just now.</summary>
    public bool Done { get; init; }
}

/// <summary>A user's own address: change it, or prove it (<see cref="EmailChanges"/>).</summary>
public sealed class EmailPage(
    TenantPipeline pipeline, BuiltInPages builtInPages, SsoSessions ssoSessions, EmailChanges changes, Passwords passwords,
    KnownDevices devices, FormTokens forms, PageRenderer renderer)
{
    /// <summary>Its path under the tenant.</summary>
    public const string Name = "account/email";

    /// <summary><c>GET /{tenant}/account/email</c>; <c>?sent=&amp;code=</c> from the mail fill in the form for the code.</summary>
    [Function("account-email")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/account/email")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            EnsureMail();
            var query = Query.ReadForPage(http, "sent", "code", "done");
            // A mail's link in another browser: signing in there would not help, because the code is bound to the browser that asked.
            if (query["code"] is not null && await ssoSessions.Find(request) is null)
            {
                return await renderer.Show<MessageView, MessageModel>(
                    http, new PageLayout(request.Tenant, Strings.TypeCodeThere), new MessageModel(Strings.TypeCodeThereLead));
            }
            return await builtInPages.For(request, Name, async signedIn => await Show(request, await Model(request, signedIn) with
            {
                Sent = query["sent"],
                Code = OneTimeCodes.Read(query["code"]),
                Done = query["done"] is not null,
            }));
        });

    /// <summary>
    /// <c>POST /{tenant}/account/email</c>: <c>form</c> and <c>action=change</c> with <c>email, old</c>, <c>action=verify</c>, or
    /// <c>action=code</c> with <c>sent, code</c>.
    /// </summary>
    [Function("account-email-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/account/email")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            EnsureMail();
            var form = await Form.Read(http);
            return await builtInPages.For(request, Name, async signedIn =>
            {
                await forms.Check(request, Subject(signedIn), form);
                request.Audit.Actor = signedIn.User.Id;
                return form["action"] == "code" ? await Confirm(request, signedIn, form) : await Ask(request, signedIn, form);
            });
        });

    async Task<IResult> Ask(TenantRequest request, SignedIn signedIn, Form form)
    {
        var (_, tenant, audit, cancel) = request;
        audit.Type = "account-email-ask";
        var isVerify = form["action"] == "verify";
        var email = isVerify ? signedIn.User.Email ?? "" : (form["email"] ?? "").Trim();
        var model = await Model(request, signedIn) with { Typed = isVerify || email.Length > EmailAddress.MaxChars ? null : email };
        if (EmailAddress.Domain(email) is null || !FieldRules.IsDisplayText(email))
            return await Refuse(request, model, "invalid_field", Strings.EmailFault);
        try
        {
            // Proving an address that an administrator has entered changes nothing that the user could lose.
            if (model.AsksPassword && !isVerify)
            {
                if (!tenant.Accounts.Passwords) return await builtInPages.SignInAgain(request, Name);
                if (form["old"] is not { Length: > 0 and <= Passwords.MaxChars } old)
                    return await Refuse(request, model, "invalid_grant", Strings.WrongPasswordNow);
                await passwords.Confirm(tenant, signedIn.User, old, cancel);
            }
            var sent = await changes.Ask(request, signedIn, email, devices.PlaceOf(request, email).Address, onPage: true);
            return new SeeOther($"/{tenant.Id}/{Name}?sent={sent}");
        }
        catch (OAuthError refusal)
        {
            return refusal.RetryAfter is { } seconds ? await Refuse(request, model, refusal.Code, Strings.TooManyTries(seconds), seconds)
                : await Refuse(request, model, refusal.Code, Strings.WrongPasswordNow);
        }
    }

    async Task<IResult> Confirm(TenantRequest request, SignedIn signedIn, Form form)
    {
        request.Audit.Type = "account-email-change";
        var (verdict, user) = await changes.Confirm(request, signedIn, form["sent"], form["code"]);
        var model = await Model(request, signedIn);
        switch (verdict)
        {
            case EmailVerdict.Changed:
                await devices.Remember(request, user!); // By its new name, too.
                return new SeeOther($"/{request.Tenant.Id}/{Name}?done=1");
            case EmailVerdict.WrongCode:
                return await Refuse(request, model with { Sent = form["sent"] }, "wrong_code", Strings.WrongMailCode);
            case EmailVerdict.CodeOver:
                return await Refuse(request, model, "wrong_code", Strings.AddressCodeOver);
            default:
                return await Refuse(request, model, "email_taken", Strings.AddressTaken);
        }
    }

    // Whoever finds a browser that somebody left signed in must not be able to take over the account.
    async Task<EmailModel> Model(TenantRequest request, SignedIn signedIn) =>
        new(await forms.For(request, Subject(signedIn)), signedIn, AsksPassword: !builtInPages.IsFresh(signedIn));

    Task<IResult> Show(TenantRequest request, EmailModel model, int status = 200, int? retryAfter = null) =>
        renderer.Show<EmailView, EmailModel>(
            request.Http, new PageLayout(request.Tenant, Strings.EmailAddress) { Status = status }, model, retryAfter);

    Task<IResult> Refuse(TenantRequest request, EmailModel model, string code, string error, int? retryAfter = null)
    {
        request.Audit.Refusal = code;
        return Show(request, model with { Error = error }, retryAfter is null ? 400 : 429, retryAfter);
    }

    void EnsureMail()
    {
        if (!changes.IsPossible) throw Problem.NotFound("no_mail", Strings.NoReset);
    }

    // What the form's token is made for. It names the user, as that of the account page does.
    static string Subject(SignedIn signedIn) => $"{Name}|{signedIn.User.Id}";
}
