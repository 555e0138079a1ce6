using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Writes and reads the rows of files in table Files. A row that lists a file has the columns that lists show.</summary>
static class FileRows
{
    // Follows the status of a file whose bytes were replaced. An instance with an older version of the service would serve the first
    // bytes, and forget the others when it writes the row. It can't read this status, so it fails.
    const string Replaced = "+";

    public static string Partition(FileRecord file) => Partition(file.Tenant, file.Id);

    /// <summary>The partition of a file. It follows from the id, without a look-up.</summary>
    public static string Partition(string tenant, string id) => RowKeys.Space(tenant, id[..16]);

    public static TableEntity RecordRow(FileRecord file) => Row(file, RowKeys.File(file.Id));

    /// <summary>A row under one of <see cref="FileRecord.ListKeys"/>, without what only the record itself needs.</summary>
    public static TableEntity ListRow(FileRecord file, string key) =>
        Row(file with { ListKeys = [], Indexed = null, UploadKey = null }, key);

    /// <summary>The row of a former version, which has all that the record had.</summary>
    public static TableEntity VersionRow(FileRecord version, string key) => Row(version, key);

    /// <summary>
    /// Deletes the record of the upload that brought the file's bytes (<see cref="FileStatus.Version"/>), if it is not the file's own.
    /// </summary>
    public static IEnumerable<TableTransactionAction> DeleteUpload(FileRecord file) => file.ContentId is not { } id ? []
        : [new(TableTransactionActionType.Delete, new TableEntity(Partition(file), RowKeys.File(id)), ETag.All)];

    /// <summary>The rows of a folder and all its parents, from the root down. Each lists a folder in its parent.</summary>
    public static IEnumerable<TableEntity> FolderRows(string partition, string folder)
    {
        for (var (start, at) = (0, 0); start < folder.Length; start = at + 1)
        {
            at = folder.IndexOf('/', start) is >= 0 and var slash ? slash : folder.Length;
            yield return FolderRow(partition, folder[..at]);
        }
    }

    /// <summary>The row that lists a folder in its parent.</summary>
    public static TableEntity FolderRow(string partition, string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return new TableEntity(partition, RowKeys.Folder(Parent(path), name, path)) { ["Name"] = name, ["Path"] = path };
    }

    /// <summary>A folder's parent.</summary>
    public static string Parent(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    public static FileRecord Read(string tenant, TableEntity row) => new()
    {
        Tenant = tenant,
        Id = row.GetString("Id"),
        Owner = new Owner(row.GetString("OwnerKind"), row.GetString("OwnerId")),
        CreatedBy = row.GetString("CreatedBy"),
        Name = row.GetString("Name"),
        Folder = row.GetString("Folder"),
        ContentType = row.GetString("ContentType"),
        DeclaredContentType = row.GetString("DeclaredContentType"),
        Size = row.GetInt64("Size")!.Value,
        Md5 = row.GetString("Md5"),
        Sha256 = row.GetString("Sha256"),
        BlockSize = row.GetInt64("BlockSize"),
        TusMetadata = row.GetString("TusMetadata"),
        Snapshot = row.GetString("Snapshot"),
        Md5Verified = row.GetBoolean("Md5Verified") is true,
        Sha256Verified = row.GetBoolean("Sha256Verified") is true,
        ModifiedAt = row.GetDateTimeOffset("ModifiedAt"),
        TakenAt = row.GetDateTimeOffset("TakenAt"),
        Metadata = FileMetadata.OfColumn(row.GetString("Metadata")),
        Tags = FileTags.OfColumn(row.GetString("Tags")),
        UploadKey = row.GetString("UploadKey"),
        Request = row.GetString("Request"),
        Sender = row.GetString("SenderName") is { } sender ? new(sender, row.GetString("SenderEmail")) : null,
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        Status = Enum.Parse<FileStatus>(row.GetString("Status").Replace(Replaced, "", StringComparison.Ordinal)),
        CompletedAt = row.GetDateTimeOffset("CompletedAt"),
        CopyOf = row.GetString("CopyOf"),
        CopyOfContent = row.GetString("CopyOfContent"),
        DeletedAt = row.GetDateTimeOffset("DeletedAt"),
        PurgeAfter = row.GetDateTimeOffset("PurgeAfter"),
        DeletedWith = row.GetString("DeletedWith"),
        MissingSince = row.GetDateTimeOffset("MissingSince"),
        Scan = ReadScan(row),
        Renditions = ReadRenditions(row),
        ContentId = row.GetString("ContentId"),
        Version = row.GetInt32("Version") ?? 1,
        VersionAt = row.GetDateTimeOffset("VersionAt"),
        UploadedBy = Owner.Parse(row.GetString("UploadedBy")),
        Replaces = row.GetString("Replaces"),
        ReplacesOnly = row.GetString("ReplacesOnly"),
        BecomesCopy = row.GetBoolean("BecomesCopy") is true,
        Clean = row.GetString("CleanMd5") is { } md5
            ? new(md5, row.GetString("CleanSha256"), row.GetString("CleanSource")) : null,
        ByShare = row.GetBoolean("ByShare") is true,
        Guarded = row.GetBoolean("Guarded") is true,
        ListKeys = Storage.Columns.Split(row.GetString("ListKeys")),
        Indexed = row.GetString("Indexed"),
        ETag = row.ETag,
    };

    static FileScan? ReadScan(TableEntity row)
    {
        var scan = new FileScan
        {
            ETags = Storage.Columns.Split(row.GetString("ScanETags")),
            Early = [.. Storage.Columns.Split(row.GetString("ScanVerdicts")).Select(EarlyVerdict.Read)],
            Threat = row.GetString("ScanThreat"),
            Failure = row.GetString("ScanFailure"),
            At = row.GetDateTimeOffset("ScannedAt"),
            ToldAt = row.GetDateTimeOffset("ScanToldAt"),
        };
        return scan is { ETags.Count: 0, Early.Count: 0, Threat: null, Failure: null, At: null } ? null : scan;
    }

    static RenditionSet? ReadRenditions(TableEntity row) => row.GetDateTimeOffset("RenditionsAt") is not { } at ? null : new(
        [.. Storage.Columns.Split(row.GetString("Renditions")).Select(size => int.Parse(size, CultureInfo.InvariantCulture))],
        row.GetInt64("RenditionBytes")!.Value, row.GetString("RenditionRefusal"), at)
    { Limit = row.GetInt64("RenditionLimit") };

    static string Number(int size) => size.ToString(CultureInfo.InvariantCulture);

    static TableEntity Row(FileRecord file, string rowKey) => new(Partition(file), rowKey)
    {
        ["Id"] = file.Id,
        ["OwnerKind"] = file.Owner.Kind,
        ["OwnerId"] = file.Owner.Id,
        ["CreatedBy"] = file.CreatedBy,
        ["Name"] = file.Name,
        ["Folder"] = file.Folder,
        ["ContentType"] = file.ContentType,
        ["DeclaredContentType"] = file.DeclaredContentType,
        ["Size"] = file.Size,
        ["Md5"] = file.Md5,
        ["Sha256"] = file.Sha256,
        ["BlockSize"] = file.BlockSize,
        ["TusMetadata"] = file.TusMetadata,
        ["Snapshot"] = file.Snapshot,
        ["Md5Verified"] = file.Md5Verified,
        ["Sha256Verified"] = file.Sha256Verified,
        ["ModifiedAt"] = file.ModifiedAt,
        ["TakenAt"] = file.TakenAt,
        ["Metadata"] = file.Metadata?.Json,
        ["Tags"] = file.Tags?.Column,
        ["UploadKey"] = file.UploadKey,
        ["Request"] = file.Request,
        ["SenderName"] = file.Sender?.Name,
        ["SenderEmail"] = file.Sender?.Email,
        ["CreatedAt"] = file.CreatedAt,
        ["Status"] = file.Status + (file.Version == 1 ? "" : Replaced),
        ["CompletedAt"] = file.CompletedAt,
        ["CopyOf"] = file.CopyOf,
        ["CopyOfContent"] = file.CopyOfContent,
        ["DeletedAt"] = file.DeletedAt,
        ["PurgeAfter"] = file.PurgeAfter,
        ["DeletedWith"] = file.DeletedWith,
        ["MissingSince"] = file.MissingSince,
        ["ScanETags"] = file.Scan is { ETags.Count: > 0 } known ? Storage.Columns.Join(known.ETags) : null,
        ["ScanVerdicts"] = file.Scan is { Early.Count: > 0 } early ? Storage.Columns.Join(early.Early.Select(one => one.Write())) : null,
        ["ScanThreat"] = file.Scan?.Threat,
        ["ScanFailure"] = file.Scan?.Failure,
        ["ScannedAt"] = file.Scan?.At,
        ["ScanToldAt"] = file.Scan?.ToldAt,
        ["Renditions"] = file.Renditions is { } made ? Storage.Columns.Join(made.Sizes.Select(Number)) : null,
        ["RenditionBytes"] = file.Renditions?.Bytes,
        ["RenditionRefusal"] = file.Renditions?.Refusal,
        ["RenditionLimit"] = file.Renditions?.Limit,
        ["RenditionsAt"] = file.Renditions?.At,
        ["Indexed"] = file.Indexed,
        ["ContentId"] = file.ContentId,
        ["Version"] = file.Version == 1 ? null : file.Version,
        ["VersionAt"] = file.VersionAt,
        ["UploadedBy"] = file.UploadedBy?.ToString(),
        ["Replaces"] = file.Replaces,
        ["ReplacesOnly"] = file.ReplacesOnly,
        ["BecomesCopy"] = file.BecomesCopy ? true : null,
        ["CleanMd5"] = file.Clean?.Md5,
        ["CleanSha256"] = file.Clean?.Sha256,
        ["CleanSource"] = file.Clean?.Source,
        ["ByShare"] = file.ByShare ? true : null,
        ["Guarded"] = file.Guarded ? true : null,
        ["ListKeys"] = file.ListKeys.Count > 0 ? Storage.Columns.Join(file.ListKeys) : null,
    };
}
