using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>Whether a request takes files.</summary>
public enum FileRequestStatus
{
    /// <summary>It does.</summary>
    Open,

    /// <summary>It has as many files, or as many bytes, as it may have.</summary>
    Full,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It was closed.</summary>
    Closed,
}

/// <summary>
/// A request for files (SCHEMA.md, table Files): a link by which people without an account hand files in, into a folder of a space. The
/// row counts what was begun and what was received, in the transactions that write the files' records.
/// </summary>
public sealed partial record FileRequest
{
    /// <summary>For how long an ended request is kept, so that its page can say that it has ended.</summary>
    public static readonly TimeSpan KeptAfterEnd = TimeSpan.FromDays(30);

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>32 characters of base32: the key of the space and 80 random bits.</summary>
    public required string Id { get; init; }

    /// <summary>The owner of the space.</summary>
    public required Owner Owner { get; init; }

    /// <summary>The folder that the files go into. The root is empty.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder as it was when it was asked for (<see cref="BoundFolders"/>), with which the request ends; null for the
    /// root.</summary>
    public string? FolderIdentity { get; init; }

    /// <summary>The user who asks, with whom the request ends; null if a client does.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The client through which it was created.</summary>
    public required string Client { get; init; }

    /// <summary>What the files are for.</summary>
    public required string Title { get; init; }

    /// <summary>What the page says besides, or null.</summary>
    public string? Message { get; init; }

    /// <summary>The SHA-256 of the secret in its address, in hex.</summary>
    public required string SecretHash { get; init; }

    /// <summary>The hash of its password in ASP.NET Core Identity's format, or null.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>How many files it takes.</summary>
    public required long MaxFiles { get; init; }

    /// <summary>How many bytes a file may have.</summary>
    public required long MaxFileBytes { get; init; }

    /// <summary>How many bytes it takes.</summary>
    public required long MaxTotalBytes { get; init; }

    /// <summary>The media types that it takes, as in <see cref="FileLimits.ContentTypes"/>.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = [];

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was closed, or null.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>The files that were begun and not given up.</summary>
    public long Begun { get; init; }

    /// <summary>Their bytes, as declared.</summary>
    public long Bytes { get; init; }

    /// <summary>Those of them that were received.</summary>
    public long Received { get; init; }

    /// <summary>When somebody was last told by mail that files have come; null if nobody was.</summary>
    public DateTimeOffset? NotifiedAt { get; init; }

    /// <summary>How many such mails there were one after the other (<see cref="Notify"/>).</summary>
    public long Notices { get; init; }

    /// <summary>The row's ETag.</summary>
    public ETag ETag { get; init; }

    /// <summary>The entity tag of what people can change. What is counted is no part of it.</summary>
    public string EntityTag => SharingTag.Of(
        Title, Message, PasswordHash, MaxFiles, MaxFileBytes, MaxTotalBytes, string.Join('\n', ContentTypes), ExpiresAt, ClosedAt);

    /// <summary>When its row goes.</summary>
    public DateTimeOffset KeptUntil => (ClosedAt ?? ExpiresAt) + KeptAfterEnd;

    /// <summary>Whether it takes files.</summary>
    public FileRequestStatus StatusAt(DateTimeOffset now) => ClosedAt is not null ? FileRequestStatus.Closed
        : now >= ExpiresAt ? FileRequestStatus.Expired
        : Begun >= MaxFiles || Bytes >= MaxTotalBytes ? FileRequestStatus.Full
        : FileRequestStatus.Open;

    /// <summary>True if it takes files of this type.</summary>
    public bool Takes(string contentType) => ContentTypeCheck.IsAllowed(new FileLimits { ContentTypes = ContentTypes }, contentType);

    /// <summary>Reads a request from its row.</summary>
    public static FileRequest Read(string tenant, TableEntity row) => new()
    {
        Tenant = tenant,
        Id = row.GetString("Id"),
        Owner = new(row.GetString("OwnerKind"), row.GetString("OwnerId")),
        Folder = row.GetString("Folder"),
        CreatedBy = row.GetString("CreatedBy"),
        Client = row.GetString("Client"),
        Title = row.GetString("Title"),
        Message = row.GetString("Message"),
        SecretHash = row.GetString("SecretHash"),
        PasswordHash = row.GetString("PasswordHash"),
        MaxFiles = row.GetInt64("MaxFiles")!.Value,
        MaxFileBytes = row.GetInt64("MaxFileBytes")!.Value,
        MaxTotalBytes = row.GetInt64("MaxTotalBytes") ?? DefaultTotalBytes,
        ContentTypes = Columns.Split(row.GetString("ContentTypes")),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        ExpiresAt = row.GetDateTimeOffset("ExpiresAt")!.Value,
        ClosedAt = row.GetDateTimeOffset("ClosedAt"),
        Begun = row.GetInt64("Begun")!.Value,
        Bytes = row.GetInt64("Bytes")!.Value,
        Received = row.GetInt64("Received")!.Value,
        NotifiedAt = row.GetDateTimeOffset("NotifiedAt"),
        Notices = row.GetInt64("Notices") ?? 0,
        FolderIdentity = row.GetString("FolderIdentity"),
        Pending = Columns.Split(row.GetString("Pending")),
        Refused = [.. Columns.Split(row.GetString("Refused")).Select(RefusedFile.Read)],
        ETag = row.ETag,
    };

    /// <summary>The request's row.</summary>
    public TableEntity ToRow() => new(FileRows.Partition(Tenant, Id), RowKeys.FileRequest(Id))
    {
        ["Id"] = Id,
        ["OwnerKind"] = Owner.Kind,
        ["OwnerId"] = Owner.Id,
        ["Folder"] = Folder,
        ["CreatedBy"] = CreatedBy,
        ["Client"] = Client,
        ["Title"] = Title,
        ["Message"] = Message,
        ["SecretHash"] = SecretHash,
        ["PasswordHash"] = PasswordHash,
        ["MaxFiles"] = MaxFiles,
        ["MaxFileBytes"] = MaxFileBytes,
        ["MaxTotalBytes"] = MaxTotalBytes,
        ["ContentTypes"] = Columns.Join(ContentTypes),
        ["CreatedAt"] = CreatedAt,
        ["ExpiresAt"] = ExpiresAt,
        ["ClosedAt"] = ClosedAt,
        ["Begun"] = Begun,
        ["Bytes"] = Bytes,
        ["Received"] = Received,
        ["NotifiedAt"] = NotifiedAt,
        ["Notices"] = Notices,
        ["FolderIdentity"] = FolderIdentity,
        ["Pending"] = Columns.Join(Pending),
        ["Refused"] = Columns.Join(Refused.Select(one => one.ToString())),
        ETag = ETag,
    };

    /// <summary>The write of the request's row into a transaction of its space, on condition that it has not changed.</summary>
    public TableTransactionAction ToWrite() => new(TableTransactionActionType.UpdateReplace, ToRow(), ETag);
}
