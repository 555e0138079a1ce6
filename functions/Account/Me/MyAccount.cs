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
    TenantPipeline pipeline, AccountUsers accounts, ProfileChanges profiles, ProfilePictures pictures, PasskeyStore passkeys,
    GroupStore groups)
{
    const string Route = "{tenant}/me";
    const int MaxGroups = 100;

    /// <summary><c>GET /{tenant}/me</c>, with an ETag.</summary>
    [Function("me")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
            Answer(caller, (await accounts.Find(caller)).User, await Beside(caller)));

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
            await profiles.EnsureValid(tenant, user.Id, change, cancel);
            var beside = await Beside(caller);
            var changed = await profiles.Apply(tenant, user.Id, change, before =>
            {
                if (!EntityTag.IsWanted(request, EntityTag.Of(Json(tenant, before, beside))))
                    throw new Problem(412, "etag_mismatch", "The account was changed since it was read. Read it again.");
            }, cancel) ?? throw Problem.UserGone();
            audit.Detail = string.Join(", ", change.Keys);
            return Answer(caller, changed, beside);
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

    // What is stored beside the user's row.
    async Task<Surroundings> Beside(Caller caller)
    {
        var (tenant, userId, cancel) = (caller.Tenant, caller.Token.Subject, caller.Cancel);
        var count = tenant.Accounts.Passkeys ? passkeys.List(tenant, userId, cancel) : null;
        var memberships = await groups.Of(tenant.Id, userId, MaxGroups + 1, cancel);
        return new(count is null ? 0 : (await count).Count, memberships);
    }

    static IResult Answer(Caller caller, User user, Surroundings beside)
    {
        var json = Json(caller.Tenant, user, beside);
        caller.Response.Headers.ETag = EntityTag.Of(json);
        return Results.Bytes(json, "application/json; charset=utf-8");
    }

    static byte[] Json(Tenant tenant, User user, Surroundings beside) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        user.Id,
        user.UserName,
        user.Name,
        user.Email,
        emailVerified = user.VerifiedEmail is not null,
        profile = ProfileResponse.Of(user.Profile),
        updatedAt = user.Profile.UpdatedAt?.UtcDateTime,
        roles = tenant.Names(user.Roles),
        groups = beside.Groups.Take(MaxGroups).Select(membership => new { membership.Group.Id, membership.Group.Name, membership.Role }),
        moreGroups = beside.Groups.Count > MaxGroups,
        hasPassword = tenant.Accounts.Passwords && !PasswordHashing.IsOfNothing(user.PasswordHash),
        secondFactor = user.SecondFactor is not null,
        passkeys = beside.Passkeys,
    }, JsonSerializerOptions.Web);

    sealed record Surroundings(int Passkeys, IReadOnlyList<Membership> Groups);

    sealed record MyChange(PatchedText Name = default, ProfilePatch Profile = default)
    {
        public Dictionary<string, string?> Fields()
        {
            var fields = Profile.Fields();
            if (Name.IsSent) fields[ProfileFields.Name] = Name.Value;
            return fields;
        }
    }
}
