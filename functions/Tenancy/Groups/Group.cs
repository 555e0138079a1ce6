namespace Latchkey.Tenancy;

/// <summary>What a member may do in a group; each may also do what the ones before may.</summary>
public enum GroupRole
{
    /// <summary>Reads.</summary>
    Reader,

    /// <summary>Reads and writes.</summary>
    Editor,

    /// <summary>Reads, writes and decides who else may.</summary>
    Owner,
}

/// <summary>Users of a tenant who share a space of files.</summary>
/// <param name="Id">See <see cref="IsId"/>; unique in its tenant.</param>
/// <param name="Name">The name that people read.</param>
public sealed record Group(string Id, string Name)
{
    /// <summary>The group is being deleted: nobody becomes a member any more.</summary>
    public bool Deleting { get; init; }

    /// <summary>True if the text may be a group's id: as a client's, 1 to 64 of letters, digits, <c>-</c>, <c>.</c> and <c>_</c>.</summary>
    public static bool IsId(string text) => Client.IsId(text);
}

/// <summary>One user's place in one group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Role">What the user may do there.</param>
public sealed record Membership(Group Group, GroupRole Role);
