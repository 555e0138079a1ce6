using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Writes and reads the rows of files in table Files. A row that lists a file has the same columns under another key.</summary>
static class FileRows
{
    public static string Partition(FileRecord file) => Partition(file.Tenant, file.Id);

    /// <summary>The partition of a file. It follows from the id, without a look-up.</summary>
    public static string Partition(string tenant, string id) => RowKeys.Space(tenant, id[..16]);

    public static TableEntity RecordRow(FileRecord file) => Row(file, RowKeys.File(file.Id));

    /// <summary>A row under one of <see cref="FileRecord.ListKeys"/>.</summary>
    public static TableEntity ListRow(FileRecord file, string key) => Row(file, key);

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
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        Status = Enum.Parse<FileStatus>(row.GetString("Status")),
        CompletedAt = row.GetDateTimeOffset("CompletedAt"),
        CopyOf = row.GetString("CopyOf"),
        DeletedAt = row.GetDateTimeOffset("DeletedAt"),
        PurgeAfter = row.GetDateTimeOffset("PurgeAfter"),
        DeletedWith = row.GetString("DeletedWith"),
        MissingSince = row.GetDateTimeOffset("MissingSince"),
        Renditions = ReadRenditions(row),
        ListKeys = Storage.Columns.Split(row.GetString("ListKeys")),
        Indexed = row.GetString("Indexed"),
        ETag = row.ETag,
    };

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
        ["CreatedAt"] = file.CreatedAt,
        ["Status"] = file.Status.ToString(),
        ["CompletedAt"] = file.CompletedAt,
        ["CopyOf"] = file.CopyOf,
        ["DeletedAt"] = file.DeletedAt,
        ["PurgeAfter"] = file.PurgeAfter,
        ["DeletedWith"] = file.DeletedWith,
        ["MissingSince"] = file.MissingSince,
        ["Renditions"] = file.Renditions is { } made ? Storage.Columns.Join(made.Sizes.Select(Number)) : null,
        ["RenditionBytes"] = file.Renditions?.Bytes,
        ["RenditionRefusal"] = file.Renditions?.Refusal,
        ["RenditionLimit"] = file.Renditions?.Limit,
        ["RenditionsAt"] = file.Renditions?.At,
        ["Indexed"] = file.Indexed,
        ["ListKeys"] = Storage.Columns.Join(file.ListKeys),
    };
}
