namespace Latchkey.Storage;

/// <summary>
/// The names of all tables. SCHEMA.md describes each. The tables of <see cref="Expiring"/> have a UTC day behind the name:
/// usually the day on which their rows expire (<see cref="ExpiringTables"/>), for the audit the day of the action.
/// </summary>
public static class TableNames
{
    /// <summary>Tenants and their roles.</summary>
    public const string Tenants = "Tenants";

    /// <summary>OAuth clients.</summary>
    public const string Clients = "Clients";

    /// <summary>Who registered which app on the apps page.</summary>
    public const string DeveloperApps = "DeveloperApps";

    /// <summary>Which tenant a domain belongs to.</summary>
    public const string Domains = "Domains";

    /// <summary>Users, by id and by name.</summary>
    public const string Users = "Users";

    /// <summary>Passkeys of users.</summary>
    public const string Passkeys = "Passkeys";

    /// <summary>Tokens with which directories provision users and groups (SCIM).</summary>
    public const string ScimTokens = "ScimTokens";

    /// <summary>Groups and their members.</summary>
    public const string Groups = "Groups";

    /// <summary>Wrapped signing and HMAC keys.</summary>
    public const string Keys = "Keys";

    /// <summary>Each user's list of sessions.</summary>
    public const string UserSessions = "UserSessions";

    /// <summary>Consents that users gave to apps.</summary>
    public const string Approvals = "Approvals";

    /// <summary>File records, listings, quotas, shares and integrity checks.</summary>
    public const string Files = "Files";

    /// <summary>Notes about users, groups and clients' files that are being deleted.</summary>
    public const string Removals = "Removals";

    /// <summary>Sessions and access tokens; expires.</summary>
    public const string Sessions = "Sessions";

    /// <summary>Single sign-on sessions of browsers; expires.</summary>
    public const string SignIns = "SignIns";

    /// <summary>Authorization, device and password reset requests; expires.</summary>
    public const string Requests = "Requests";

    /// <summary>Failed attempts, counted by the lockout; expires.</summary>
    public const string Attempts = "Attempts";

    /// <summary>DPoP proofs and client assertions that were used (the replay cache); expires.</summary>
    public const string Replays = "Seen";

    /// <summary>Initial access tokens (RFC 7591 §1.2); expires.</summary>
    public const string InitialTokens = "InitialTokens";

    /// <summary>The audit; expires.</summary>
    public const string Audit = "Audit";

    /// <summary>Uploads to inspect, and when; expires.</summary>
    public const string Uploads = "Uploads";

    /// <summary>Files and shares that the sweep has to handle, and when; expires.</summary>
    public const string Due = "Due";

    /// <summary>Apps to be told that sessions have ended; expires.</summary>
    public const string LogoutNotices = "LogoutNotices";

    /// <summary>Who is at which group's place; expires.</summary>
    public const string Visits = "Visits";

    /// <summary>Events that are still to be sent, and to whom; expires.</summary>
    public const string Events = "Events";

    /// <summary>Events that were sent, or given up; expires.</summary>
    public const string Deliveries = "Deliveries";

    /// <summary>Tickets with which browsers save archives; expires.</summary>
    public const string ArchiveTickets = "ArchiveTickets";

    /// <summary>Public keys of users' devices, and whom users have blocked.</summary>
    public const string Messaging = "Messaging";

    /// <summary>Messages in users' inboxes; expires.</summary>
    public const string Messages = "Messages";

    /// <summary>The tables whose names never change.</summary>
    public static IReadOnlyList<string> Permanent { get; } =
        [Tenants, Clients, DeveloperApps, Domains, Users, Passkeys, ScimTokens, Groups, Keys, UserSessions, Approvals, Files, Removals,
            Messaging];

    /// <summary>The tables that there is one of for each day.</summary>
    public static IReadOnlyList<string> Expiring { get; } =
        [Sessions, SignIns, Requests, Attempts, Replays, InitialTokens, Audit, Uploads, Due, LogoutNotices, Visits, Events, Deliveries,
            ArchiveTickets, Messages];
}
