using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The user's address, changed by a code that goes to the new one and comes back in the same session of the same app.</summary>
public sealed class MyEmail(TenantPipeline pipeline, AccountUsers accounts, EmailChanges changes, Settings settings)
{
    const string Route = "{tenant}/me/email";

    /// <summary>
    /// <c>POST /{tenant}/me/email</c> <c>{email}</c> → 202 <c>{codeId}</c>, whether the address is free or not. The same address as
    /// before is verified. Needs a fresh sign-in. 409 <c>no_mail</c>, 429 <c>too_many_requests</c>.
    /// </summary>
    [Function("me-email")]
    public Task<IResult> Ask([HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var email = (await JsonBody.Read<NewEmail>(request)).Email.Trim();
            var signedIn = await accounts.FindFresh(caller);
            EnsureMail();
            if (!EmailAddress.IsValid(email) || !FieldRules.IsDisplayText(email)) throw Problem.InvalidField("email",
                "must be an email address");
            var address = CallerAddress.Of(request, settings.FrontDoorId);
            var codeId = await LockoutProblem.Run(() => changes.Ask(caller, signedIn, email, address, onPage: false));
            return Results.Json(new { codeId }, statusCode: 202);
        });

    /// <summary>
    /// <c>POST /{tenant}/me/email/confirm</c> <c>{codeId, code}</c> → 204: the address is the user's, and the former one is told. 400
    /// <c>wrong_code</c> while there are tries left, then 410 <c>code_over</c>. 409 <c>email_taken</c>.
    /// </summary>
    [Function("me-email-confirm")]
    public Task<IResult> Confirm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route + "/confirm")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var body = await JsonBody.Read<SentCode>(request);
            var (verdict, _) = await changes.Confirm(caller, await accounts.Find(caller), body.CodeId, body.Code);
            return verdict switch
            {
                EmailVerdict.Changed => Results.NoContent(),
                EmailVerdict.WrongCode => throw Problem.BadRequest("wrong_code", "The code is wrong."),
                EmailVerdict.CodeOver =>
                    throw new Problem(410, "code_over", "The code was used, tried too often or has expired. Ask for another."),
                _ => throw UserStore.EmailTaken(),
            };
        });

    void EnsureMail()
    {
        if (!changes.IsPossible) throw Problem.Conflict("no_mail", "This deployment can't send email.");
    }

    sealed record NewEmail(string Email);

    sealed record SentCode(string CodeId, string Code);
}
