using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tests.Tenancy.Groups;

/// <summary>An app says where its user is, and the user belongs to the groups of the places there, for a while.</summary>
public sealed class PlaceTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    const double Latitude = 48.20837512;
    const double Longitude = 16.37381234;

    static int made;

    readonly TestHost host = demo.Host;
    readonly string museum = $"museum{Interlocked.Increment(ref made)}";

    AdminClient admin = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host.Clock.Now = new DateTimeOffset(host.Clock.Now.UtcDateTime.Date.AddDays(1).AddHours(12), TimeSpan.Zero);
        await SignIn();
        await admin.AddGroup(new { id = museum, name = "In the museum" });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Whoever_is_in_the_circle_is_in_the_group_until_the_time_is_over_and_again_after_saying_so_again()
    {
        await Circle(new { latitude = Latitude, longitude = Longitude, radiusMeters = 150, minutes = 30 });
        Assert.DoesNotContain(museum, Ids(await Own()));
        var groups = await Say(Latitude + 0.0009, Longitude); // A hundred meters.
        var place = groups.Single(group => group.GetProperty("id").GetString() == museum);
        Assert.Equal(("In the museum", "editor", "place"), (place.GetProperty("name").GetString(), place.GetProperty("role").GetString(),
            place.GetProperty("rule").GetString()));
        Assert.Equal(host.Clock.Now.AddMinutes(30), place.GetProperty("until").GetDateTimeOffset());
        var family = groups.Single(group => group.GetProperty("id").GetString() == "family");
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null),
            (family.GetProperty("rule").ValueKind, family.GetProperty("until").ValueKind));
        await Sees(200);

        host.Clock.Advance(TimeSpan.FromMinutes(29));
        await SignIn();
        await Sees(200);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Sees(404);
        await Say(Latitude, Longitude);
        await Sees(200);

        Assert.DoesNotContain(museum, Ids(await Say(Latitude + 0.0018, Longitude))); // Two hundred meters: the user has left.
        await Sees(404);
        Assert.DoesNotContain(museum, Ids(await Own(await Caller("bob"))));
    }

    [Fact]
    public async Task A_position_counts_for_the_circle_that_it_was_compared_with_across_midnight_too()
    {
        host.Clock.Now = new DateTimeOffset(host.Clock.Now.UtcDateTime.Date.AddHours(23), TimeSpan.Zero);
        await SignIn();
        await Circle(new { latitude = 0, longitude = 180, radiusMeters = 2000, minutes = 120 });
        Assert.Contains(museum, Ids(await Say(0, -179.99))); // Across the date line.
        host.Clock.Advance(TimeSpan.FromMinutes(90));
        await SignIn();
        Assert.Contains(museum, Ids(await Own()));
        await Circle(new { latitude = 0, longitude = 170, radiusMeters = 2000, minutes = 120 });
        Assert.DoesNotContain(museum, Ids(await Own()));
        await Circle(new { latitude = 90, longitude = 0, radiusMeters = 1000, minutes = 120 });
        Assert.Contains(museum, Ids(await Say(90, 77))); // At the pole every longitude is the same.
        await admin.Do(HttpMethod.Delete, $"groups/{museum}/rule");
        Assert.DoesNotContain(museum, Ids(await Own()));
    }

    [Fact]
    public async Task Where_the_user_is_stands_nowhere_afterwards()
    {
        await Circle(new { latitude = 1, longitude = 1, radiusMeters = 1_000_000, minutes = 5 });
        await Say(1.23456789, 2.3456789);
        Assert.Contains(museum, Ids(await Own()));
        await host.Send(HttpMethod.Post, "/demo/me/groups", alice.Token, new { latitude = 91.2345678, longitude = 0 })
            .Fails(400, "invalid_field");
        var seen = 0;
        var tables = host.Service<StorageClients>().Tables;
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.True(async () => (await admin.WholeAudit()).Exists(entry => entry.Type == "me-groups-place"));
        await foreach (var table in tables.QueryAsync())
        {
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                seen++;
                foreach (var (_, value) in row)
                {
                    var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                    foreach (var digits in (string[])["23456789", "3456789", "2345678"])
                        Assert.False(text.Contains(digits, StringComparison.Ordinal), $"{table.Name} {row.RowKey}: {text}");
                }
            }
        }
        Assert.True(seen > 50);
    }

    [Theory]
    [InlineData("""{"latitude":90.0001,"longitude":0}""", "invalid_field")]
    [InlineData("""{"latitude":0,"longitude":-180.5}""", "invalid_field")]
    [InlineData("""{"latitude":1e999,"longitude":0}""", "invalid_field")]
    [InlineData("""{"latitude":"NaN","longitude":0}""", "invalid_json")]
    [InlineData("""{"latitude":null,"longitude":0}""", "invalid_json")]
    [InlineData("""{"latitude":0}""", "invalid_json")]
    [InlineData("""{"latitude":0,"longitude":0,"accuracy":5}""", "invalid_json")]
    [InlineData("[]", "invalid_json")]
    public async Task A_position_that_is_none_is_refused_and_the_user_stays_where_they_were(string body, string code)
    {
        await Circle(new { latitude = 0, longitude = 0, radiusMeters = 1000 });
        Assert.Contains(museum, Ids(await Say(0, 0)));
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/me/groups")
        {
            Content = new StringContent(body, null, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", alice.Token);
        await host.Http.SendAsync(request).Fails(400, code);
        Assert.Contains(museum, Ids(await Own()));
    }

    [Fact]
    public async Task A_position_every_moment_is_too_much()
    {
        foreach (var n in Enumerable.Range(0, 30))
        {
            await admin.AddGroup(new { id = $"place{n}" });
            await admin.Do(HttpMethod.Put, $"groups/place{n}/rule",
                new { place = new { latitude = 80, longitude = 0, radiusMeters = 10 } }, 200);
        }
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.Send(HttpMethod.Post, "/demo/me/groups", alice.Token,
            new { latitude = 0, longitude = 0 })));
        Assert.Contains(answers, answer => (int)answer.StatusCode == 200);
        await answers.First(answer => (int)answer.StatusCode != 200).Fails(429, "too_many_requests");
    }

    async Task<FilesClient> Caller(string user) => new(host, (await host.Tokens("demo", user, "groups files.read")).AccessToken);

    async Task SignIn() => (alice, admin) = (await Caller("alice"), await host.Admin());

    Task<HttpResponseMessage> Sees(int status) => alice.Send(HttpMethod.Get, $"?space=group:{museum}").Is(status);

    Task Circle(object place) => admin.Do(HttpMethod.Put, $"groups/{museum}/rule", new { role = "editor", place }, 200);

    async Task<List<JsonElement>> Say(double latitude, double longitude) =>
        Groups(await host.Send(HttpMethod.Post, "/demo/me/groups", alice.Token, new { latitude, longitude }).Json());

    async Task<List<JsonElement>> Own(FilesClient? who = null) =>
        Groups(await host.Send(HttpMethod.Get, "/demo/me/groups", (who ?? alice).Token).Json());

    static List<JsonElement> Groups(JsonElement answer) => [.. answer.GetProperty("groups").EnumerateArray()];

    static IEnumerable<string?> Ids(List<JsonElement> groups) => groups.Select(group => group.GetProperty("id").GetString());
}
