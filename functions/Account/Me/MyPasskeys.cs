using System.Text;
using System.Text.Json;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>
/// The user's passkeys, for an app with its own screens: it makes a passkey with the means of its platform, from our options, and sends
/// us the result. All but the list and the names needs a fresh sign-in.
/// </summary>
public sealed class MyPasskeys(TenantPipeline pipeline, AccountUsers accounts, PasskeyStore passkeys, PasskeyRegistration registration)
{
    const string Route = "{tenant}/me/passkeys";

    /// <summary><c>GET /{tenant}/me/passkeys</c> → <c>{passkeys}</c>, at most 20. 404 <c>passkeys_off</c>.</summary>
    [Function("me-passkeys")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var user = (await accounts.Find(caller)).User;
            return Results.Json(new { passkeys = (await passkeys.List(caller.Tenant, user.Id, caller.Cancel)).Select(Answer) });
        });

    /// <summary>
    /// <c>POST /{tenant}/me/passkeys/options</c> → what the platform makes a passkey from (WebAuthn Level 3 §5.4, as JSON). It can be
    /// used once, for ten minutes, in this session. 409 <c>too_many_passkeys</c>.
    /// </summary>
    [Function("me-passkey-options")]
    public Task<IResult> Options(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route + "/options")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var signedIn = await accounts.FindFresh(caller);
            var existing = await passkeys.List(caller.Tenant, signedIn.User.Id, caller.Cancel);
            if (existing.Count >= PasskeyStore.MaxOfUser) throw TooMany();
            var json = await registration.Options(caller.Tenant, signedIn, existing, caller.Cancel);
            return Results.Bytes(Encoding.UTF8.GetBytes(json), "application/json; charset=utf-8");
        });

    /// <summary>
    /// <c>POST /{tenant}/me/passkeys</c> <c>{name, credential}</c> → 201 passkey. The credential is what the platform returned, as JSON
    /// (§5.1). 400 <c>passkey_refused</c>, 409 <c>passkey_exists</c>, <c>too_many_passkeys</c>.
    /// </summary>
    [Function("me-passkey-add")]
    public Task<IResult> Add([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var body = await JsonBody.Read<NewPasskey>(request);
            var signedIn = await accounts.FindFresh(caller);
            var name = Name(body.Name);
            try
            {
                var (passkey, outcome) = await registration.Add(caller.Tenant, signedIn, body.Credential.GetRawText(), name, caller.Cancel);
                caller.Audit.Target = passkey.Id;
                return outcome switch
                {
                    PasskeyAddition.Added => Results.Json(Answer(passkey), statusCode: 201),
                    PasskeyAddition.Full => throw TooMany(),
                    _ => throw Problem.Conflict("passkey_exists", "This passkey is registered already."),
                };
            }
            catch (PasskeyRefusal refusal)
            {
                caller.Audit.Refusal = refusal.Code;
                throw Problem.BadRequest("passkey_refused", "The passkey was refused. Ask for new options and try again.");
            }
        });

    /// <summary><c>PATCH /{tenant}/me/passkeys/{passkeyId}</c> <c>{name}</c> → 200 passkey. 404 <c>passkey_not_found</c>.</summary>
    [Function("me-passkey-rename")]
    public Task<IResult> Rename(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", "options", Route = Route + "/{passkeyId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var name = Name((await JsonBody.Read<NewName>(request)).Name);
            var user = (await accounts.Find(caller)).User;
            return Results.Json(
                Answer(await registration.Rename(caller.Tenant, user, Id(request), name, caller.Cancel) ?? throw NotFound()));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/me/passkeys/{passkeyId}</c> → 204. The user's last way to sign in stays: 409 <c>last_way_to_sign_in</c>.
    /// </summary>
    [Function("me-passkey-remove")]
    public Task<IResult> Remove(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Route + "/{passkeyId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            EnsureOn(caller.Tenant);
            var user = (await accounts.FindFresh(caller)).User;
            return await registration.Remove(caller.Tenant, user, Id(request), force: false, caller.Cancel) switch
            {
                true => Results.NoContent(),
                false => throw WaysToSignIn.Last(),
                null => throw NotFound(),
            };
        });

    static string Name(string name) => name.Trim() is { Length: <= Passkey.MaxNameChars } text && FieldRules.IsDisplayText(text) ? text
        : throw Problem.InvalidField("name", $"must have 1 to {Passkey.MaxNameChars} characters that can be displayed");

    static string Id(HttpRequest request) => request.RouteValues["passkeyId"] as string ?? "";

    static object Answer(Passkey passkey) => new
    {
        passkey.Id,
        passkey.Name,
        createdAt = passkey.CreatedAt.UtcDateTime,
        lastUsedAt = passkey.LastUsedAt?.UtcDateTime,
        synced = passkey.BackedUp,
        passkey.Transports,
    };

    static void EnsureOn(Tenant tenant)
    {
        if (!tenant.Accounts.Passkeys) throw Problem.NotFound("passkeys_off", "Passkeys are not in use here.");
    }

    static Problem NotFound() => Problem.NotFound("passkey_not_found", "The passkey was not found.");

    static Problem TooMany() => Problem.Conflict("too_many_passkeys", $"A user can have {PasskeyStore.MaxOfUser} passkeys.");

    sealed record NewPasskey(string Name, JsonElement Credential);

    sealed record NewName(string Name);
}
