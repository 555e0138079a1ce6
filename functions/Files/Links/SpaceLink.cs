using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// A link to a folder, with all that is in it now and later, or to several files of a space (SCHEMA.md, table Files). Links to one file
/// are shares (<see cref="Share"/>).
/// </summary>
public sealed record SpaceLink
{
    /// <summary>The most files that a link leads to if it names them.</summary>
    public const int MaxFiles = 100;

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>32 characters of base32: the key of the space and 80 random bits.</summary>
    public required string Id { get; init; }

    /// <summary>The owner of the space.</summary>
    public required Owner Owner { get; init; }

    /// <summary>The folder, or null for files. The root is empty.</summary>
    public string? Folder { get; init; }

    /// <summary>The folder as it was when it was shared (<see cref="BoundFolders"/>), with which the link ends; null for the root or
    /// files.</summary>
    public string? FolderIdentity { get; init; }

    /// <summary>The ids of the files; empty for a folder.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>What its page is called; null for the folder's name.</summary>
    public string? Title { get; init; }

    /// <summary>The user who created it, with whom it ends; null if a client did.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expires, or null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The SHA-256 of the secret in its address, in hex.</summary>
    public required string SecretHash { get; init; }

    /// <summary>The hash of its password in ASP.NET Core Identity's format, or null.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>How many downloads it allows, or null for no limit. An archive is one.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>How many downloads there were. They are counted only if there is a limit.</summary>
    public long Downloads { get; init; }

    /// <summary>The row's ETag.</summary>
    public ETag ETag { get; init; }

    /// <summary>The entity tag of what people can change. What is counted is no part of it.</summary>
    public string EntityTag => SharingTag.Of(Title, PasswordHash, Until, MaxDownloads);

    /// <summary>True until it expires.</summary>
    public bool IsLive(DateTimeOffset now) => Until is null || now < Until;

    /// <summary>True if it has no downloads left.</summary>
    public bool IsUsedUp => Downloads >= MaxDownloads;

    /// <summary>True if the link leads to this file now: it is available, and among the link's files or below its folder.</summary>
    public bool LeadsTo(FileRecord file) => file is { Status: FileStatus.Available, MissingSince: null } && file.Owner == Owner
        && (Folder is null ? Files.Contains(file.Id)
            : Folder.Length == 0 || file.Folder == Folder || file.Folder.StartsWith(Folder + "/", StringComparison.Ordinal));

    /// <summary>Reads a link from its row.</summary>
    public static SpaceLink Read(string tenant, TableEntity row) => new()
    {
        Tenant = tenant,
        Id = row.GetString("Id"),
        Owner = new(row.GetString("OwnerKind"), row.GetString("OwnerId")),
        Folder = row.GetString("Folder"),
        FolderIdentity = row.GetString("FolderIdentity"),
        Files = Columns.Split(row.GetString("Files")),
        Title = row.GetString("Title"),
        CreatedBy = row.GetString("CreatedBy"),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        Until = row.GetDateTimeOffset("Until"),
        SecretHash = row.GetString("SecretHash"),
        PasswordHash = row.GetString("PasswordHash"),
        MaxDownloads = row.GetInt64("MaxDownloads"),
        Downloads = row.GetInt64("Downloads") ?? 0,
        ETag = row.ETag,
    };

    /// <summary>The link's row.</summary>
    public TableEntity ToRow() => new(FileRows.Partition(Tenant, Id), RowKeys.Link(Id))
    {
        ["Id"] = Id,
        ["OwnerKind"] = Owner.Kind,
        ["OwnerId"] = Owner.Id,
        ["Folder"] = Folder,
        ["FolderIdentity"] = FolderIdentity,
        ["Files"] = Columns.Join(Files),
        ["Title"] = Title,
        ["CreatedBy"] = CreatedBy,
        ["CreatedAt"] = CreatedAt,
        ["Until"] = Until,
        ["SecretHash"] = SecretHash,
        ["PasswordHash"] = PasswordHash,
        ["MaxDownloads"] = MaxDownloads,
        ["Downloads"] = Downloads,
        ETag = ETag,
    };
}
