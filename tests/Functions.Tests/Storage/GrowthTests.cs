using System.Net;
using Azure.Data.Tables;
using Latchkey.Admin;
using Latchkey.Files;
using Latchkey.Keys;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Storage;

/// <summary>
/// What a request costs does not grow with what is stored: it takes as many requests to storage at a thousand rows as at twenty thousand,
/// which are written straight to the tables. And what must touch every row does so in batches.
/// </summary>
/// <remarks>Each test has a user, or a tenant, of its own on the one host.</remarks>
public sealed class GrowthTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Lists_and_a_sign_in_cost_the_same_at_a_thousand_rows_and_at_twenty_thousand()
    {
        var (admin, alice) = (await host.Admin(), await host.UserId("alice"));
        var browser = new Browser(host);
        await browser.Tokens();
        var (app, owner) = ((await host.Tokens(scope: "account")).AccessToken, await host.As("bob"));
        var shared = await owner.Upload([1], "shared");
        await owner.Send(HttpMethod.Post, $"/{shared}/shares", new { with = new { user = "alice" }, access = "read" }).Is(201);
        var files = await host.As("alice");
        var ends = host.Clock.Now.AddDays(20);
        await host.Service<StorageClients>().Tables.CreateTableIfNotExistsAsync(TableNames.Sessions + ExpiringTables.Bucket(ends));
        var costs = new List<(string What, long Small, long Large)>();
        var small = new Dictionary<string, long>();
        for (var (written, count) = (0, 1_000); count <= 20_000; count += 19_000)
        {
            await host.WriteRows("UserSessions", RowKeys.UserPartition("demo", alice), count - written, n => new()
            {
                ["RowKey"] = BucketId.Of(ends, Ids.New()).ToString(),
                ["ClientId"] = n % 2 == 0 ? "mobile" : "first-party",
                ["CreatedAt"] = host.Clock.Now.AddMinutes(-60 - n),
                ["ExpiresAt"] = ends,
                ["UserAgent"] = "",
                ["Address"] = "",
            });
            // What is shared and gone sorts behind what is there.
            await host.WriteRows("Files", RowKeys.SharedWith("demo", "user", alice), count - written, n => new()
            {
                ["RowKey"] = RowKeys.SharedFile($"zzzzzzzzzzzzzzzz{Ids.NewBase32()}", Ids.NewBase32()),
                ["FileId"] = $"zzzzzzzzzzzzzzzz{Ids.NewBase32()}",
                ["Id"] = Ids.NewBase32(),
            });
            written = count;
            foreach (var (what, request) in new (string, Func<Task<HttpResponseMessage>>)[]
            {
                ("account page", () => browser.Get("/demo/account")),
                ("own sessions", () => host.Send(HttpMethod.Get, "/demo/me/sessions", app)),
                ("a user's sessions", () => admin.Send(HttpMethod.Get, $"sessions?user={alice}")),
                ("all sessions", () => admin.Send(HttpMethod.Get, "sessions")),
                ("an app's sessions", () => admin.Send(HttpMethod.Get, "sessions?client=mobile&limit=5")),
                ("shared with me", () => files.Send(HttpMethod.Get, "?space=shared")),
                ("sign-in", () => host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
                    ("password", "alice-password"))),
            })
            {
                var answer = await request(); // From now on what has a cache is in it.
                var trips = await host.Trips(async () => answer = await request());
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                if (count == 1_000) small[what] = trips;
                else costs.Add((what, small[what], trips));
            }
            // Not each sign-in looks for those that are too many.
            Assert.Equal(1, await host.Trips(() => host.Service<UserSessions>().TakeExcess("demo", alice, default)));
        }
        Assert.Equal(costs.Select(cost => $"{cost.What}: {cost.Small}"), costs.Select(cost => $"{cost.What}: {cost.Large}"));
        Assert.All(costs, cost => Assert.InRange(cost.Large, 1, 110)); // A page has 50 lines, of which each may be two rows.
        Assert.Equal(shared, Assert.Single((await files.List("?space=shared")).Files).Id);
    }

    [Fact]
    public async Task Of_too_many_sessions_the_oldest_of_the_app_that_has_the_most_end()
    {
        var (browser, bob) = (new Browser(host), await host.UserId("bob"));
        var answer = await browser.Consent(await browser.SignIn(await browser.Authorize(), "bob"));
        var other = await browser.Redeem(Browser.Returned(Browser.Location(answer))["code"]).Read<TokenAnswer>();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var (first, second) = (await host.Tokens("demo", "bob"), await host.Tokens("demo", "bob"));
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        var ends = host.Clock.Now.AddDays(20);
        await host.WriteRows("UserSessions", RowKeys.UserPartition("demo", bob), UserSessions.MaxPerUser - 3, _ => new()
        {
            ["RowKey"] = BucketId.Of(ends, Ids.New()).ToString(),
            ["ClientId"] = "first-party",
            ["CreatedAt"] = host.Clock.Now.AddMinutes(-1),
            ["ExpiresAt"] = ends,
        });
        await host.Refresh("demo", first.RefreshToken!).Is(200);
        var last = await host.Tokens("demo", "bob");
        var left = await host.Service<UserSessions>().List((await Tenant("demo"))!, bob, default);
        Assert.Equal(UserSessions.MaxPerUser, left.Count);
        var ended = await Task.WhenAll(new[] { first, second }.Select(async tokens =>
            (await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken)).StatusCode == HttpStatusCode.Unauthorized));
        Assert.Single(ended, isEnded => isEnded);
        foreach (var (tokens, client) in new[] { (other, "mobile"), (last, "first-party") })
            await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", tokens.RefreshToken!))
                .Is(200);
    }

    [Fact]
    public async Task How_many_sessions_there_are_is_looked_at_sooner_the_more_there_are()
    {
        var now = host.Clock.Now;
        foreach (var (live, spared) in new[] { (150, 25), (197, 8), (208, 50) })
        {
            host.Clock.Advance(TimeSpan.FromMinutes(5));
            var tenant = (await Tenant("demo"))!;
            var user = Ids.New();
            var ends = host.Clock.Now.AddDays(20);
            await host.WriteRows("UserSessions", RowKeys.UserPartition("demo", user), live, _ => new()
            {
                ["RowKey"] = BucketId.Of(ends, Ids.New()).ToString(),
                ["ClientId"] = "first-party",
                ["CreatedAt"] = host.Clock.Now,
                ["ExpiresAt"] = ends,
            });
            var bound = host.Service<SessionBound>();
            Assert.Equal(1, await host.Trips(() => bound.TryKeep(tenant, user, default)));
            Assert.Equal(0, await host.Trips(async () =>
            {
                for (var signIn = 0; signIn < spared; signIn++) await bound.TryKeep(tenant, user, default);
            }));
            Assert.Equal(1, await host.Trips(() => bound.TryKeep(tenant, user, default)));
            host.Clock.Advance(TimeSpan.FromMinutes(5)); // Others may have added some elsewhere.
            Assert.NotEqual(0, await host.Trips(() => bound.TryKeep(tenant, user, default)));
        }
        host.Clock.Now = now; // The others' URLs are to be valid in Azurite, which has no clock of ours.
    }

    [Fact]
    public async Task A_sign_in_succeeds_although_the_number_of_sessions_can_not_be_kept_bounded()
    {
        var now = host.Clock.Now;
        host.Clock.Advance(TimeSpan.FromMinutes(5)); // So that a sign-in looks again how many there are.
        var bob = await host.UserId("bob");
        var partition = RowKeys.UserPartition("demo", bob);
        var sessions = host.Service<StorageClients>().Tables.GetTableClient("UserSessions");
        var ends = host.Clock.Now.AddDays(20);
        var broken = new TableEntity(partition, BucketId.Of(ends, Ids.New()).ToString()) { ["ExpiresAt"] = ends };
        await sessions.AddEntityAsync(broken);
        var tokens = await host.Tokens("demo", "bob");
        await sessions.DeleteEntityAsync(broken);
        host.Clock.Now = now;
        await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken).Is(200);
        await host.Service<UserSessions>().Forget((await Tenant("demo"))!, bob, default);
        Assert.Contains(host.Log.Lines, line => line.Contains("oldest sessions could not be ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Administrators_find_an_apps_session_behind_a_thousand_of_others()
    {
        var (browser, user) = (new Browser(host), await host.UserId("admin"));
        await browser.Redeem(Browser.Returned(Browser.Location(
            await browser.Consent(await browser.SignIn(await browser.Authorize(), "admin"))))["code"]).Is(200);
        var ends = host.Clock.Now.AddMinutes(5);
        await host.WriteRows("UserSessions", RowKeys.UserPartition("demo", user), UserSessions.AtOnce, _ => new()
        {
            ["RowKey"] = BucketId.Of(ends, Ids.New()).ToString(),
            ["ClientId"] = "first-party",
            ["CreatedAt"] = host.Clock.Now,
            ["ExpiresAt"] = ends,
        });
        var admin = await host.Admin();
        Assert.Single(await admin.All<SessionAnswer>($"sessions?user={user}&client=mobile", "sessions", 50));
        await host.Service<UserSessions>().Forget((await Tenant("demo"))!, user, default);
    }

    [Fact]
    public async Task A_tenant_is_not_deleted_where_one_table_was_done_in_time_and_another_at_the_same_moment_was_not()
    {
        foreach (var table in new[] { "Files", "Users" }) await host.WriteRows(table, "gone", 1, _ => new() { ["RowKey"] = "row" });
        var data = new TenantData(
            host.Service<StorageClients>(), host.Service<TenantStore>(), host.Service<Domains>(), new ClockOfTwo());
        Assert.False(await data.Delete((await Tenant("demo"))! with { Id = "gone" }, TimeSpan.FromMinutes(1), default));
    }

    [Fact]
    public async Task A_session_has_at_most_eight_rows_of_tokens_however_often_it_is_used()
    {
        var tokens = await host.Tokens("demo", "admin");
        for (var n = 0; n < 12; n++) tokens = await host.Refresh("demo", tokens.RefreshToken!).Read<TokenAnswer>();
        var session = BucketId.Parse(
            new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.AccessToken).GetClaim("sid").Value)!.Value;
        var rows = await new Table(host.Service<StorageClients>().Tables.GetTableClient("Sessions" + session.Bucket))
            .Partition(RowKeys.SessionPartition("demo", session.Key), default).ToListAsync();
        Assert.Equal(8, rows.Count(row => row.RowKey.StartsWith("token|", StringComparison.Ordinal)));
        Assert.Single(rows, row => row.RowKey == RowKeys.Session);
        await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken).Is(200);

        // And what a refresh writes of the session is what has changed.
        var stored = (await host.Service<SessionStore>().Find("demo", session.ToString(), default))!;
        Assert.Equal(["Counter", "PartitionKey", "RotationId", "RowKey"],
            SessionRow.ChangesOf(stored with { Counter = 99, RotationId = "next" }).Keys.Order());
    }

    [Fact]
    public async Task A_check_takes_all_that_it_can_and_a_tenant_is_deleted_in_batches_from_where_it_stopped()
    {
        var files = await host.As("alice", "acme");
        var id = await files.Upload([1]);
        var record = (await host.Service<StorageClients>().Tables.GetTableClient("Files")
            .GetEntityAsync<TableEntity>(FileRows.Partition("acme", id), RowKeys.File(id))).Value;
        await host.WriteRows("Files", record.PartitionKey, 2_500, _ =>
        {
            var other = id[..16] + Ids.NewBase32();
            return new(record.Where(column => !column.Key.StartsWith("odata", StringComparison.Ordinal)
                && column.Key != "Timestamp").ToDictionary())
            {
                ["RowKey"] = RowKeys.File(other),
                ["Id"] = other,
                ["Status"] = "Pending",
            };
        });
        await host.RunTimer("files-check");
        var check = await host.Send(HttpMethod.Get, "/acme/files-check", (await host.Admin("acme")).Token).Read<CheckAnswer>();
        Assert.NotNull(check.FinishedAt);
        Assert.InRange(check.Records, 2_501, 2_600);
        Assert.Contains(host.Log.Lines, line => line.Contains("a round of", StringComparison.Ordinal));

        var (data, tenant) = (host.Service<TenantData>(), (await Tenant("acme"))!);
        Assert.False(await data.Delete(tenant, TimeSpan.Zero, default));
        Assert.NotNull(await Tenant("acme"));
        var trips = await host.Trips(async () => Assert.True(await data.Delete(tenant, TimeSpan.FromMinutes(1), default)));
        Assert.InRange(trips, 30, 200); // 26 transactions, two reads of each table, and the few rows of the rest.
        Assert.Null(await Tenant("acme"));
        foreach (var name in new[] { "Files", "Users", "UserSessions" })
            Assert.DoesNotContain(await host.Service<StorageClients>().Tables.GetTableClient(name).QueryAsync<TableEntity>().ToListAsync(),
                row => row.PartitionKey.Split('|')[0] == "acme");
    }

    [Fact]
    public async Task The_keys_of_all_tenants_are_read_by_pages_and_each_tenants_together()
    {
        foreach (var tenant in new[] { "a", "b" })
            await host.WriteRows("Keys", tenant, 600, n => new()
            {
                ["RowKey"] = RowKeys.Key("ES256", n),
                ["Algorithm"] = "ES256",
                ["Number"] = n,
                ["Kid"] = $"{n}",
                ["Created"] = host.Clock.Now,
                ["SignsFrom"] = host.Clock.Now,
            });
        var read = new List<(string, int)>();
        var store = new WrappedKeyStore(host.Service<StorageClients>(), seal: null!); // What is sealed is not looked at.
        Assert.Equal(2, await host.Trips(async () =>
        {
            await foreach (var tenant in store.All(default)) read.Add((tenant.Tenant, tenant.Rows.Count));
        }));
        Assert.Equal([("a", 600), ("b", 600)], read);
    }

    // Whoever looks first finds that there is time, but only after the second has found that there is none.
    sealed class ClockOfTwo : TimeProvider
    {
        int looks;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp()
        {
            switch (Interlocked.Increment(ref looks))
            {
                case 2:
                    Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref looks) > 2, TimeSpan.FromSeconds(30)));
                    Thread.Sleep(100); // Until that is noted.
                    return 0;
                case 3:
                    return 3600;
                default:
                    return 0;
            }
        }
    }

    Task<Tenant?> Tenant(string id) => host.Service<TenantStore>().FindNow(id, default);
}
