using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Messages;

/// <summary>A device's public key.</summary>
/// <param name="Device">The device's id, which it chose.</param>
/// <param name="Jwk">The key (RFC 7517), as JSON.</param>
/// <param name="CreatedAt">When it was published.</param>
/// <param name="IsReplacement">The device had another one before.</param>
public sealed record DeviceKey(string Device, string Jwk, DateTimeOffset CreatedAt, bool IsReplacement);

/// <summary>The public keys of users' devices (SCHEMA.md, table Messaging), with which senders seal bodies (RFC 7516).</summary>
public sealed class DeviceKeys(StorageClients storage, TimeProvider clock)
{
    /// <summary>How many devices a user can have.</summary>
    public const int Max = 20;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Messaging));

    /// <summary>The keys of a user, by device.</summary>
    public ValueTask<List<DeviceKey>> Of(string tenant, string user, CancellationToken cancel) => table
        .Range(RowKeys.UserPartition(tenant, user), RowKeys.AnyDevice, RowKeys.AnyDevice + "~", null, cancel)
        .Select(Read).ToListAsync(cancel);

    /// <summary>A device's key, or null.</summary>
    public async Task<DeviceKey?> Find(string tenant, string user, string device, CancellationToken cancel) =>
        await table.Find(RowKeys.UserPartition(tenant, user), RowKeys.DeviceKey(device), cancel) is { } row ? Read(row) : null;

    /// <summary>Publishes a device's key, in the place of the one that it had.</summary>
    /// <returns>The key, and whether it is a new one.</returns>
    /// <exception cref="Problem">409 <c>too_many_devices</c>.</exception>
    public async Task<(DeviceKey Key, bool IsNew)> Put(string tenant, string user, string device, string jwk, CancellationToken cancel)
    {
        var all = await Of(tenant, user, cancel);
        if (all.Find(one => one.Device == device && one.Jwk == jwk) is { } same) return (same, false);
        var isReplacement = all.Exists(one => one.Device == device);
        if (all.Count >= Max && !isReplacement)
            throw Problem.Conflict("too_many_devices", $"A user has at most {Max} devices.");
        var key = new DeviceKey(device, jwk, clock.GetUtcNow(), isReplacement);
        await table.Put(new TableEntity(RowKeys.UserPartition(tenant, user), RowKeys.DeviceKey(device))
        {
            ["Jwk"] = jwk,
            ["CreatedAt"] = key.CreatedAt,
            ["Replaced"] = isReplacement,
        }, cancel);
        return (key, true);
    }

    /// <summary>Removes a device's key; false if it has none.</summary>
    public Task<bool> TryRemove(string tenant, string user, string device, CancellationToken cancel) =>
        table.TryDelete(RowKeys.UserPartition(tenant, user), RowKeys.DeviceKey(device), cancel);

    /// <summary>Removes all keys of a user.</summary>
    public Task RemoveAll(string tenant, string user, CancellationToken cancel) =>
        table.Clear(RowKeys.UserPartition(tenant, user), RowKeys.AnyDevice, RowKeys.AnyDevice + "~", cancel);

    static DeviceKey Read(TableEntity row) => new(row.RowKey[RowKeys.AnyDevice.Length..], row.GetString("Jwk"),
        row.GetDateTimeOffset("CreatedAt")!.Value, row.GetBoolean("Replaced") is true);
}
