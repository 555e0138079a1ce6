using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>A file's record as a row of table Files and back. A row that lists a file holds the same columns under another key.</summary>
static class FileRows
{
    public static string Partition(FileRecord file) => Partition(file.Tenant, file.Id);

    /// <summary>An id leads to its partition without a look-up.</summary>
    public static string Partition(string tenant, string id) => RowKeys.Space(tenant, id[..16]);

    public static TableEntity Record(FileRecord file) => Columns(file, RowKeys.File(file.Id));

    /// <summary>The row under <see cref="FileRecord.ListKey"/>.</summary>
    public static TableEntity Listed(FileRecord file, string key) => Columns(file, key);

    public static FileRecord Read(string tenant, TableEntity row) => new()
    {
        Tenant = tenant,
        Id = row.GetString("Id"),
        Owner = new Owner(row.GetString("OwnerKind"), row.GetString("OwnerId")),
        CreatedBy = row.GetString("CreatedBy"),
        Name = row.GetString("Name"),
        Folder = row.GetString("Folder"),
        ContentType = row.GetString("ContentType"),
        Size = row.GetInt64("Size")!.Value,
        Md5 = row.GetString("Md5"),
        Sha256 = row.GetString("Sha256"),
        BlockSize = row.GetInt64("BlockSize"),
        TusMetadata = row.GetString("TusMetadata"),
        Snapshot = row.GetString("Snapshot"),
        Md5Verified = row.GetBoolean("Md5Verified") is true,
        Sha256Verified = row.GetBoolean("Sha256Verified") is true,
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        Status = Enum.Parse<FileStatus>(row.GetString("Status")),
        CompletedAt = row.GetDateTimeOffset("CompletedAt"),
        ListKey = row.GetString("ListKey"),
        ETag = row.ETag,
    };

    static TableEntity Columns(FileRecord file, string rowKey) => new(Partition(file), rowKey)
    {
        ["Id"] = file.Id,
        ["OwnerKind"] = file.Owner.Kind,
        ["OwnerId"] = file.Owner.Id,
        ["CreatedBy"] = file.CreatedBy,
        ["Name"] = file.Name,
        ["Folder"] = file.Folder,
        ["ContentType"] = file.ContentType,
        ["Size"] = file.Size,
        ["Md5"] = file.Md5,
        ["Sha256"] = file.Sha256,
        ["BlockSize"] = file.BlockSize,
        ["TusMetadata"] = file.TusMetadata,
        ["Snapshot"] = file.Snapshot,
        ["Md5Verified"] = file.Md5Verified,
        ["Sha256Verified"] = file.Sha256Verified,
        ["CreatedAt"] = file.CreatedAt,
        ["Status"] = file.Status.ToString(),
        ["CompletedAt"] = file.CompletedAt,
        ["ListKey"] = file.ListKey,
    };
}
