using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What somebody may do with a file or in a space. Each permission includes those before it.</summary>
public enum Permission
{
    /// <summary>Nothing, not even see that it exists.</summary>
    None,

    /// <summary>Read, list, and copy from it.</summary>
    Read,

    /// <summary>Upload, rename, move, delete and restore.</summary>
    Write,

    /// <summary>Share with others.</summary>
    Share,
}

/// <summary>
/// Spaces, and who may do what in them. Every user and client has a space of their own. In a group's space its readers may read, its
/// editors write and its owners share. In an app's space all of its users may write, and the client itself may share.
/// </summary>
public sealed class Spaces(Memberships memberships)
{
    /// <summary>Finds the owner of the space that a caller names: <c>me</c> (or nothing), <c>group:{id}</c>, <c>app</c>.</summary>
    /// <exception cref="Problem">400 <c>invalid_space</c>, 404 <c>space_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async ValueTask<Owner> Find(Caller caller, string? space, Permission needed)
    {
        var owner = space switch
        {
            null or "me" => Owner.Of(caller.Token),
            "app" => Owner.App(caller.Token.ClientId),
            ['g', 'r', 'o', 'u', 'p', ':', .. var id] when Group.IsId(id) => Owner.Group(id),
            _ => throw Problem.BadRequest("invalid_space", "space must be me, app or group:{id}. shared is allowed only in lists."),
        };
        await Ensure(caller, owner, needed, () => Problem.NotFound("space_not_found", "The space was not found."));
        return owner;
    }

    /// <summary>
    /// Refuses a caller without this permission in the space of this owner. What is in a space that they may not see looks as if it did
    /// not exist.
    /// </summary>
    /// <exception cref="Problem"><paramref name="notFound"/>; 403 <c>insufficient_rights</c>.</exception>
    public async ValueTask Ensure(Caller caller, Owner owner, Permission needed, Func<Problem> notFound)
    {
        var has = await PermissionIn(caller, owner);
        if (has == Permission.None) throw notFound();
        if (has < needed) throw InsufficientRights(needed);
    }

    /// <summary>The caller's permission in the space of this owner. It reads storage only for a group's space: the membership.</summary>
    public async ValueTask<Permission> PermissionIn(Caller caller, Owner owner)
    {
        var (token, self) = (caller.Token, Owner.Of(caller.Token));
        if (owner == self) return Permission.Share;
        if (owner.Kind == "app" && owner.Id == token.ClientId) return PermissionInApp(self.Kind == "user");
        if (owner.Kind != "group" || self.Kind != "user") return Permission.None;
        var who = memberships.Who(caller.Http, caller.Tenant, self.Id);
        return await memberships.Role(who, owner.Id, caller.Cancel) is { } role ? PermissionOf(role) : Permission.None;
    }

    /// <summary>The permission of a member in the group's space.</summary>
    public static Permission PermissionOf(GroupRole role) => role switch
    {
        GroupRole.Owner => Permission.Share,
        GroupRole.Editor => Permission.Write,
        GroupRole.Reader => Permission.Read,
        _ => Permission.None,
    };

    /// <summary>The permission of a user of an app, or of the app itself, in the app's space.</summary>
    public static Permission PermissionInApp(bool isUser) => isUser ? Permission.Write : Permission.Share;

    /// <summary>403 <c>insufficient_rights</c>, with the missing right: the caller may see the file or space, but not do this.</summary>
    public static Problem InsufficientRights(Permission needed)
    {
        var right = needed.ToString().ToLowerInvariant();
        return new Problem(403, "insufficient_rights", $"This requires the right to {right}.")
        {
            Extensions = new Dictionary<string, object?> { ["right"] = right },
        };
    }
}
