using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;


namespace Latchkey.Files;

/// <summary>What somebody may do with a file or in a space; each includes the ones before.</summary>
public enum Permission
{
    /// <summary>Nothing, not even know of it.</summary>
    None,

    /// <summary>Read, list, copy from it.</summary>
    Read,

    /// <summary>Upload, rename, move, delete, restore.</summary>
    Write,

    /// <summary>Decide who else may.</summary>
    Share,
}

/// <summary>
/// Spaces and who may do what in them: everybody has their own; a group's members read, its editors write, its owners
/// share; in an app's all of its users write, and the client itself shares.
/// </summary>
public sealed class Spaces(GroupStore groups)
{
    /// <summary>The owner of the space that a caller names: <c>me</c> (or nothing), <c>group:{id}</c>, <c>app</c>.</summary>
    /// <exception cref="Problem">400 <c>invalid_space</c>, 404 <c>space_not_found</c>, 403 <c>insufficient_rights</c>.</exception>
    public async ValueTask<Owner> Find(Caller caller, string? space, Permission needed)
    {
        var owner = space switch
        {
            null or "me" => Owner.Of(caller.Token),
            "app" => Owner.App(caller.Token.ClientId),
            ['g', 'r', 'o', 'u', 'p', ':', .. var id] when Group.IsId(id) => Owner.Group(id),
            _ => throw Problem.BadRequest("invalid_space", "space must be me, app, or group: and a group's id; only lists take shared."),
        };
        var has = await PermissionIn(caller, owner);
        if (has == Permission.None) throw Problem.NotFound("space_not_found", "There is no such space.");
        return has >= needed ? owner : throw InsufficientRights(needed);
    }

    /// <summary>What a caller may do in the space of this owner. One's own asks nobody; a group's asks for the membership.</summary>
    public async ValueTask<Permission> PermissionIn(Caller caller, Owner owner)
    {
        var (token, self) = (caller.Token, Owner.Of(caller.Token));
        if (owner == self) return Permission.Share;
        if (owner.Kind == "app" && owner.Id == token.ClientId) return PermissionInApp(self.Kind == "user");
        if (owner.Kind != "group" || self.Kind != "user") return Permission.None;
        return await groups.Find(caller.Tenant.Id, owner.Id, self.Id, caller.Cancel) is { } member ? PermissionOf(member.Role) : Permission.None;
    }

    /// <summary>What a member may do in the group's space.</summary>
    public static Permission PermissionOf(GroupRole role) => role switch
    {
        GroupRole.Owner => Permission.Share,
        GroupRole.Editor => Permission.Write,
        GroupRole.Reader => Permission.Read,
        _ => Permission.None,
    };

    /// <summary>What a user of an app, or the app itself, may do in the app's space.</summary>
    public static Permission PermissionInApp(bool isUser) => isUser ? Permission.Write : Permission.Share;

    /// <summary>403 <c>insufficient_rights</c>, naming the right: the caller may know of it, but not do this.</summary>
    public static Problem InsufficientRights(Permission needed)
    {
        var right = needed.ToString().ToLowerInvariant();
        return new Problem(403, "insufficient_rights", $"The right to {right} is needed here.")
        {
            Extensions = new Dictionary<string, object?> { ["right"] = right },
        };
    }
}
