namespace Latchkey.Storage;

// Groups, and who belongs to them.
public static partial class RowKeys
{
    /// <summary>A group, in its tenant's partition.</summary>
    public static string Group(string id) => $"group|{id}";

    /// <summary>Leads from an id in the directory that provisions the tenant to the group's id.</summary>
    public static string ExternalGroup(string externalId) => $"external|{Ids.Hash(externalId)}";

    /// <summary>Leads from a group's normalized name to its id. Groups may have the same name. Without an id, the prefix of all of
    /// them.</summary>
    public static string NamedGroup(string normalized, string id) => $"called|{Ids.Hash(normalized)}|{id}";

    /// <summary>The note that the groups that an app made are being removed.</summary>
    public static string RemovedAppGroups(string client) => $"groups|{client}";

    /// <summary>The prefix of the places of the groups that an app made.</summary>
    public static string AppGroups(string client) => $"app|{client}|";

    /// <summary>One of the places of the groups that a user made with an app.</summary>
    public static string AppGroup(string client, string user, int slot) => $"{AppGroups(client)}{user}|{slot:D2}";

    /// <summary>A membership, listed by group.</summary>
    public static string Member(string group, string user) => $"member|{group}|{user}";

    /// <summary>A membership, listed by user.</summary>
    public static string Membership(string user, string group) => $"of|{user}|{group}";

    /// <summary>The rule of a group, beside the tenant.</summary>
    public static string GroupRule(string group) => $"{AnyGroupRule}{group}";

    /// <summary>The prefix of the keys of all rules.</summary>
    public const string AnyGroupRule = "rule|";

    /// <summary>That a user is at a group's place, in the user's partition.</summary>
    public static string Visit(string group) => $"visit|{group}";
}
