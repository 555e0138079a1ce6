using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The user's password.</summary>
public sealed class MyPassword(TenantPipeline pipeline, AccountUsers accounts, PasswordChange passwords)
{
    /// <summary>
    /// <c>PUT /{tenant}/me/password</c> <c>{current?, new}</c> → 204: everything that the user has started ends but the session of this
    /// token. Needs a fresh sign-in and, if there is a password, that. 400 <c>wrong_password</c>, 409 <c>passwords_off</c>, 429
    /// <c>too_many_requests</c>.
    /// </summary>
    [Function("me-password")]
    public Task<IResult> Set(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = "{tenant}/me/password")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var body = await JsonBody.Read<NewPassword>(request);
            var user = (await accounts.FindFresh(caller)).User;
            if (!caller.Tenant.Accounts.Passwords) throw Problem.Conflict("passwords_off", "Passwords are turned off for this tenant.");
            if (Passwords.Fault(user, body.New) is { } fault) throw Problem.InvalidField("new", WhatIsWrong(fault));
            if (body.Current is null && !PasswordHashing.IsOfNothing(user.PasswordHash))
                throw Problem.InvalidField("current", "must be the current password");
            if (body.Current is { Length: 0 or > Passwords.MaxChars }) throw WrongPassword();
            await LockoutProblem.Run(() => Change(caller, user, body));
            return Results.NoContent();
        });

    async Task<bool> Change(Caller caller, User user, NewPassword body)
    {
        try
        {
            await passwords.ChangeInSession(caller.Tenant, user, body.Current, body.New, caller.Token.SessionId!, caller.Cancel);
            return true;
        }
        catch (OAuthError refusal) when (refusal.RetryAfter is null)
        {
            throw WrongPassword();
        }
    }

    static Problem WrongPassword() => Problem.BadRequest("wrong_password", "The current password is wrong.");

    static string WhatIsWrong(PasswordFault fault) => fault switch
    {
        PasswordFault.NotTypable => "must not contain U+0000",
        PasswordFault.IsName => "must not be the user's name",
        _ => $"must have {Passwords.MinChars} to {Passwords.MaxChars} characters",
    };

    sealed record NewPassword(string New, string? Current = null);
}
