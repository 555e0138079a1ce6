using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The user's second factor: an authenticator app and recovery codes. Every change needs a fresh sign-in, with both factors if
/// there are two.</summary>
public sealed class MySecondFactor(TenantPipeline pipeline, AccountUsers accounts, SecondFactors factors, SecondFactorSetUps setUps)
{
    const string Route = "{tenant}/me/second-factor";

    /// <summary><c>GET /{tenant}/me/second-factor</c> → <c>{enabled, required, since, recoveryCodesLeft}</c>. 404
    /// <c>no_second_factor</c>.</summary>
    [Function("me-second-factor")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var user = (await accounts.Find(caller)).User;
            var factor = user.SecondFactor is null ? null : await factors.Find(caller.Tenant, user, caller.Cancel);
            return Results.Json(new
            {
                enabled = factor is not null,
                required = SecondFactors.IsRequiredOf(caller.Tenant, user),
                since = factor?.Since.UtcDateTime,
                recoveryCodesLeft = factor?.RecoveryCodes.Count ?? 0,
            });
        });

    /// <summary>
    /// <c>POST /{tenant}/me/second-factor</c> → <c>{setup, secret, uri}</c>: begins to set one up; nothing is stored yet. The app shows
    /// the secret or the URI's QR code. 409 <c>second_factor_exists</c>.
    /// </summary>
    [Function("me-second-factor-begin")]
    public Task<IResult> Begin([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var user = (await accounts.FindFresh(caller)).User;
            if (user.SecondFactor is not null) throw Exists();
            var setUp = await setUps.Begin(caller.Tenant, user, caller.Cancel);
            return Results.Json(
                new { setup = setUp.Encrypted, secret = setUp.Typed.Replace(" ", "", StringComparison.Ordinal), setUp.Uri });
        });

    /// <summary>
    /// <c>POST /{tenant}/me/second-factor/confirm</c> <c>{setup, code}</c> → <c>{recoveryCodes}</c>, which are never shown again. 400
    /// <c>wrong_code</c>, 409 <c>second_factor_exists</c>.
    /// </summary>
    [Function("me-second-factor-confirm")]
    public Task<IResult> Confirm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route + "/confirm")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var body = await JsonBody.Read<SetUpCode>(request);
            var user = (await accounts.FindFresh(caller)).User;
            if (user.SecondFactor is not null) throw Exists();
            return await setUps.TrySetUp(caller.Tenant, user, body.Setup, body.Code, caller.Cancel) is var (_, recoveryCodes)
                ? Results.Json(new { recoveryCodes })
                : throw Problem.BadRequest("wrong_code", "The code is wrong, or setting up took too long.");
        });

    /// <summary><c>POST /{tenant}/me/second-factor/codes</c> → <c>{recoveryCodes}</c>: new ones; the old ones no longer work.</summary>
    [Function("me-second-factor-codes")]
    public Task<IResult> Renew(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route + "/codes")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var user = (await accounts.FindFresh(caller)).User;
            return await factors.RenewCodes(caller.Tenant, user, caller.Cancel) is { } recoveryCodes
                ? Results.Json(new { recoveryCodes }) : throw NotSetUp();
        });

    /// <summary><c>DELETE /{tenant}/me/second-factor</c> → 204: with its recovery codes, and what browsers remember of it.</summary>
    [Function("me-second-factor-remove")]
    public Task<IResult> Remove([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var user = (await accounts.FindFresh(caller)).User;
            if (user.SecondFactor is null) throw NotSetUp();
            await factors.Remove(caller.Tenant, user.Id, byAdministrator: false, caller.Cancel);
            return Results.NoContent();
        });

    static void EnsureOn(Tenant tenant)
    {
        if (tenant.Accounts.SecondFactor == SecondFactorMode.Off)
            throw Problem.NotFound("no_second_factor", "Second factors are not in use here.");
    }

    static Problem NotSetUp() => Problem.NotFound("second_factor_not_set_up", "The user has no second factor.");

    static Problem Exists() => Problem.Conflict("second_factor_exists", "The user has a second factor already. Remove it first.");

    sealed record SetUpCode(string Setup, string Code);
}
