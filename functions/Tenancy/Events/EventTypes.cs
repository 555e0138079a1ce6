namespace Latchkey.Tenancy;

/// <summary>The types of events that others can be told of (docs/operating/webhooks.md).</summary>
public static class EventTypes
{
    /// <summary>A user was made.</summary>
    public const string UserCreated = "user.created";

    /// <summary>Something of a user was changed; <c>changes</c> says what.</summary>
    public const string UserChanged = "user.changed";

    /// <summary>A user was disabled.</summary>
    public const string UserDisabled = "user.disabled";

    /// <summary>A disabled user was enabled.</summary>
    public const string UserEnabled = "user.enabled";

    /// <summary>A user was deleted.</summary>
    public const string UserDeleted = "user.deleted";

    /// <summary>A session has its first tokens.</summary>
    public const string SessionStarted = "session.started";

    /// <summary>A session was ended; without a <c>sessionId</c>, all sessions of the user, or of the user with a client.</summary>
    public const string SessionEnded = "session.ended";

    /// <summary>An upload or a copy was completed, and can be downloaded.</summary>
    public const string FileCreated = "file.created";

    /// <summary>A file has other bytes, another name or property.</summary>
    public const string FileChanged = "file.changed";

    /// <summary>A file is in another folder.</summary>
    public const string FileMoved = "file.moved";

    /// <summary>A file is in the trash.</summary>
    public const string FileTrashed = "file.trashed";

    /// <summary>A file was restored from the trash.</summary>
    public const string FileRestored = "file.restored";

    /// <summary>A file is gone for good.</summary>
    public const string FilePurged = "file.purged";

    /// <summary>Malware was found in a file; its bytes are deleted.</summary>
    public const string FileInfected = "file.infected";

    /// <summary>A file was shared, or a share was replaced.</summary>
    public const string ShareCreated = "share.created";

    /// <summary>A share was revoked or has expired.</summary>
    public const string ShareRevoked = "share.revoked";

    /// <summary>A file was handed in by a request for files.</summary>
    public const string RequestReceived = "request.received";

    /// <summary>The tenant was made.</summary>
    public const string TenantCreated = "tenant.created";

    /// <summary>Something of the tenant was changed; <c>changes</c> says what.</summary>
    public const string TenantChanged = "tenant.changed";

    /// <summary>The tenant was suspended.</summary>
    public const string TenantSuspended = "tenant.suspended";

    /// <summary>The tenant is suspended no more.</summary>
    public const string TenantResumed = "tenant.resumed";

    /// <summary>The tenant was deleted. Its webhooks went with it, so only Event Grid hears of it.</summary>
    public const string TenantDeleted = "tenant.deleted";

    /// <summary>What an administrator sends to try a webhook. No filter holds it back.</summary>
    public const string Test = "webhook.test";

    /// <summary>All types that a filter can name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        FileCreated, FileChanged, FileMoved, FileTrashed, FileRestored, FilePurged, FileInfected, ShareCreated, ShareRevoked,
        RequestReceived,
        UserCreated, UserChanged, UserDisabled, UserEnabled, UserDeleted, SessionStarted, SessionEnded,
        TenantCreated, TenantChanged, TenantSuspended, TenantResumed, TenantDeleted,
    ];

    /// <summary>Those that users can find in their inbox, if they are about them and the tenant wants it.</summary>
    public static IReadOnlyList<string> InInboxes { get; } = [ShareCreated, FileChanged, RequestReceived, SessionEnded];

    /// <summary>True if the text is a type, or <c>user.*</c> and the like.</summary>
    public static bool IsFilter(string text) => All.Any(type => Matches(text, type));

    /// <summary>True if an entry of a filter means this type.</summary>
    public static bool Matches(string filter, string type) => filter == type
        || (filter.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(filter[..^1], StringComparison.Ordinal));
}
