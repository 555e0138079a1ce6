using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Admin;

/// <summary>The audit never slows or fails a request, and says what it had to drop.</summary>
public sealed class AuditOutageTests
{
    [Fact]
    public async Task What_storage_does_not_take_is_dropped_counted_and_told_once_storage_is_back()
    {
        var data = Directory.CreateTempSubdirectory("latchkey-audit").FullName;
        using var azurite = await Azurite.Start(data);
        await using var host = await TestHost.Start(azurite);
        var admin = (await host.Tokens("demo", "admin")).AccessToken;

        azurite.Kill();
        for (var n = 0; n < 3; n++)
            Assert.Equal(503, (int)(await host.Send(HttpMethod.Get, "/demo/admin/audit", admin)).StatusCode);
        await Eventually.True(() =>
            host.Log.Lines.Count(line => line.Contains("audit entries not written", StringComparison.Ordinal)) >= 3);
        await azurite.Restart();

        await Eventually.True(async () =>
            (await host.Send(HttpMethod.Get, "/demo/admin/audit?type=audit.dropped", admin).Read<AuditPageAnswer>()).Entries.Any(entry =>
                int.Parse(entry.Detail!, System.Globalization.CultureInfo.InvariantCulture) >= 1));
    }

    [Fact]
    public async Task Acts_one_after_the_other_share_a_transaction()
    {
        using var storage = await Files.CuttableStorage.Start();
        await using var host = await storage.Host(services: services => services.AddSingleton(AuditPause.Default));
        var token = (await host.Tokens("demo")).AccessToken;
        for (var n = 0; n < 20; n++) await host.Send(HttpMethod.Get, "/demo/admin/audit", token).Is(403);
        var admin = await host.Admin();
        await Eventually.True(async () => (await admin.WholeAudit("?type=admin-audit")).Count(entry => entry.Result != "ok") == 20);
        Assert.InRange(storage.AuditWrites, 1, 10);
    }

    [Fact]
    public async Task What_does_not_fit_into_the_queue_is_dropped_counted_and_told()
    {
        await using var host = await TestHost.Start();
        var tables = host.Service<AuditTables>();
        var tenant = (await host.Service<TenantStore>().Find("acme", default))!;
        var log = new AuditLog(tables, AuditPause.Default, host.Service<RoundTrips>(), host.Service<Settings>(), host.Clock,
            NullLogger<AuditLog>.Instance);
        var other = (await host.Service<TenantStore>().Find("demo", default))!;
        for (var n = 0; n < Most + 3; n++) await Enter(log, tenant); // Nobody takes them out yet.
        for (var n = 0; n < 100; n++) await Enter(log, other); // A flood of one tenant is not the others' loss.
        await log.StartAsync(default);
        var kept = new List<AuditEntry>();
        // Not by stopping it: that waits for 5 seconds, which is no promise for so many.
        await Eventually.True(async () => (kept = await Kept(tables)).Count > Most);
        await log.StopAsync(default);
        Assert.Equal(100, (await Kept(tables, "demo")).Count(entry => entry.Type == "test"));
        Assert.Equal(Most, kept.Count(entry => entry.Type == "test"));
        Assert.Equal("3", Assert.Single(kept, entry => entry.Type == "audit.dropped").Detail);
    }

    const int Most = AuditLog.Capacity / 2; // Of one tenant, when there is no other.

    static Task<IResult> Enter(AuditLog log, Tenant tenant)
    {
        var request = new DefaultHttpContext().Request;
        AuditContext.Of(request).Type = "test";
        return log.Record(request, tenant, () => Task.FromResult(Results.Ok()));
    }

    static async Task<List<AuditEntry>> Kept(AuditTables tables, string tenant = "acme")
    {
        var kept = new List<AuditEntry>();
        foreach (var day in await tables.Tables.Buckets(default))
        {
            await foreach (var row in tables.Tables.For(day).Partition(tenant, default)) kept.Add(AuditTables.Read(row));
        }
        return kept;
    }
}
