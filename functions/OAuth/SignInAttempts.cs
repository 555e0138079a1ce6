using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.OAuth;

/// <summary>
/// Failed sign-ins of an account and of an address (SCHEMA.md, tables Attempts…), as rows that are only ever added:
/// any number of failures at once are all counted, and good sign-ins at once never wait for each other. From
/// <c>slow</c> failures on, each next try must wait, twice as long each time; from <c>locked</c> on, a quarter of an hour.
/// </summary>
public sealed class SignInAttempts(StorageClients storage, TimeProvider clock)
{
    const int LockSeconds = 15 * 60;

    static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    readonly ExpiringTables tables = new(storage.Tables, "Attempts");

    /// <summary>Refuses if the account or the address has to wait.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public async Task EnsureAllowed(string tenant, string account, string address, CancellationToken cancel)
    {
        var waits = await Task.WhenAll(
            SecondsToWait(RowKeys.AccountAttempts(tenant, account), slow: 5, locked: 10, cancel),
            // Many people may share an address, so it may fail more often; and a good sign-in clears nothing for it.
            SecondsToWait(RowKeys.AddressAttempts(tenant, address), slow: 50, locked: 100, cancel));
        if (waits.Max() is var wait and > 0) throw OAuthError.TooManyAttempts(wait);
    }

    /// <summary>Counts a wrong password.</summary>
    public Task Failed(string tenant, string account, string address, CancellationToken cancel) => Task.WhenAll(
        Add(RowKeys.AccountAttempts(tenant, account), good: false, cancel),
        Add(RowKeys.AddressAttempts(tenant, address), good: false, cancel));

    /// <summary>A good sign-in: earlier failures of the account count no more.</summary>
    /// <exception cref="OAuthError">
    /// 429: while this password was being checked, enough wrong ones were counted to lock the account. So trying
    /// thousands at once gains nothing.
    /// </exception>
    public async Task Succeeded(string tenant, string account, string address, CancellationToken cancel)
    {
        await EnsureAllowed(tenant, account, address, cancel);
        var partition = RowKeys.AccountAttempts(tenant, account);
        if ((await Failures(partition, most: 1, cancel)).Count > 0) await Add(partition, good: true, cancel);
    }

    async Task<int> SecondsToWait(string partition, int slow, int locked, CancellationToken cancel)
    {
        var failures = await Failures(partition, locked, cancel);
        if (failures.Count < slow) return 0;
        var seconds = failures.Count >= locked ? LockSeconds : Math.Min(LockSeconds, Math.Pow(2, failures.Count - slow));
        var left = failures[0].AddSeconds(seconds) - clock.GetUtcNow();
        return Math.Max(0, (int)Math.Ceiling(left.TotalSeconds));
    }

    // The newest first, back to the last good sign-in.
    async Task<List<DateTimeOffset>> Failures(string partition, int most, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var failures = new List<DateTimeOffset>();
        await foreach (var row in tables.For(ExpiringTables.Bucket(now))
            .Range(partition, "", RowKeyAt(now - Memory), most, cancel))
        {
            var at = row.GetDateTimeOffset("At")!.Value;
            if (row.GetBoolean("Good") is true)
            {
                failures.RemoveAll(failure => failure <= at); // Rows of one instant lie in no order.
                break;
            }
            failures.Add(at);
            if (failures.Count == most) break;
        }
        return failures;
    }

    Task Add(string partition, bool good, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return tables.For(ExpiringTables.Bucket(now)).Put(
            new TableEntity(partition, $"{RowKeyAt(now)}|{Ids.New()}") { ["At"] = now, ["Good"] = good }, cancel);
    }

    // Counts down, so that the newest row comes first.
    static string RowKeyAt(DateTimeOffset time) =>
        (DateTimeOffset.MaxValue.Ticks - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>Drops the days that are over.</summary>
    public Task<int> DropExpired(CancellationToken cancel) => tables.DropExpired(clock.GetUtcNow(), cancel);
}
