using System.Text.Json;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Scim;

/// <summary>Lists: pages by index and by cursor, what they cost, and what is too much.</summary>
public sealed class ScimListTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Pages_by_index_and_by_cursor_show_each_user_once_in_the_order_of_the_ids()
    {
        var scim = await ScimClient.StartEmpty(host, "pages");
        var all = await Users("pages", 230);
        var byIndex = new List<string>();
        for (var start = 1; start <= 300; start += 50)
        {
            var page = await scim.Get($"Users?startIndex={start}&count=50");
            Assert.Equal((230, start), (page.GetProperty("totalResults").GetInt32(), page.GetProperty("startIndex").GetInt32()));
            byIndex.AddRange(Ids(page));
        }
        Assert.Equal(all, byIndex);
        var (byCursor, cursor, pages) = (new List<string>(), "", 0);
        do
        {
            var page = await scim.Get($"Users?count=100&cursor={cursor}");
            Assert.False(page.TryGetProperty("totalResults", out _));
            byCursor.AddRange(Ids(page));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            pages++;
        }
        while (cursor is not null);
        Assert.Equal((3, 230), (pages, byCursor.Count));
        Assert.Equal(all, byCursor);

        Assert.Equal(all.Skip(129).Take(20), Ids(await scim.Get("Users?startIndex=130&count=20")));
        Assert.Equal(200, Ids(await scim.Get("Users?count=1000")).Count);
        Assert.Equal(100, Ids(await scim.Get("Users")).Count);
        Assert.Equal(all.Take(3), Ids(await scim.Get("Users?startIndex=-5&count=3")));
        var counted = await scim.Get("Users?count=0");
        Assert.Equal((230, 0), (counted.GetProperty("totalResults").GetInt32(), Ids(counted).Count));
        // What a directory adds counts at once.
        await scim.AddUser("one-more");
        Assert.Equal(231, (await scim.Get("Users?count=0")).GetProperty("totalResults").GetInt32());
    }

    [Fact]
    public async Task A_page_costs_one_request_once_the_ids_were_counted_and_a_look_up_costs_two()
    {
        var scim = await ScimClient.StartEmpty(host, "costs");
        await Users("costs", 210);
        await scim.AddUser("found");
        await scim.Get("Users?count=1"); // Counts.
        Assert.Equal(1, await host.Trips(async () => await scim.Get("Users?startIndex=150&count=50")));
        Assert.Equal(1, await host.Trips(async () => await scim.Get("Users?startIndex=1&count=100")));
        Assert.Equal(1, await host.Trips(async () => await scim.Get("Users?cursor=&count=100")));
        Assert.Equal(2, await host.Trips(async () => Assert.Single(await scim.Ids("Users", "userName eq \"found\""))));
        Assert.Equal(1, await host.Trips(async () => Assert.Empty(await scim.Ids("Users", "externalId eq \"nobody\""))));
        Assert.Equal(1, await host.Trips(async () => Assert.Empty(await scim.Ids("Users", "id eq \"AAAAAAAAAAAAAAAAAAAAAA\""))));
        Assert.Equal(1, await host.Trips(async () => Assert.Single(await scim.Ids("Users", "userName sw \"fou\""))));
    }

    [Fact]
    public async Task A_filter_without_an_index_is_compared_with_every_user_by_pages()
    {
        var scim = await ScimClient.StartEmpty(host, "compared");
        await Users("compared", 30);
        await scim.Create("Users", """{ "userName": "zed", "title": "Boss", "name": { "familyName": "Zed" } }""");
        Assert.Single(await scim.Ids("Users", "title eq \"boss\" and active eq true"));
        Assert.Empty(await scim.Ids("Users", "title eq \"boss\" and not (name.familyName pr)"));
        var odd = await scim.Find("Users", "userName ew \"1\" or userName ew \"2\"", "&startIndex=3&count=2");
        Assert.Equal((6, 2, 3), (odd.GetProperty("totalResults").GetInt32(), Ids(odd).Count, odd.GetProperty("startIndex").GetInt32()));
        var page = await scim.Find("Users", "userName ew \"1\"", "&cursor=&count=2");
        Assert.Equal(2, Ids(page).Count);
        page = await scim.Find("Users", "userName ew \"1\"", $"&cursor={page.GetProperty("nextCursor").GetString()}&count=2");
        Assert.Single(Ids(page));
        Assert.False(page.TryGetProperty("nextCursor", out _));
        var searched = await scim.Json("POST", "Users/.search", """
            { "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "title pr", "attributes": ["title"],
            "count": 5 }
            """);
        Assert.Equal("Boss", searched.GetProperty("Resources")[0].GetProperty("title").GetString());
        Assert.False(searched.GetProperty("Resources")[0].TryGetProperty("userName", out _));
    }

    [Fact]
    public async Task Groups_come_by_pages_with_their_members_unless_they_are_excluded()
    {
        var scim = await ScimClient.StartEmpty(host, "groups");
        var user = await scim.AddUser("in-all");
        for (var n = 0; n < 5; n++)
            await scim.Create("Groups", $$"""{ "displayName": "g{{n}}", "members": [{ "value": "{{user}}" }] }""");
        var page = await scim.Get("Groups?startIndex=2&count=3");
        Assert.Equal((5, 3), (page.GetProperty("totalResults").GetInt32(), Ids(page).Count));
        Assert.All(page.GetProperty("Resources").EnumerateArray(), one => Assert.Equal(1, one.GetProperty("members").GetArrayLength()));
        Assert.Equal(1, await host.Trips(async () => await scim.Get("Groups?startIndex=2&count=3&excludedAttributes=members")));
        Assert.Equal(5, (await scim.Ids("Groups", $"members.value eq \"{user}\"")).Count);
        Assert.Equal(2, (await scim.Ids("Groups", "displayName eq \"g1\" or displayName eq \"g3\"")).Count);
    }

    async Task<List<string>> Users(string tenant, int count)
    {
        var home = (await host.Service<TenantStore>().Find(tenant, default))!;
        var ids = Enumerable.Range(0, count).Select(_ => Latchkey.Storage.Ids.New()).Order(StringComparer.Ordinal).ToList();
        foreach (var some in ids.Select((id, n) => (id, n)).Chunk(33))
            await host.Service<UserStore>().TryAdd(home, [.. some.Select(one =>
                new User { Id = one.id, UserName = $"user{one.n:D3}", Name = "U", PasswordHash = "x", Roles = [] })], default);
        return ids;
    }

    static List<string> Ids(JsonElement page) =>
        [.. page.GetProperty("Resources").EnumerateArray().Select(one => one.GetProperty("id").GetString()!)];
}
