using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

// When malware was found in what could be had before.
public sealed partial class FileStore
{
    /// <summary>Writes that malware was found in a file, or a former version, that others may have, so that archives with it end.</summary>
    public Task MarkInfected(FileRecord file, DateTimeOffset now, CancellationToken cancel) => table.Put(
        new TableEntity(FileRows.Partition(file), RowKeys.Infection) { ["At"] = now }, cancel);

    /// <summary>When that was last in a space; null for never.</summary>
    public async Task<DateTimeOffset?> LastInfection(string tenant, Owner owner, CancellationToken cancel) =>
        (await table.Find(RowKeys.Space(tenant, owner.SpaceKey(tenant)), RowKeys.Infection, cancel))?.GetDateTimeOffset("At");
}
