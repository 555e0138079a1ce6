using Latchkey.Storage;

namespace Latchkey.Tests.Storage;

/// <summary>What has expired goes table by table; what is alive stays.</summary>
public sealed class SweepTests : IAsyncLifetime
{
    TestHost host = null!;

    // Its tables are counted.
    public async Task InitializeAsync() => host = await TestHost.Start(clock: TestClock.AtNoon(), copyDemo: false);

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task The_sweep_drops_whole_tables_once_their_day_is_over_and_reads_no_row()
    {
        var tokens = await host.Tokens("demo"); // Lives for 90 days.
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", "service-secret-for-local-runs-only")); // Lives for ten minutes.
        await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"), ("password", "wrong"));
        Assert.Equal(3, (await ExpiringTables()).Count);

        await host.RunTimer("sweep");
        Assert.Equal(3, (await ExpiringTables()).Count);

        host.Clock.Advance(TimeSpan.FromDays(2));
        var before = host.Service<RoundTrips>().Count;
        await host.RunTimer("sweep");
        Assert.Single(await ExpiringTables());
        // A list for each of the swept families, two drops, and this test's list.
        Assert.InRange(host.Service<RoundTrips>().Count - before, 10, 16);
        await host.Refresh("demo", tokens.RefreshToken!).Is(200);

        host.Clock.Advance(TimeSpan.FromDays(92));
        await host.RunTimer("sweep");
        Assert.Empty(await ExpiringTables());
        Assert.Equal(400, (int)(await host.Refresh("demo", tokens.RefreshToken!)).StatusCode);
    }

    async Task<List<string>> ExpiringTables()
    {
        var names = new List<string>();
        await foreach (var table in host.Service<StorageClients>().Tables.QueryAsync())
            if (char.IsAsciiDigit(table.Name[^1]) && !table.Name.StartsWith("Audit", StringComparison.Ordinal)) names.Add(table.Name);
        return names;
    }
}
