using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>Whoever shares something by a link.</summary>
/// <param name="Name">The name that others see; null for a client.</param>
public sealed record Sharer(string? Name);

/// <summary>
/// Says whether whoever created a link to a folder or to several files, or a request for files, may still share them: they end with the
/// right. What is known of users is at most 5 seconds old.
/// </summary>
public sealed class Sharers(UserStore users, Memberships memberships)
{
    /// <summary>Whoever shares; null if they may not do so any more.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="owner">Whose space it is.</param>
    /// <param name="createdBy">The user who created it, or null for a client.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<Sharer?> Find(Tenant tenant, Owner owner, string? createdBy, CancellationToken cancel)
    {
        if (createdBy is null) return owner.Kind == "user" ? null : new(null);
        if (owner.Kind == "user" && owner.Id != createdBy) return null;
        if (await users.FindState(tenant.Id, createdBy, cancel) is not { Disabled: false } user) return null;
        if (owner.Kind != "group") return new(user.Name);
        // Where the visitor is says nothing about the user.
        var role = await memberships.Role(new Requester(tenant, createdBy, Address: null), owner.Id, cancel);
        return role is { } held && Spaces.PermissionOf(held) >= Permission.Share ? new(user.Name) : null;
    }
}
