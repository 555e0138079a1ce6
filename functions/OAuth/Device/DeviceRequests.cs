using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The request of a device that waits for its user (RFC 8628).</summary>
/// <param name="Id"><c>{bucket}.{id}</c></param>
/// <param name="ClientId">The app on the device.</param>
/// <param name="Scope">The scope that the app asks for.</param>
/// <param name="Device">The device as it described itself.</param>
/// <param name="ExpiresAt">When the user can no longer decide.</param>
/// <param name="Decision">The user's decision, or null.</param>
public sealed record DeviceRequest(
    string Id, string ClientId, Scope Scope, Device Device, DateTimeOffset ExpiresAt, UserDecision? Decision)
{
    /// <summary>
    /// When the device can no longer fetch its tokens. If the user decides in the last second, the device still has a minute.
    /// </summary>
    public DateTimeOffset RedeemableUntil =>
        Decision is { } decision && decision.At + Codes.Life > ExpiresAt ? decision.At + Codes.Life : ExpiresAt;

    /// <summary>The ids of the APIs that the app asks for; empty for Latchkey itself.</summary>
    public IReadOnlyList<string> Apis { get; init; } = [];

    internal TableEntity Row { get; init; } = null!;
}

/// <summary>What a device asks for.</summary>
/// <param name="Client">The app on the device.</param>
/// <param name="Apis">The APIs (RFC 8707).</param>
/// <param name="Scope">The scope.</param>
public sealed record DeviceAsk(Client Client, IReadOnlyList<Api> Apis, Scope Scope);

/// <summary>
/// Device authorization requests (SCHEMA.md, tables Requests…), found by the device code or by the user code. The device
/// code, <c>{bucket}.{id}.{HMAC-SHA256}</c>, is not stored, and of the user code only a MAC is: a user code has 34 bits, so
/// anybody who reads the table could find it from a plain hash by trying.
/// </summary>
public sealed class DeviceRequests(RequestTables tables, Macs macs, TimeProvider clock)
{
    const string Purpose = "device";
    const string UserCodePurpose = "user-code";
    const int SlowerBySeconds = 5; // RFC 8628 §3.5

    /// <summary>How long the user has to decide.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>How many seconds a device waits between two polls (§3.2).</summary>
    public const int IntervalSeconds = 5;

    /// <summary>Stores a request.</summary>
    /// <returns>The device code and the user code, without its hyphen.</returns>
    public async Task<(string DeviceCode, string UserCode)> Begin(
        Tenant tenant, DeviceAsk ask, Device device, CancellationToken cancel)
    {
        var expires = clock.GetUtcNow() + Life;
        var (bucket, id) = (ExpiringTables.Bucket(expires), Ids.New());
        await tables.Of(bucket).Put(new TableEntity(RowKeys.RequestPartition(tenant.Id, id), RowKeys.Device)
        {
            ["ClientId"] = ask.Client.Id,
            ["Apis"] = RequestedApis.Ids(ask.Apis) is { Count: > 0 } apis ? Columns.Join(apis) : null,
            ["Scope"] = ask.Scope.ToString(),
            ["UserAgent"] = device.UserAgent,
            ["Address"] = device.Address,
            ["IntervalSeconds"] = IntervalSeconds,
            ["ExpiresAt"] = expires,
        }, cancel);
        while (true)
        {
            var code = UserCode.New();
            var mac = await macs.Make(UserCodePurpose, tenant.Id, code, cancel);
            var row = new TableEntity(RowKeys.RequestPartition(tenant.Id, mac), RowKeys.UserCode) { ["DeviceId"] = id };
            if (await tables.Of(bucket).TryAdd(row, cancel)) // Otherwise another device has the same code today.
                return ($"{bucket}.{id}.{await macs.Make(Purpose, tenant.Id, $"{bucket}.{id}", cancel)}", code);
        }
    }

    /// <summary>Reads the id from a device code that was issued to this tenant; null for anything else.</summary>
    public async Task<string?> Read(string tenant, string deviceCode, CancellationToken cancel)
    {
        if (deviceCode.Length > 200 || deviceCode.Split('.') is not [var bucket, var key, var mac]) return null;
        var id = $"{bucket}.{key}";
        return BucketId.ParseId(id) is not null && await macs.Verify(Purpose, tenant, id, mac, cancel) ? id : null;
    }

    /// <summary>The request with this id, expired or not; null once its table has been dropped.</summary>
    public async Task<DeviceRequest?> Find(Tenant tenant, string id, CancellationToken cancel)
    {
        var (bucket, key) = BucketId.Parse(id)!.Value;
        var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, key), RowKeys.Device, cancel);
        return row is null ? null : Read(id, row);
    }

    /// <summary>The request with this user code that has not expired, or null.</summary>
    public async Task<DeviceRequest?> FindByUserCode(Tenant tenant, string userCode, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // A request that expires after midnight is in tomorrow's table. One from before a key rotation is stored under the old key.
        string[] buckets = [.. new[] { ExpiringTables.Bucket(now), ExpiringTables.Bucket(now + Life) }.Distinct()];
        var allMacs = await macs.Every(UserCodePurpose, tenant.Id, userCode, cancel);
        foreach (var (mac, bucket) in from mac in allMacs from bucket in buckets select (mac, bucket))
        {
            var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, mac), RowKeys.UserCode, cancel);
            if (row is null || await Find(tenant, $"{bucket}.{row.GetString("DeviceId")}", cancel) is not { } device) continue;
            if (now < device.ExpiresAt) return device;
        }
        return null;
    }

    /// <summary>
    /// Stores the decision, unless the user has decided before, and returns the decision that stands. Null if the request has
    /// expired.
    /// </summary>
    public async Task<UserDecision?> Decide(
        Tenant tenant, DeviceRequest request, UserDecision decision, CancellationToken cancel)
    {
        while (request.Decision is null)
        {
            if (decision.At >= request.ExpiresAt) return null;
            if (await TableOf(request).TryReplace(decision.On(request.Row), cancel)) return decision;
            if (await Find(tenant, request.Id, cancel) is not { } current) return null;
            request = current; // The device has polled in the meantime.
        }
        return request.Decision;
    }

    /// <summary>Records that the device has polled; false if it polls too often, and then it must wait longer (§3.5).</summary>
    public async Task<bool> TryPoll(DeviceRequest request, CancellationToken cancel)
    {
        var (now, interval) = (clock.GetUtcNow(), request.Row.GetInt32("IntervalSeconds")!.Value);
        // One second of tolerance: network delays vary, so a device that waits exactly may seem too early.
        var isEarly = request.Row.GetDateTimeOffset("PolledAt") is { } last && now < last.AddSeconds(interval - 1);
        var columns = new TableEntity(request.Row.PartitionKey, request.Row.RowKey) { ["PolledAt"] = now };
        if (isEarly) columns["IntervalSeconds"] = interval + SlowerBySeconds;
        await TableOf(request).TryMerge(columns, cancel);
        return !isEarly;
    }

    Table TableOf(DeviceRequest request) => tables.Of(BucketId.Parse(request.Id)!.Value.Bucket);

    static DeviceRequest Read(string id, TableEntity row) => new(
        id, row.GetString("ClientId"), Scope.Parse(row.GetString("Scope")),
        new Device(row.GetString("UserAgent"), row.GetString("Address")), row.GetDateTimeOffset("ExpiresAt")!.Value,
        UserDecision.Of(row))
    {
        Apis = Columns.Split(row.GetString("Apis")),
        Row = row,
    };
}
