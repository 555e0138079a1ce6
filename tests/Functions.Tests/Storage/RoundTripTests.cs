using System.Collections.Concurrent;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.Storage;

/// <summary>
/// The budget of storage round trips (docs/architecture.md), with tenant and client in the cache: how many there are one after the
/// other, which is what a phone waits for, and how many in all.
/// </summary>
public sealed class RoundTripTests : OnCuttableStorage
{
    [Fact]
    public Task A_client_credentials_grant_takes_one_round_trip_to_storage() =>
        Costs(1, 1, () => host.Token("demo", ("grant_type", "client_credentials"),
        ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only")));

    [Fact]
    public async Task A_refresh_takes_two_round_trips_one_after_the_other_and_reads_session_and_user_at_once()
    {
        var tokens = await host.Tokens("demo");
        await Costs(2, 3, async () =>
        {
            var answer = await host.Refresh("demo", tokens.RefreshToken!);
            tokens = await answer.Read<TokenAnswer>();
            return answer;
        });
    }

    [Fact]
    public async Task A_code_for_tokens_takes_two_round_trips_of_the_three_that_it_may()
    {
        var browser = new OAuth.Authorization.Browser(host);
        var codes = new Queue<string>([(await browser.Answer())["code"]]);
        while (codes.Count <= Tries)
            codes.Enqueue(
                OAuth.Authorization.Browser.Returned(
                    OAuth.Authorization.Browser.Location(await browser.Consent(await browser.Authorize())))["code"]);
        await Costs(2, 3, () => browser.Redeem(codes.Dequeue()));
    }

    [Fact]
    public async Task A_request_with_a_token_asks_for_session_user_and_its_own_row_at_once()
    {
        var access = (await host.Tokens("demo")).AccessToken;
        await Costs(1, 2, () => host.Send(HttpMethod.Get, "/demo/oauth/userinfo", access)); // The user's state is in the cache,
        await Costs(1, 3, () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(5)); // and is no longer; nor is the tenant, which is put there before.
            return host.Http.GetAsync("/demo/oauth/jwks");
        }, () => host.Send(HttpMethod.Get, "/demo/oauth/userinfo", access));
    }

    [Fact] // SCHEMA.md, "Round trips": of them six are the attempt's, two the user's and three the session's.
    public async Task A_sign_in_by_password_takes_five_round_trips_one_after_the_other_of_eleven()
    {
        var midnight = new DateTimeOffset(host.Clock.Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        host.Clock.Now = midnight.AddHours(12);
        (string, string)[] form = [("grant_type", "password"), ("client_id", "first-party"), ("username", "bob"),
            ("password", "bob-password")];
        await Costs(5, 10, () => host.Token("demo", form));
        var another = form.Select(field => (field.Item1, field.Item2.Replace("bob", "alice", StringComparison.Ordinal))).ToArray();
        await Costs(5, 11, () => // After five minutes a sign-in looks how many sessions there are.
        {
            host.Clock.Advance(TimeSpan.FromMinutes(5));
            return host.Token("demo", another); // Tenant and client are in the cache.
        }, () => host.Token("demo", form));
        var device = (await host.Token("demo", form).Read<TokenAnswer>()).DeviceToken!;
        await Costs(5, 7, () => host.Token("demo", [.. form, ("device_token", device)]));
        host.Clock.Now = midnight.AddDays(1).AddMinutes(30); // Yesterday's failures still count: they are read at once with today's.
        await Costs(5, 12, () => host.Token("demo", form));
    }

    [Theory]
    [InlineData("/demo/.well-known/openid-configuration")]
    [InlineData("/demo/oauth/jwks")]
    public Task Discovery_metadata_takes_no_round_trip_to_storage(string path) => Costs(0, 0, () => host.Http.GetAsync(path));

    [Fact]
    public async Task Whether_a_folder_is_empty_is_asked_for_a_key_and_what_lists_a_file_holds_what_lists_show()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1], "goes", "asked");
        var stays = await alice.Upload([1], "stays", "asked");
        var asked = new ConcurrentQueue<string>();
        storage.Before = request =>
        {
            if (request.StartsWith("GET", StringComparison.Ordinal) && request.Contains("/Files()", StringComparison.Ordinal))
                asked.Enqueue(Uri.UnescapeDataString(request));
            return Task.CompletedTask;
        };
        (await alice.Send(HttpMethod.Delete, $"/{id}")).EnsureSuccessStatusCode();
        storage.Before = null;
        Assert.All(asked, request => Assert.Contains("$select=RowKey", request, StringComparison.Ordinal));
        Assert.Single(asked);
        var rows = await host.Service<StorageClients>().Tables.GetTableClient(TableNames.Files).QueryAsync<TableEntity>().ToListAsync();
        string[] needless = ["ListKeys", "Indexed", "UploadKey"];
        Assert.Contains("ListKeys", rows.Single(row => row.RowKey == RowKeys.File(stays)).Keys);
        Assert.All(rows.Where(row => row.RowKey.Split('|')[0] is "list" or "new" or "trash"),
            row => Assert.Empty(row.Keys.Intersect(needless)));
    }

    const int Tries = 5;

    Task Costs(int inSequence, int inAll, Func<Task<HttpResponseMessage>> request) =>
        Costs(inSequence, inAll, request, request, warmUp: true);

    Task Costs(int inSequence, int inAll, Func<Task<HttpResponseMessage>> prepare, Func<Task<HttpResponseMessage>> request) =>
        Costs(inSequence, inAll, prepare, request, warmUp: false);

    // What waits for another is never seen beside it; what is sent at once may, on a busy machine, be seen one after the
    // other. So the least of some tries is the truth.
    async Task Costs(int inSequence, int inAll, Func<Task<HttpResponseMessage>> prepare, Func<Task<HttpResponseMessage>> request,
        bool warmUp)
    {
        if (warmUp) (await request()).EnsureSuccessStatusCode(); // Fills the caches and makes the day's tables.
        var roundTrips = host.Service<RoundTrips>();
        var least = int.MaxValue;
        for (var left = Tries; left > 0 && least > inSequence; left--)
        {
            if (!warmUp) (await prepare()).EnsureSuccessStatusCode();
            storage.Watch();
            var before = roundTrips.Count;
            (await request()).EnsureSuccessStatusCode();
            Assert.Equal(inAll, roundTrips.Count - before);
            least = Math.Min(least, storage.InSequence());
        }
        Assert.Equal(inSequence, least);
    }
}
