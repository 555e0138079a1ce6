using System.Text.Json.Serialization;
using Azure;

namespace Latchkey.Tenancy;

/// <summary>What a member may do in a group; each role includes the ones before it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GroupRole>))]
public enum GroupRole
{
    /// <summary>Reads.</summary>
    [JsonStringEnumMemberName("reader")]
    Reader,

    /// <summary>Reads and writes.</summary>
    [JsonStringEnumMemberName("editor")]
    Editor,

    /// <summary>Reads, writes and manages the members.</summary>
    [JsonStringEnumMemberName("owner")]
    Owner,
}

/// <summary>The words for roles in requests, responses and the audit.</summary>
public static class GroupRoles
{
    /// <summary>The role's word.</summary>
    public static string Word(this GroupRole role) => role.ToString().ToLowerInvariant();

    /// <summary>The role of a word, or null.</summary>
    public static GroupRole? Parse(string word) => word switch
    {
        "reader" => GroupRole.Reader,
        "editor" => GroupRole.Editor,
        "owner" => GroupRole.Owner,
        _ => null,
    };
}

/// <summary>The app that made a group for its users, and whose place the group takes there.</summary>
/// <param name="ClientId">The app, by the id under which it is stored.</param>
/// <param name="Incarnation">Which app of this id (<see cref="Client.Incarnation"/>).</param>
/// <param name="Maker">The user for whom it was made.</param>
/// <param name="Slot">The place among the maker's groups of this app, from 0.</param>
public sealed record GroupApp(string ClientId, string Incarnation, string Maker, int Slot)
{
    /// <summary>How many groups a user can make with an app.</summary>
    public const int MaxPerUser = 20;

    /// <summary>How many groups an app can make; a few more if many are made at the same instant.</summary>
    public const int MaxPerApp = 1000;

    /// <summary>How many members a group of an app can have.</summary>
    public const int MaxMembers = 100;

    /// <summary>True if the app is this client.</summary>
    public bool Is(Client client) => ClientId == client.Id && Incarnation == client.Incarnation;
}

/// <summary>Users of a tenant who share a space of files.</summary>
/// <param name="Id">See <see cref="IsId"/>; unique in its tenant.</param>
/// <param name="Name">The display name.</param>
public sealed record Group(string Id, string Name)
{
    /// <summary>The group is being deleted: nobody can become a member any more.</summary>
    public bool Deleting { get; init; }

    /// <summary>The group's id in the directory that provisions the tenant (SCIM <c>externalId</c>, RFC 7643 §3.1), or null.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The app that made it; null for a group of the tenant's own.</summary>
    public GroupApp? App { get; init; }

    /// <summary>When the group or its members were written last; null if the group's own row was not read.</summary>
    public DateTimeOffset? WrittenAt { get; init; }

    internal ETag ETag { get; init; }

    /// <summary>True if the text may be a group's id, by the same rule as a client id (<see cref="Client.IsId"/>).</summary>
    public static bool IsId(string text) => Client.IsId(text);
}

/// <summary>A user's membership in a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Role">The user's role in the group.</param>
public sealed record Membership(Group Group, GroupRole Role)
{
    /// <summary>The rule that it follows from; null for a member who was put there.</summary>
    public GroupRule? Rule { get; init; }

    /// <summary>When it ends unless it is renewed, as at a place; or null.</summary>
    public DateTimeOffset? Until { get; init; }
}
