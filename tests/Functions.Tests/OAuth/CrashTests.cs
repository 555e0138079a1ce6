using System.Net;
using System.Text.Json;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.OAuth;

/// <summary>
/// Storage goes away between every two requests of a token request, before the request or before its answer: a 503, and
/// the same request sent again ends as if nothing had happened.
/// </summary>
public sealed class CrashTests : OnCuttableStorage
{
    const int MostSteps = 18; // More than any grant has: in the first hour of a day a sign-in reads yesterday's failed attempts, too.

    private protected override async Task Prepare()
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var client = (await host.Service<ClientStore>().Find(tenant, "first-party", default))!;
        await host.Service<ClientStore>().Save(tenant, client with { Id = "strict", RetryWindowSeconds = 0 }, default);
        await Refreshed(RefreshToken(await TestHost.Json(await SignIn("strict"), 200)), "strict"); // Caches and tables.
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_refresh_that_died_anywhere_keeps_the_user_signed_in(bool answerLost)
    {
        var cuts = await CutEverywhere(answerLost,
            prepare: async () => RefreshToken(await host.SignIn("demo")),
            steps: token => host.Refresh("demo", token),
            check: async token => await Refreshed(await Refreshed(token)));
        Assert.Equal(3, cuts); // Session and user, which are read at once, and the rotation.
    }

    // Some of them succeed: whether the user has too many sessions never decides.
    [Theory, InlineData(true), InlineData(false)]
    public async Task A_sign_in_that_died_anywhere_works_the_next_time(bool answerLost) =>
        await CutEverywhere(answerLost, () => Task.FromResult(""), _ => SignIn(), maySucceed: true,
            check: async _ => await Refreshed(RefreshToken(await TestHost.Json(await SignIn(), 200))));

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_wrong_password_is_never_right_because_storage_died(bool answerLost)
    {
        // All rounds are on one day: to make the tables of the next would be steps, too.
        host.Clock.Now = new DateTimeOffset(host.Clock.Now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero).AddHours(1.5);
        await SignIn(password: "wrong");
        await CutEverywhere(answerLost, () => Task.FromResult(""),
            async _ =>
            {
                host.Clock.Advance(TimeSpan.FromMinutes(61)); // So that no count of the round before is left.
                return await SignIn(password: "wrong");
            },
            check: async _ => Assert.Equal(400, (int)(await SignIn(password: "wrong")).StatusCode));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_replay_that_died_anywhere_revokes_at_the_next_try(bool answerLost)
    {
        await CutEverywhere(answerLost,
            prepare: async () =>
            {
                var first = RefreshToken(await host.SignIn("demo"));
                return (First: first, Third: await Refreshed(await Refreshed(first)));
            },
            steps: session => host.Refresh("demo", session.First),
            check: async session =>
            {
                Assert.Equal(400, (int)(await host.Refresh("demo", session.First)).StatusCode);
                Assert.Equal(400, (int)(await host.Refresh("demo", session.Third)).StatusCode);
            });
    }

    [Fact]
    public async Task One_lost_answer_is_not_noticed_even_by_a_strict_client()
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var token = RefreshToken(await TestHost.Json(await Losing(cut, () => SignIn("strict")), 200));
            var successor = await Losing(cut, () => Refreshed(token, "strict"));
            await Refreshed(successor, "strict");
        }
    }

    [Fact]
    public async Task A_replay_beside_refreshes_always_ends_the_session()
    {
        for (var round = 0; round < 5; round++)
        {
            var first = RefreshToken(await host.SignIn("demo"));
            var third = await Refreshed(await Refreshed(first));
            var answers = await Task.WhenAll(
                host.Refresh("demo", third), host.Refresh("demo", first), host.Refresh("demo", third), host.Refresh("demo", third));
            Assert.Equal(400, (int)answers[1].StatusCode);
            Assert.Equal(400, (int)(await host.Refresh("demo", third)).StatusCode);
            foreach (var answer in answers.Where(answer => answer.IsSuccessStatusCode))
            {
                var tokens = await TestHost.Json(answer, 200);
                Assert.Equal(400, (int)(await host.Refresh("demo", RefreshToken(tokens))).StatusCode);
                var access = tokens.GetProperty("access_token").GetString();
                Assert.Equal(401, (int)(await host.Send(HttpMethod.Get, "/demo/files", access)).StatusCode);
            }
        }
    }

    Task<HttpResponseMessage> SignIn(string client = "first-party", string password = "alice-password") => host.Token("demo",
        ("grant_type", "password"), ("client_id", client), ("username", "alice"), ("password", password));

    async Task<string> Refreshed(string token, string client = "first-party") => RefreshToken(await TestHost.Json(
        await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)), 200));

    async Task<T> Losing<T>(int cut, Func<Task<T>> steps)
    {
        storage.CutAfter(cut, answerLost: true, requests: 1);
        var answer = await steps();
        storage.Mend();
        return answer;
    }

    async Task<int> CutEverywhere<T>(bool answerLost, Func<Task<T>> prepare, Func<T, Task<HttpResponseMessage>> steps, Func<T, Task> check,
        bool maySucceed = false)
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var prepared = await prepare();
            storage.CutAfter(cut, answerLost);
            var answer = await steps(prepared);
            if (!storage.Mend()) return cut;
            if (maySucceed && answer.StatusCode == HttpStatusCode.OK)
            {
                await Refreshed(RefreshToken(await TestHost.Json(answer, 200)));
                continue;
            }
            Assert.Equal("storage_unavailable", await FilesOf.Code(answer, 503));
            Assert.NotNull(answer.Headers.RetryAfter);
            await check(prepared);
        }
        throw new InvalidOperationException("The request has more steps than expected.");
    }

    static string RefreshToken(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;
}
