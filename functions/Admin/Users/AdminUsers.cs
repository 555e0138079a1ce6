using Latchkey.Account;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The tenant's users. Disabling a user or setting a password also ends the user's sessions, access tokens and browser
/// sign-ins, in the same write: at once here, within 5 seconds on other instances. New roles, names and email addresses show in
/// tokens from the next refresh on; a right that was lost disappears from issued tokens within those 5 seconds.
/// </summary>
public sealed class AdminUsers(
    TenantPipeline pipeline, UserStore users, TenantStore tenants, Passwords passwords, SessionRevocation revocation, UserRemoval removal,
    TimeProvider clock)
{
    const string CollectionRoute = "{tenant}/admin/users";
    const string ItemRoute = "{tenant}/admin/users/{userId}";

    /// <summary>
    /// <c>GET /{tenant}/admin/users?userName=&amp;cursor=&amp;limit=</c> → <c>{users, cursor}</c>; with userName at most one.
    /// </summary>
    [Function("admin-users")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "userName", "cursor", "limit");
            if (query["userName"] is { } name)
            {
                var user = await users.FindByName(caller.Tenant, name, caller.Cancel);
                return Results.Json(new { users = user is null ? [] : (UserResponse[])[UserResponse.Of(await Reload(caller), user)] });
            }
            var limit = Paging.Limit(query);
            var found = await users.List(caller.Tenant, Paging.After(query), limit + 1, caller.Cancel);
            var tenant = await Reload(caller);
            var page = found.Take(limit).Select(user => UserResponse.Of(tenant, user));
            return Results.Json(new { users = page, cursor = Paging.Cursor(found, limit, user => user.Id) });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/users</c> <c>{userName, password?, name?, email?, emailVerified?, roles?, attributes?}</c> → 201. A
    /// user without a password cannot sign in with one until it is set. 409 <c>user_exists</c>, <c>email_taken</c>.
    /// </summary>
    [Function("admin-user-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<NewUser>(request);
            var tenant = await Reload(caller);
            var userName = FieldChecks.DisplayText("userName", body.UserName);
            var user = new User
            {
                Id = Ids.New(),
                UserName = userName,
                Name = body.Name is null ? userName : FieldChecks.DisplayText("name", body.Name),
                Email = body.Email is null ? null : FieldChecks.Email("email", body.Email),
                PasswordHash = "",
                EmailVerified = body.EmailVerified is true && !string.IsNullOrEmpty(body.Email),
                Roles = FieldChecks.Roles("roles", tenant, body.Roles ?? []),
                Attributes = UserAttributes.Merge(new Dictionary<string, string>(), body.Attributes),
            };
            var password = body.Password is null ? Ids.NewSecret() : FieldChecks.Password("password", user, body.Password);
            user = user with { PasswordHash = await passwords.Hash(password, caller.Cancel) };
            if (!await users.TryAdd(tenant, user, caller.Cancel))
            {
                throw await users.IsFree(tenant, userName, caller.Cancel) ? UserStore.EmailTaken()
                    : Problem.Conflict("user_exists", "A user with this name already exists.");
            }
            caller.Audit.Target = user.Id;
            return Results.Json(UserResponse.Of(tenant, user), statusCode: 201);
        });

    /// <summary><c>GET /{tenant}/admin/users/{userId}</c></summary>
    [Function("admin-user")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var user = await users.Find(caller.Tenant, Id(request), caller.Cancel) ?? throw NotFound();
            return Results.Json(UserResponse.Of(await Reload(caller), user));
        });

    /// <summary>
    /// <c>PATCH /{tenant}/admin/users/{userId}</c> <c>{name?, email?, emailVerified?, roles?, disabled?, attributes?}</c>; an empty
    /// email removes it, an attribute that is null too, and a new one is not verified unless the request says so. 409 <c>email_taken</c>.
    /// </summary>
    [Function("admin-user-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<UserChange>(request);
            var tenant = await Reload(caller);
            if (body.Disabled is true || body.Roles?.Contains(Operators.Role) is false) Operators.EnsureNotOwn(caller, Id(request));
            var changed = body.Disabled is true
                ? await revocation.OfUser(tenant, Id(request), user => Apply(body, tenant, user), caller.Cancel)
                : await OptimisticUpdate.Run(() => users.Find(tenant, Id(request), caller.Cancel),
                    user => Apply(body, tenant, user), user => users.TryReplace(tenant, user, caller.Cancel));
            caller.Audit.Detail = string.Join(", ", Describe(body));
            return Results.Json(UserResponse.Of(tenant, changed ?? throw NotFound()));
        });

    /// <summary>
    /// <c>DELETE /{tenant}/admin/users/{userId}</c> → 204: signs the user out and deletes the user with the files of their own
    /// space, shares and group memberships (<see cref="UserRemoval"/>). 202 if one minute was not enough: repeat the request. 404
    /// once the user is gone.
    /// </summary>
    [Function("admin-user-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            Operators.EnsureNotOwn(caller, Id(request));
            return await removal.TryRun(caller.Tenant, Id(request), RemovalNotes.MaxRequestTime, caller.Cancel) switch
            {
                null => throw NotFound(),
                true => Results.NoContent(),
                false => Results.Json(new { done = false }, statusCode: 202),
            };
        });

    // Past the cache, so that a role that was created a moment ago counts.
    async Task<Tenant> Reload(Caller caller) => await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;

    internal static string Id(HttpRequest request) =>
        request.RouteValues["userId"] as string is { } id && Ids.IsId(id) ? id : throw NotFound();

    internal static Problem NotFound() => Problem.NotFound("user_not_found", "The user was not found.");

    User Apply(UserChange body, Tenant tenant, User user)
    {
        if (user.Deleting) throw Problem.Conflict("user_deleting", "The user is being deleted. Repeat the deletion to finish it.");
        var email = body.Email is null ? user.Email : FieldChecks.Email("email", body.Email);
        var changed = body.Name is not null || email != user.Email ? user.Updated(clock.GetUtcNow()) : user;
        return changed with
        {
            Name = body.Name is null ? user.Name : FieldChecks.DisplayText("name", body.Name),
            Email = email,
            EmailVerified = email is not null && (body.EmailVerified ?? (email == user.Email && user.EmailVerified)),
            Roles = body.Roles is null ? user.Roles : FieldChecks.Roles("roles", tenant, body.Roles),
            Disabled = body.Disabled ?? user.Disabled,
            Attributes = UserAttributes.Merge(user.Attributes, body.Attributes),
        };
    }

    static IEnumerable<string> Describe(UserChange body)
    {
        if (body.Name is not null) yield return "name";
        if (body.Email is not null) yield return "email";
        if (body.EmailVerified is { } verified) yield return verified ? "emailVerified" : "emailUnverified";
        if (body.Roles is not null) yield return $"roles={string.Join(' ', body.Roles)}";
        if (body.Attributes is not null) yield return $"attributes={string.Join(' ', body.Attributes.Keys)}";
        if (body.Disabled is { } disabled) yield return disabled ? "disabled" : "enabled";
    }

    sealed record NewUser(
        string UserName, string? Password = null, string? Name = null, string? Email = null, bool? EmailVerified = null,
        IReadOnlyList<string>? Roles = null, IReadOnlyDictionary<string, string?>? Attributes = null);

    sealed record UserChange(
        string? Name = null, string? Email = null, bool? EmailVerified = null, IReadOnlyList<string>? Roles = null,
        bool? Disabled = null, IReadOnlyDictionary<string, string?>? Attributes = null);
}

/// <summary>A user as the API returns it.</summary>
sealed record UserResponse(
    string Id, string UserName, string Name, string? Email, bool EmailVerified, IReadOnlyList<string> Roles, string? TermsVersion,
    DateTime? TermsAcceptedAt, bool Disabled, bool Deleting, DateTime? DeleteAt, bool SecondFactor,
    IReadOnlyDictionary<string, string> Attributes)
{
    public static UserResponse Of(Tenant tenant, User user) =>
        new(user.Id, user.UserName, user.Name, user.Email, user.VerifiedEmail is not null, tenant.Names(user.Roles),
            user.TermsVersion, user.TermsAt?.UtcDateTime, user.Disabled, user.Deleting,
            user.DeleteAt?.UtcDateTime, user.SecondFactor is not null, user.Attributes);
}
