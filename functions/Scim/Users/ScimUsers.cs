using System.Text.Json.Nodes;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>
/// What a directory does to users, by single requests and in bulk. Each is one conditional write of the user's row, with the rows
/// that lead to it. A user who is being deleted does not exist any more for directories.
/// </summary>
public sealed class ScimUsers(
    UserStore users, Passwords passwords, SessionRevocation revocation, UserRemoval removal, PageMarks marks, TimeProvider clock)
{
    /// <summary>The user.</summary>
    /// <exception cref="Problem">404</exception>
    public async Task<User> Find(ScimRequest call, string id) =>
        Ids.IsId(id) && await users.Find(call.Tenant, id, call.Cancel) is { Deleting: false } user ? user : throw ScimError.NotFound();

    /// <summary>Makes a user. Without a password in the body nobody can sign in with one until it is set.</summary>
    /// <exception cref="Problem">400, 409 <c>uniqueness</c></exception>
    public async Task<User> Create(ScimRequest call, JsonObject body)
    {
        var blank = new User
        {
            Id = Ids.New(),
            UserName = "",
            Name = "",
            PasswordHash = "",
            Roles = Powers.Harmless(call.Tenant, call.Token.Roles),
        };
        var user = UserMapping.Read(call, blank, body);
        user = user with { PasswordHash = await Hash(call, user, body) ?? passwords.HashOfNothing(), Profile = Updated(user) };
        if (!await users.TryAdd(call.Tenant, user, call.Cancel)) throw await WhoseTaken(call, user);
        marks.Forget(call.Tenant.Id);
        return await Find(call, user.Id);
    }

    /// <summary>Replaces a user (PUT, RFC 7644 §3.5.1).</summary>
    /// <exception cref="Problem">400, 403, 404, 409, 412</exception>
    public Task<User> Replace(ScimRequest call, string id, JsonObject body) => Change(call, id, body, user =>
        UserMapping.Read(call, user, UserMapping.Completed(body.DeepClone().AsObject(), UserResource.Of(call, user))));

    /// <summary>Changes a user (PATCH, RFC 7644 §3.5.2).</summary>
    /// <exception cref="Problem">400, 403, 404, 409, 412</exception>
    public Task<User> Patch(ScimRequest call, string id, JsonObject body)
    {
        var operations = PatchOperation.Read(body);
        var sent = new JsonObject();
        UserPatch.Apply(sent, operations.Where(operation => operation.Path.Attribute.Is("password")));
        return Change(call, id, sent, user =>
        {
            var resource = UserResource.Of(call, user);
            resource["name"]!.AsObject().Remove("formatted"); // It follows from the others.
            UserPatch.Apply(resource, operations);
            // A display name that was derived from given and family name is derived again.
            if ((string?)resource["displayName"] is { } shown && shown == user.Name && shown == UserResource.Formatted(user.Profile))
                resource.Remove("displayName");
            return UserMapping.Read(call, user, resource);
        });
    }

    /// <summary>Deletes a user with everything that belongs to the user alone (<see cref="UserRemoval"/>).</summary>
    /// <exception cref="Problem">403, 404, 412</exception>
    public async Task Delete(ScimRequest call, string id)
    {
        var user = await Find(call, id);
        Versions.Ensure(call.IfMatch, Versions.Of(user.ETag));
        if (Powers.Administers(call.Tenant, user))
            throw ScimError.Forbidden("The user administers this tenant. A directory may disable the user, but not delete them.");
        // If the time runs out, a timer finishes it; for directories the user is gone already.
        await removal.TryRun(call.Tenant, user.Id, RemovalNotes.MaxRequestTime, call.Cancel);
        marks.Forget(call.Tenant.Id);
    }

    async Task<User> Change(ScimRequest call, string id, JsonObject sent, Func<User, User> read)
    {
        var user = await Find(call, id);
        Versions.Ensure(call.IfMatch, Versions.Of(user.ETag));
        var first = Changed(user, null);
        var hash = await Hash(call, first, sent);
        if (hash is not null) first = Changed(user, hash);
        if (IsSame(user, first)) return user;
        // Whoever is disabled or gets another password is signed out, in the same write.
        var ends = first.Disabled || hash is not null;
        _ = ends ? await revocation.OfUser(call.Tenant, user.Id, Again, call.Cancel)
            : await OptimisticUpdate.Run(() => users.Find(call.Tenant, user.Id, call.Cancel), Again,
                changed => users.TryReplace(call.Tenant, changed, call.Cancel));
        return await Find(call, user.Id);

        // The row may have changed since it was read: then the conditions are looked at again.
        User Again(User now)
        {
            if (now.Deleting) throw ScimError.NotFound();
            Versions.Ensure(call.IfMatch, Versions.Of(now.ETag));
            return Changed(now, hash);
        }

        User Changed(User before, string? newHash)
        {
            var after = read(before);
            if (newHash is not null) after = after with { PasswordHash = newHash };
            Powers.EnsureNoTakeover(call.Tenant, before, after);
            if (!IsSame(before, after)) after = after with { Profile = Updated(after) };
            return after.Disabled && !before.Disabled ? after.SignedOut(clock.GetUtcNow()) : after;
        }
    }

    UserProfile Updated(User user) => user.Profile with { UpdatedAt = clock.GetUtcNow() };

    // The rules are checked before the costly work begins.
    async Task<string?> Hash(ScimRequest call, User user, JsonObject body)
    {
        if (UserMapping.Password(call, body) is not { } password) return null;
        return Passwords.Fault(user, password) is null ? await passwords.Hash(password, call.Cancel)
            : throw ScimError.InvalidValue(
                $"password must have {Passwords.MinChars} to {Passwords.MaxChars} characters, and must not be the user's name.");
    }

    async Task<Problem> WhoseTaken(ScimRequest call, User user)
    {
        if (user.ExternalId is { } id && await users.FindByExternalId(call.Tenant, id, call.Cancel) is not null)
            return ScimError.Uniqueness("Another user has this externalId.");
        return await users.IsFree(call.Tenant, user.UserName, call.Cancel) ? ScimError.Uniqueness("Another user has this email address.")
            : ScimError.Uniqueness("Another user has this userName.");
    }

    static bool IsSame(User one, User other) =>
        one.UserName == other.UserName && one.Name == other.Name && one.Email == other.Email && one.EmailVerified == other.EmailVerified
        && one.Profile with { UpdatedAt = null } == other.Profile with { UpdatedAt = null } && one.ExternalId == other.ExternalId
        && one.Disabled == other.Disabled && one.PasswordHash == other.PasswordHash && one.Roles.SequenceEqual(other.Roles)
        && one.Attributes.Count == other.Attributes.Count && !one.Attributes.Except(other.Attributes).Any();
}
