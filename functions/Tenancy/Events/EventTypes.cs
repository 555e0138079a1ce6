namespace Latchkey.Tenancy;

/// <summary>The types of events that others can be told of (docs/operating/webhooks.md).</summary>
public static class EventTypes
{
    /// <summary>A user was made.</summary>
    public const string UserCreated = "user.created";

    /// <summary>Something of a user was changed; <c>changes</c> says what.</summary>
    public const string UserChanged = "user.changed";

    /// <summary>A user has another email address, or none any more.</summary>
    public const string UserEmailChanged = "user.email_changed";

    /// <summary>A user has another password.</summary>
    public const string UserPasswordChanged = "user.password_changed";

    /// <summary>A user has a second factor or a passkey more or less; <c>changes</c> says which of the two.</summary>
    public const string UserMfaChanged = "user.mfa_changed";

    /// <summary>A user was disabled.</summary>
    public const string UserDisabled = "user.disabled";

    /// <summary>A disabled user was enabled.</summary>
    public const string UserEnabled = "user.enabled";

    /// <summary>A user was deleted.</summary>
    public const string UserDeleted = "user.deleted";

    /// <summary>A session has its first tokens.</summary>
    public const string SessionStarted = "session.started";

    /// <summary>A session was ended; without a <c>sessionId</c>, all sessions of the user, of the client, or of both.</summary>
    public const string SessionEnded = "session.ended";

    /// <summary>A refresh token was used again, which may mean that it was stolen. Its session has ended.</summary>
    public const string RefreshReused = "session.refresh_reused";

    /// <summary>An upload or a copy was completed, and can be downloaded.</summary>
    public const string FileCreated = "file.created";

    /// <summary>A file has other bytes, another name or property.</summary>
    public const string FileChanged = "file.changed";

    /// <summary>A file has other bytes: a new version, or a former one that was restored.</summary>
    public const string FileReplaced = "file.replaced";

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

    /// <summary>The scanner can't scan a file, so nobody gets it.</summary>
    public const string FileNotScanned = "file.not_scanned";

    /// <summary>Somebody has made a folder.</summary>
    public const string FolderCreated = "folder.created";

    /// <summary>A folder that somebody had made has another path.</summary>
    public const string FolderMoved = "folder.moved";

    /// <summary>A folder that somebody had made is in the trash.</summary>
    public const string FolderTrashed = "folder.trashed";

    /// <summary>A folder that somebody had made was restored from the trash.</summary>
    public const string FolderRestored = "folder.restored";

    /// <summary>A file was shared, or a share was replaced.</summary>
    public const string ShareCreated = "share.created";

    /// <summary>A share was revoked or has expired.</summary>
    public const string ShareRevoked = "share.revoked";

    /// <summary>A link was made: to a file, a folder or several files.</summary>
    public const string LinkCreated = "link.created";

    /// <summary>Something of a link to a folder or to several files was changed; <c>changes</c> says what.</summary>
    public const string LinkChanged = "link.changed";

    /// <summary>A link was revoked or has expired.</summary>
    public const string LinkRevoked = "link.revoked";

    /// <summary>A request for files was made.</summary>
    public const string RequestCreated = "request.created";

    /// <summary>Something of a request for files was changed, or it was opened again; <c>changes</c> says what.</summary>
    public const string RequestChanged = "request.changed";

    /// <summary>A request for files was closed.</summary>
    public const string RequestClosed = "request.closed";

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

    /// <summary>A client was registered.</summary>
    public const string ClientCreated = "client.created";

    /// <summary>Something of a client was changed.</summary>
    public const string ClientChanged = "client.changed";

    /// <summary>A client was deleted.</summary>
    public const string ClientDeleted = "client.deleted";

    /// <summary>A webhook was made.</summary>
    public const string WebhookCreated = "webhook.created";

    /// <summary>Something of a webhook was changed; <c>changes</c> says what.</summary>
    public const string WebhookChanged = "webhook.changed";

    /// <summary>A webhook was switched on again.</summary>
    public const string WebhookEnabled = "webhook.enabled";

    /// <summary>A webhook was switched off; <c>reason</c> says why.</summary>
    public const string WebhookDisabled = "webhook.disabled";

    /// <summary>A webhook was deleted.</summary>
    public const string WebhookDeleted = "webhook.deleted";

    /// <summary>What an administrator sends to try a webhook. No filter holds it back.</summary>
    public const string Test = "webhook.test";

    /// <summary>All types that a filter can name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        FileCreated, FileChanged, FileReplaced, FileMoved, FileTrashed, FileRestored, FilePurged, FileInfected, FileNotScanned,
        FolderCreated, FolderMoved, FolderTrashed, FolderRestored,
        ShareCreated, ShareRevoked, LinkCreated, LinkChanged, LinkRevoked, RequestCreated, RequestChanged, RequestReceived, RequestClosed,
        UserCreated, UserChanged, UserEmailChanged, UserPasswordChanged, UserMfaChanged, UserDisabled, UserEnabled, UserDeleted,
        SessionStarted, SessionEnded, RefreshReused,
        ClientCreated, ClientChanged, ClientDeleted,
        WebhookCreated, WebhookChanged, WebhookEnabled, WebhookDisabled, WebhookDeleted,
        TenantCreated, TenantChanged, TenantSuspended, TenantResumed, TenantDeleted,
    ];

    /// <summary>True if the text is a type, or <c>user.*</c> and the like.</summary>
    public static bool IsFilter(string text) => All.Any(type => Matches(text, type));

    /// <summary>
    /// True if an entry of a filter means this type. Links were told of as shares once, so whoever watches shares hears of links too.
    /// </summary>
    public static bool Matches(string filter, string type) => filter == type
        || (filter.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(filter[..^1], StringComparison.Ordinal))
        || (type is LinkCreated or LinkRevoked && Matches(filter, type == LinkCreated ? ShareCreated : ShareRevoked));
}
