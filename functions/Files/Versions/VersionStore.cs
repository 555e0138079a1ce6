using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// The former versions of files (SCHEMA.md, table Files, <c>version|…</c>). Each row is the file's record as it was. The bytes of a
/// version belong to one row at a time: the file's record, or one of these. So no two lead to the same blob.
/// </summary>
public sealed class VersionStore(StorageClients storage, FileStore files, SpaceQuota spaceQuota)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>
    /// The former versions, the newest first, with those that are being purged. They are as many as a tenant keeps, and few more.
    /// </summary>
    public async Task<IReadOnlyList<FileRecord>> List(FileRecord file, CancellationToken cancel)
    {
        if (file.Version == 1) return [];
        var start = RowKeys.VersionsOf(file.Id);
        return await table.Range(FileRows.Partition(file), start, start + "~", null, cancel)
            .Select(row => FileRows.Read(file.Tenant, row)).ToListAsync(cancel);
    }

    /// <summary>A former version that can be read or restored, or null.</summary>
    public async Task<FileRecord?> Find(FileRecord file, string? version, CancellationToken cancel) =>
        (await List(file, cancel)).FirstOrDefault(one => one.Content == version && one.Status == FileStatus.Deleted);

    /// <summary>The row whose bytes an upload has brought: a record, or a former version; null if they are gone, or going.</summary>
    public async Task<FileRecord?> FindContent(string tenant, string upload, CancellationToken cancel)
    {
        while (true)
        {
            var file = await files.Find(tenant, upload, cancel);
            if (file is null or { ContentId: null } or { Status: FileStatus.Purging }) return file;
            if (await Find(file, upload, cancel) is { } version) return version;
            // A restore moves the bytes from one row to the other. If the record is unchanged, there was none.
            if (await files.Find(tenant, upload, cancel) is { } now && now.ETag == file.ETag) return null;
        }
    }

    /// <summary>The record or the former version that has the bytes of an upload now, or null.</summary>
    public async Task<FileRecord?> FindBytes(string tenant, string upload, CancellationToken cancel)
    {
        var found = await FindContent(tenant, upload, cancel);
        if (found is not { Status: FileStatus.Version }) return found;
        if (await files.Find(tenant, found.Replaces, cancel) is not { } file) return null;
        return file.Content == upload ? file : await Find(file, upload, cancel);
    }

    /// <summary>
    /// Gives a file other bytes, and keeps the former ones as a version, in one transaction; false if the record changed meanwhile.
    /// </summary>
    /// <param name="file">The file as it was read.</param>
    /// <param name="after">The file with the other bytes.</param>
    /// <param name="former">What it was (<see cref="FileRecord.Retire"/>).</param>
    /// <param name="change">What that changes of the space's usage.</param>
    /// <param name="source">The row that had the other bytes until now, as it will be.</param>
    /// <param name="cancel">Cancels.</param>
    public Task<bool> TryReplace(
        FileRecord file, FileRecord after, FileRecord former, UsageChange change, TableTransactionAction source,
        CancellationToken cancel) =>
        files.TryMove(file, after, change, cancel, [new(TableTransactionActionType.Add, Row(former)), source]);

    /// <summary>Deletes the row of a former version, whose bytes become the file's.</summary>
    public static TableTransactionAction Take(FileRecord version) =>
        new(TableTransactionActionType.Delete, new TableEntity(FileRows.Partition(version), Key(version)), version.ETag);

    /// <summary>Changes the row of a former version; false if it changed meanwhile or is gone.</summary>
    public async Task<bool> TryChange(FileRecord version, CancellationToken cancel)
    {
        var row = Row(version);
        row.ETag = version.ETag;
        return await table.TryReplace(row, cancel);
    }

    /// <summary>
    /// Deletes the row of a version whose bytes are gone, with the record of its upload, and frees its quota; false if it is gone.
    /// </summary>
    public Task<bool> Remove(FileRecord version, CancellationToken cancel) => spaceQuota.TryTransact(
        version.Tenant, version.Space, UsageChange.ForgetVersion(version),
        [Take(version with { ETag = Azure.ETag.All }), .. FileRows.DeleteUpload(version)], cancel);

    static TableEntity Row(FileRecord version) => FileRows.VersionRow(version, Key(version));

    static string Key(FileRecord version) => RowKeys.Version(version.Id, version.Version);
}
