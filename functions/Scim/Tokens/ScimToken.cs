using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>
/// A token with which a directory provisions a tenant's users and groups, and what the directory may do beyond that. It opens SCIM
/// and nothing else.
/// </summary>
public sealed record ScimToken
{
    /// <summary>The id, which the token begins with and which revokes it.</summary>
    public required string Id { get; init; }

    /// <summary>What the administrator calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The roles of users created with it; one that the tenant no longer has is left out.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The roles that the directory may give and take by the attribute <c>roles</c>. Empty: it says nothing about roles.</summary>
    public IReadOnlyList<string> AssignableRoles { get; init; } = [];

    /// <summary>The role of users whom the directory adds to a group. Existing members keep theirs.</summary>
    public GroupRole GroupRole { get; init; }

    /// <summary>An address that the directory sends counts as verified.</summary>
    public bool TrustEmail { get; init; } = true;

    /// <summary>The attribute <c>password</c> is accepted. Otherwise it is ignored.</summary>
    public bool Passwords { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The day (UTC) on which it was used last, <c>yyyy-MM-dd</c>; null if it never was.</summary>
    public string? LastUsed { get; init; }

    /// <summary>The SHA-256 of the whole token.</summary>
    internal string SecretHash { get; init; } = "";

    /// <summary>Those of the names that are the tenant's roles.</summary>
    internal static IReadOnlyList<HeldRole> Held(Tenant tenant, IEnumerable<string> names) =>
        [.. from name in names where tenant.Roles.ContainsKey(name) select tenant.Roles[name].Held];
}
