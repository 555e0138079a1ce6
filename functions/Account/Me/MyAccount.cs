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
/// A user's own account, for an app with the scope <c>account</c>: reads it, and changes name and profile. New values show in tokens
/// from the next refresh on, and at UserInfo at once.
/// </summary>
public sealed class MyAccount(
    TenantPipeline pipeline, AccountUsers accounts, ProfileChanges profiles, ProfilePictures pictures, PasskeyStore passkeys)
{
    const string Route = "{tenant}/me";

    /// <summary><c>GET /{tenant}/me</c>, with an ETag.</summary>
    [Function("me")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
            Answer(caller, (await accounts.Find(caller)).User, await CountPasskeys(caller)));

    /// <summary>
    /// <c>PATCH /{tenant}/me</c> <c>{name?, profile?: {givenName?, familyName?, nickname?, picture?, locale?, zoneInfo?}}</c>: a JSON
    /// Merge Patch (RFC 7396), null removes. With If-Match it is refused if the account was changed since: 412 <c>etag_mismatch</c>.
    /// </summary>
    [Function("me-change")]
    public Task<IResult> Change([HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var (_, tenant, audit, cancel) = caller;
            var change = (await JsonBody.Read<MyChange>(request)).Fields();
            var user = (await accounts.Find(caller)).User;
            foreach (var (field, fault) in await profiles.Faults(tenant, user, change, cancel)) throw Problem.InvalidField(field, fault);
            var count = await CountPasskeys(caller);
            var changed = await profiles.Apply(tenant, user.Id, change, before =>
            {
                if (!EntityTag.IsWanted(request, EntityTag.Of(Json(tenant, before, count))))
                    throw new Problem(412, "etag_mismatch", "The account was changed since it was read. Read it again.");
            }, cancel) ?? throw Problem.UserGone();
            audit.Detail = string.Join(", ", change.Keys);
            return Answer(caller, changed, count);
        });

    /// <summary>
    /// <c>GET /{tenant}/me/picture</c> → 302 to the user's picture; for a file, by a URL that lives for minutes. 404 <c>no_picture</c>.
    /// </summary>
    [Function("me-picture")]
    public Task<IResult> Picture(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route + "/picture")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
        {
            var user = (await accounts.Find(caller)).User;
            return await pictures.Url(caller.Tenant, user, caller.Token.ClientId, caller.Audit, caller.Cancel) is { } url
                ? new Redirection(url) : throw Problem.NotFound("no_picture", "The user has no picture, or its file is gone.");
        });

    async Task<int> CountPasskeys(Caller caller) => caller.Tenant.Accounts.Passkeys
        ? (await passkeys.List(caller.Tenant, caller.Token.Subject, caller.Cancel)).Count : 0;

    static IResult Answer(Caller caller, User user, int passkeys)
    {
        var json = Json(caller.Tenant, user, passkeys);
        caller.Response.Headers.ETag = EntityTag.Of(json);
        return Results.Bytes(json, "application/json; charset=utf-8");
    }

    static byte[] Json(Tenant tenant, User user, int passkeys)
    {
        var profile = user.Profile;
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            user.Id,
            user.UserName,
            user.Name,
            user.Email,
            emailVerified = user.VerifiedEmail is not null,
            profile = new
            {
                profile.GivenName,
                profile.FamilyName,
                profile.Nickname,
                profile.Picture,
                profile.Locale,
                profile.ZoneInfo,
            },
            updatedAt = profile.UpdatedAt?.UtcDateTime,
            roles = tenant.Names(user.Roles),
            hasPassword = tenant.Accounts.Passwords && !PasswordHashing.IsOfNothing(user.PasswordHash),
            secondFactor = user.SecondFactor is not null,
            passkeys,
        }, JsonSerializerOptions.Web);
    }

    sealed record MyChange(PatchedText Name = default, ProfilePatch Profile = default)
    {
        public Dictionary<string, string?> Fields() => new Dictionary<string, PatchedText>
        {
            [ProfileFields.Name] = Name,
            ["givenName"] = Profile.GivenName,
            ["familyName"] = Profile.FamilyName,
            ["nickname"] = Profile.Nickname,
            [ProfileFields.Picture] = Profile.Picture,
            [ProfileFields.Locale] = Profile.Locale,
            [ProfileFields.ZoneInfo] = Profile.ZoneInfo,
        }.Where(field => field.Value.IsSent).ToDictionary(field => field.Key, field => field.Value.Value);
    }

    readonly record struct ProfilePatch(
        PatchedText GivenName = default, PatchedText FamilyName = default, PatchedText Nickname = default, PatchedText Picture = default,
        PatchedText Locale = default, PatchedText ZoneInfo = default);
}
