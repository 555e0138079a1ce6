using Azure.Data.Tables;
using Latchkey.Files;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Reads all rows of a tenant's files and holds them against each other: nothing lost, leaked or counted twice.</summary>
static class Books
{
    public static async Task Balance(TestHost host, string tenant = "demo")
    {
        var rows = await Rows(host, tenant).ToListAsync();
        var all = Starting("file|").Select(row => FileRows.Read(tenant, row)).ToList();
        var records = all.Where(file => file.Status != FileStatus.Version).ToList();
        var versions = Starting(RowKeys.AnyVersion).Select(row => FileRows.Read(tenant, row)).ToList();
        foreach (var usage in rows.Where(row => row.RowKey == RowKeys.SpaceUsage))
        {
            var own = records.Where(file => FileRows.Partition(file) == usage.PartitionKey).ToList();
            var holding = own.Concat(versions.Where(version => FileRows.Partition(version) == usage.PartitionKey));
            var archives = Starting(RowKeys.AnyJob).Where(row => row.PartitionKey == usage.PartitionKey)
                .Sum(row => row.GetInt64("ArchiveBytes") ?? 0);
            Assert.Equal(holding.Sum(file => file.Size + (file.Renditions?.Bytes ?? 0)) + archives, usage.GetInt64("Bytes"));
            Assert.Equal(own.Count(file => file.Replaces is null), usage.GetInt64("Files"));
            Assert.Equal(own.Count(file => file.CompletedAt is null), usage.GetInt64("Pending"));
            // Of folders somebody has made: those that are there, and those in the trash.
            Assert.Equal(rows.Count(row => row.PartitionKey == usage.PartitionKey
                && (row.GetBoolean("Made") is true || row.RowKey.StartsWith(RowKeys.AnyDeletedMadeFolder, StringComparison.Ordinal))),
                usage.GetInt64("Folders") ?? 0);
            var reservation = rows.SingleOrDefault(row => row.RowKey == RowKeys.SpaceReservation(usage.PartitionKey.Split('|')[1]));
            if (reservation is null && own.Count == 0 && archives == 0) continue; // Only folders were made there.
            Assert.NotNull(reservation);
            Assert.InRange(usage.GetInt64("TakenBytes")!.Value, usage.GetInt64("Bytes")!.Value, reservation.GetInt64("Bytes")!.Value);
            Assert.InRange(usage.GetInt64("TakenFiles")!.Value, usage.GetInt64("Files")!.Value, reservation.GetInt64("Files")!.Value);
        }
        // Changes are numbered without a gap up to the last, and those of a space that is gone are gone with it.
        foreach (var changes in Starting(RowKeys.AnyChange).GroupBy(row => row.PartitionKey))
        {
            var usage = rows.Single(row => row.PartitionKey == changes.Key && row.RowKey == RowKeys.SpaceUsage);
            var (incarnation, last) = (usage.GetString("Incarnation"), usage.GetInt64("Changes")!.Value);
            Assert.Equal(
                Enumerable.Range(0, changes.Count()).Select(n => RowKeys.Change(incarnation, last - n)).Order(StringComparer.Ordinal),
                changes.Select(row => row.RowKey));
            // Whoever has followed them from the beginning knows which folders are there without files.
            if (incarnation![0] != 'n' || changes.Count() < last) continue;
            var made = new HashSet<string>(StringComparer.Ordinal);
            foreach (var row in changes.OrderBy(row => row.RowKey, StringComparer.Ordinal))
            {
                if (row.GetString("FromFolder") is { } from) made.Remove(from);
                if (row.GetString("Change") == nameof(ChangeKind.FolderTrashed)) made.Remove(row.GetString("ChangedFolder"));
                else if (row.GetString("ChangedFolder") is { } folder) made.Add(folder);
            }
            Assert.Equal(made.Order(StringComparer.Ordinal), rows.Where(row => row.PartitionKey == changes.Key
                && row.GetBoolean("Made") is true).Select(row => row.GetString("Path")).Order(StringComparer.Ordinal));
        }
        // Where jobs are said to be at work, they are.
        var working = Starting(RowKeys.AnyJob).Select(row => FolderJob.Read(tenant, row)).Where(job => !job.IsOver).Select(job => job.Id);
        Assert.Equal(working.Order(StringComparer.Ordinal), rows.Where(row => row.RowKey == RowKeys.Jobs)
            .SelectMany(row => Columns.Split(row.GetString("Jobs"))).Select(line => line.Split(' ')[0]).Distinct()
            .Order(StringComparer.Ordinal));
        // A space knows what is there, and nothing else.
        var incarnations = rows.Where(row => row.RowKey == RowKeys.SpaceUsage)
            .ToDictionary(row => row.PartitionKey, row => row.GetString("Incarnation"));
        Assert.Equal(
            records.SelectMany(file => KnownFile.KeysOf(file).Select(key => $"{key} {file.Id}")).Order(StringComparer.Ordinal),
            Starting("known|").Where(row => row.GetString("Incarnation") == incarnations[row.PartitionKey])
                .SelectMany(row => KnownRows.All(row).Select(entry => $"{entry.Key} {row.PartitionKey.Split('|')[1]}{entry.Id}"))
                .Order(StringComparer.Ordinal));
        // What is available is found as it is, and nothing else. The rows of an index follow each other.
        Assert.Equal(
            records.Where(file => file.Status == FileStatus.Available).Select(file => (FileRows.Partition(file), SearchEntry.Of(file)))
                .OrderBy(found => (found.Item1, found.Item2.Key)),
            Starting(RowKeys.AnySearch).SelectMany(row => SearchLeaf.EntriesOf(row).Select(entry => (row.PartitionKey, entry)))
                .OrderBy(found => (found.PartitionKey, found.entry.Key)));
        foreach (var index in Starting(RowKeys.AnySearch).GroupBy(row => row.PartitionKey))
        {
            var leaves = index.Select(SearchLeaf.Read).OrderBy(leaf => leaf.To, StringComparer.Ordinal).ToList();
            Assert.Equal(SearchLeaf.Last, leaves[^1].To);
            Assert.All(leaves, leaf => Assert.All(leaf.Entries(), entry => Assert.True(leaf.Covers(entry.Key))));
            Assert.All(leaves.Zip(leaves.Skip(1)), two => Assert.True(string.CompareOrdinal(two.First.To, two.Second.From) <= 0));
        }
        // Of each file's bytes and its former versions' one upload is the file's own at most, and the others lead to the file.
        var contents = records.Concat(versions).Where(file => file.ContentId is not null).Select(file => $"{file.ContentId} {file.Id}");
        Assert.Equal(contents.Order(StringComparer.Ordinal), all.Where(file => file.Status == FileStatus.Version)
            .Select(file => $"{file.Id} {file.Replaces}").Order(StringComparer.Ordinal));
        Assert.Equal(records.Count + versions.Count, records.Concat(versions).Select(file => file.Content).Distinct().Count());
        Assert.All(versions, version => Assert.Contains(records, file => file.Id == version.Id && file.Version > version.Version));
        foreach (var key in Starting("begin|")) Assert.Contains(all, file => file.Id == key.GetString("Id"));
        foreach (var total in rows.Where(row => row.RowKey == RowKeys.TotalReservation))
        {
            Assert.Equal(Starting("space|").Sum(reservation => reservation.GetInt64("Bytes")!.Value), total.GetInt64("Bytes"));
            Assert.Equal(Starting("space|").Sum(reservation => reservation.GetInt64("Files")!.Value), total.GetInt64("Files"));
        }
        // What lists a file is what its record says, and nothing else is listed.
        Assert.Equal(
            records.SelectMany(file => file.ListKeys.Select(key => $"{file.Id} {key}")).Order(StringComparer.Ordinal),
            rows.Where(row => row.RowKey.Split('|')[0] is "list" or "new" or "taken" or "by" or "trash")
                .Select(row => $"{row["Id"]} {row.RowKey}")
                .Order(StringComparer.Ordinal));
        // Every folder with a file is listed, from the root down.
        Assert.Empty(records.Where(file => file.IsListed)
            .SelectMany(file => FileRows.FolderRows(FileRows.Partition(file), file.Folder)).Select(row => (row.PartitionKey, row.RowKey))
            .Except(rows.Select(row => (row.PartitionKey, row.RowKey))));
        var stored = records.Concat(versions)
            .Where(file => !file.IsInfected && file.Status is FileStatus.Scanning or FileStatus.Available or FileStatus.Deleted)
            .SelectMany(file =>
                (file.Renditions?.Sizes ?? []).Select(size => Thumbnails.BlobName(file.Content, size)).Append(file.BlobName))
            .ToList();
        if (stored.Count > 0) Assert.Empty(stored.Except(await Blobs(host, tenant))); // Before the first there is no container.
        // A request counts the files that were begun by it, but for those that were received and purged since.
        foreach (var request in Starting(RowKeys.AnyFileRequest).Select(row => FileRequest.Read(tenant, row)))
        {
            var own = records.Where(file => file.Request == request.Id).ToList();
            Assert.Equal(request.Begun - request.Received, own.Count(file => file.CompletedAt is null));
            Assert.InRange(own.Count, 0, request.Begun);
        }
        foreach (var share in Starting("share|")) Assert.Contains(records, file => file.Id == share.GetString("FileId"));

        IEnumerable<TableEntity> Starting(string start) => rows.Where(row => row.RowKey.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>The names of the blobs that the tenant's records lead to, in order.</summary>
    public static async Task<List<string>> Records(TestHost host, string tenant = "demo")
    {
        var names = new List<string>();
        await foreach (var row in Rows(host, tenant))
        {
            if (row.RowKey.Split('|')[0] is "file" or "version" && FileRows.Read(tenant, row) is { Status: not FileStatus.Version } file)
                names.Add(file.BlobName);
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    // As the service reads them: the SDK takes several times as long for each row.
    static IAsyncEnumerable<TableEntity> Rows(TestHost host, string tenant) =>
        new Table(host.Service<StorageClients>().Tables.GetTableClient(TableNames.Files)).Query("", null, default)
            .Where(row => row.PartitionKey.StartsWith($"{tenant}|", StringComparison.Ordinal));

    /// <summary>The names of the tenant's blobs.</summary>
    public static async Task<List<string>> Blobs(TestHost host, string tenant = "demo")
    {
        var names = new List<string>();
        await foreach (var blob in host.Service<StorageClients>().Blobs.GetBlobContainerClient($"files-{tenant}").GetBlobsAsync())
            names.Add(blob.Name);
        return names;
    }
}
