using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A device that waits for its user (RFC 8628).</summary>
/// <param name="Id"><c>{bucket}.{id}</c></param>
/// <param name="ClientId">The app on it.</param>
/// <param name="Scope">What the app asks for.</param>
/// <param name="Device">What it looked like when it asked.</param>
/// <param name="ExpiresAt">Nobody can answer it from then on.</param>
/// <param name="Decision">The user's answer, or null.</param>
public sealed record DeviceRequest(
    string Id, string ClientId, Scope Scope, Device Device, DateTimeOffset ExpiresAt, Decision? Decision)
{
    /// <summary>Who answers in the last second still leaves the device a minute to fetch its tokens.</summary>
    public DateTimeOffset RedeemableUntil =>
        Decision is { } answer && answer.At + Codes.Life > ExpiresAt ? answer.At + Codes.Life : ExpiresAt;

    internal TableEntity Row { get; init; } = null!;
}

/// <summary>
/// Device authorization requests (SCHEMA.md, tables Requests…), found by the device's code or by what the user types. The
/// device code <c>{bucket}.{id}.{HMAC-SHA256}</c> is stored nowhere, of the user code only a MAC: a hash of 34 bits
/// names them to whoever reads the table and tries.
/// </summary>
public sealed class DeviceRequests(RequestTables tables, Macs macs, TimeProvider clock)
{
    const string Purpose = "device";
    const string UserCodePurpose = "user-code";
    const int SlowerBySeconds = 5; // RFC 8628 §3.5

    /// <summary>How long the user may take.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>How many seconds a device waits between two questions (§3.2).</summary>
    public const int IntervalSeconds = 5;

    /// <summary>Keeps a request.</summary>
    /// <returns>The device code and the user code, without its hyphen.</returns>
    public async Task<(string DeviceCode, string UserCode)> Begin(
        Tenant tenant, Client client, Scope scope, Device device, CancellationToken cancel)
    {
        var expires = clock.GetUtcNow() + Life;
        var (bucket, id) = (ExpiringTables.Bucket(expires), Ids.New());
        await tables.Of(bucket).Put(new TableEntity(RowKeys.RequestPartition(tenant.Id, id), RowKeys.Device)
        {
            ["ClientId"] = client.Id,
            ["Scope"] = scope.ToString(),
            ["UserAgent"] = device.UserAgent,
            ["Address"] = device.Address,
            ["IntervalSeconds"] = IntervalSeconds,
            ["ExpiresAt"] = expires,
        }, cancel);
        while (true)
        {
            var code = UserCode.New();
            var row = new TableEntity(
                RowKeys.RequestPartition(tenant.Id, await macs.Make(UserCodePurpose, tenant.Id, code, cancel)), RowKeys.UserCode) { ["DeviceId"] = id };
            if (await tables.Of(bucket).TryAdd(row, cancel)) // Else it is another device's today.
                return ($"{bucket}.{id}.{await macs.Make(Purpose, tenant.Id, $"{bucket}.{id}", cancel)}", code);
        }
    }

    /// <summary>The id in a device code that we made for this tenant; null for anything else.</summary>
    public async Task<string?> Read(string tenant, string deviceCode, CancellationToken cancel)
    {
        if (deviceCode.Length > 200 || deviceCode.Split('.') is not [var bucket, var own, var mac]) return null;
        var id = $"{bucket}.{own}";
        return IssuedTokens.TrySplit(id, out _, out _) && await macs.Verify(Purpose, tenant, id, mac, cancel) ? id : null;
    }

    /// <summary>The request of this id, however old; null if it is long gone.</summary>
    public async Task<DeviceRequest?> Find(Tenant tenant, string id, CancellationToken cancel)
    {
        IssuedTokens.TrySplit(id, out var bucket, out var own);
        var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, own), RowKeys.Device, cancel);
        return row is null ? null : Read(id, row);
    }

    /// <summary>The request that shows this code and has not expired, or null.</summary>
    public async Task<DeviceRequest?> FindByUserCode(Tenant tenant, string userCode, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // What expires after midnight lies in tomorrow's table; what began before a rotation is under the key of then.
        string[] buckets = [.. new[] { ExpiringTables.Bucket(now), ExpiringTables.Bucket(now + Life) }.Distinct()];
        foreach (var (mac, bucket) in from mac in await macs.Every(UserCodePurpose, tenant.Id, userCode, cancel) from bucket in buckets select (mac, bucket))
        {
            var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, mac), RowKeys.UserCode, cancel);
            if (row is null || await Find(tenant, $"{bucket}.{row.GetString("DeviceId")}", cancel) is not { } device) continue;
            if (now < device.ExpiresAt) return device;
        }
        return null;
    }

    /// <summary>Sets the answer unless there is one already; the one that stands. Null if the request is gone or has expired.</summary>
    public async Task<Decision?> Answer(Tenant tenant, DeviceRequest request, Decision answer, CancellationToken cancel)
    {
        while (request.Decision is null)
        {
            if (answer.At >= request.ExpiresAt) return null;
            var row = new TableEntity(request.Row)
            {
                ["AnsweredAt"] = answer.At,
                ["UserId"] = answer.UserId,
                ["SessionId"] = answer.SessionId,
            };
            row.ETag = request.Row.ETag;
            IssuedTokens.TrySplit(request.Id, out var bucket, out _);
            if (await tables.Of(bucket).TryReplace(row, cancel)) return answer;
            if (await Find(tenant, request.Id, cancel) is not { } current) return null; // Else the device has asked meanwhile.
            request = current;
        }
        return request.Decision;
    }

    /// <summary>Notes that the device has asked; false if it asks too often, and then it has to wait longer (§3.5).</summary>
    public async Task<bool> TryPoll(DeviceRequest request, CancellationToken cancel)
    {
        var (now, interval) = (clock.GetUtcNow(), request.Row.GetInt32("IntervalSeconds")!.Value);
        // A second of grace: a device that counts well may still be early on the wire.
        var early = request.Row.GetDateTimeOffset("PolledAt") is { } last && now < last.AddSeconds(interval - 1);
        var columns = new TableEntity(request.Row.PartitionKey, request.Row.RowKey) { ["PolledAt"] = now };
        if (early) columns["IntervalSeconds"] = interval + SlowerBySeconds;
        IssuedTokens.TrySplit(request.Id, out var bucket, out _);
        await tables.Of(bucket).TryMerge(columns, cancel);
        return !early;
    }

    static DeviceRequest Read(string id, TableEntity row) => new(
        id, row.GetString("ClientId"), Scope.Parse(row.GetString("Scope")),
        new Device(row.GetString("UserAgent"), row.GetString("Address")), row.GetDateTimeOffset("ExpiresAt")!.Value,
        row.GetDateTimeOffset("AnsweredAt") is { } at ? new Decision(row.GetString("UserId"), row.GetString("SessionId"), at) : null)
    {
        Row = row,
    };
}
