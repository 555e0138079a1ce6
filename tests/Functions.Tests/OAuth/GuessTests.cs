using System.Diagnostics;
using System.Net;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth;

/// <summary>Passwords that are guessed at once: they tell no more, and cost no more, than the same ones one after the other.</summary>
public sealed class GuessTests : IAsyncLifetime
{
    const int Slow = 40_000; // Iterations: a hash takes some forty milliseconds, so that 120 of them fill two processors for seconds.
    const int Most = 10; // docs/operating/settings.md, Latchkey__Lockout__AccountTries.

    readonly TestClock clock = new();

    TestHost host = null!;
    string account = "";

    public async Task InitializeAsync()
    {
        account = (await Azurite.Shared).NewAccount();
        host = await Start();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    [InlineData(299)]
    public async Task Of_three_hundred_at_once_no_more_are_tried_than_one_after_the_other(int right)
    {
        var before = host.Service<PasswordHashing>().Verified;
        var answers = await Task.WhenAll(Enumerable.Range(0, 300)
            .Select(n => Try(host, "alice", n == right ? "alice-password" : $"guess {n}", $"198.51.{n}.1")));
        Assert.InRange(host.Service<PasswordHashing>().Verified - before, 1, Most);
        var told = answers.Where(answer => answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.OK).ToList();
        Assert.InRange(told.Count, 1, Most);
        // Who was not tried hears the same, right or wrong.
        var refused = answers.Except(told).ToList();
        Assert.All(refused, answer => Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status));
        Assert.Single(refused.Select(answer => answer.Body).Distinct());
        Assert.Equal(answers[right].Status == HttpStatusCode.OK, told.Contains(answers[right]));
    }

    [Fact]
    public async Task Two_instances_whose_clocks_differ_try_no_more_than_one()
    {
        await using var other = await Start(new TestClock { Now = clock.Now.AddSeconds(-3) });
        var answers = await Task.WhenAll(Enumerable.Range(0, 120)
            .Select(n => Try(n % 2 == 0 ? host : other, "bob", $"guess {n}", $"198.51.{n}.1")));
        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.BadRequest), 1, Most);
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.BadRequest, HttpStatusCode.TooManyRequests }));
    }

    [Fact]
    public async Task Good_sign_ins_at_once_do_not_block_each_other_on_two_instances_either()
    {
        await using var other = await Start();
        var answers = await Task.WhenAll(Enumerable.Range(0, 60)
            .Select(n => Try(n % 2 == 0 ? host : other, "alice", "alice-password", "192.0.2.1")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    public async Task Guesses_whose_callers_hang_up_are_counted()
    {
        await using var slow = await Start(iterations: Slow);
        var hashing = slow.Service<PasswordHashing>();
        var before = hashing.Verified;
        for (var guess = 0; guess < 60; guess++)
        {
            using var hangUp = new CancellationTokenSource();
            var (seen, attempt) = (hashing.Verified, Try(slow, "admin", $"guess {guess}", "192.0.2.1", hangUp.Token));
            while (!attempt.IsCompleted && hashing.Verified == seen) await Task.Delay(1);
            await hangUp.CancelAsync(); // In the middle of the hash, if it got so far.
            try
            {
                await attempt;
            }
            catch (OperationCanceledException)
            {
                // The caller heard nothing.
            }
        }
        Assert.Equal(5, hashing.Verified - before);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Try(slow, "admin", "admin-password", "192.0.2.1")).Status);
    }

    [Fact]
    public async Task Who_hangs_up_while_waiting_for_a_place_has_failed_nowhere()
    {
        Lockout Instance() => new(host.Service<StorageClients>(), clock);
        static LockoutCounter Of(string kind) => new(RowKeys.Attempts("demo", kind, "somebody"), Max: 2, TimeSpan.FromMinutes(15));
        var (one, other) = (Instance(), Instance());
        using var held = await one.Reserve([Of("address")], default);
        using var hangUp = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other.Reserve([Of("account"), Of("address")], hangUp.Token));
        using var next = await one.Reserve([Of("account")], default).WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hundred_and_twenty_guesses_at_once_leave_time_for_everybody_else(bool manyAddresses)
    {
        await using var real = await Start(iterations: Slow);
        await Try(real, "nobody", "guess", "192.0.2.9");
        var before = real.Service<PasswordHashing>().Verified;
        var guesses = Task.WhenAll(Enumerable.Range(0, 120)
            .Select(n => Try(real, $"nobody {n}", "guess", manyAddresses ? $"198.51.{n}.1" : "192.0.2.1")));
        var slowest = TimeSpan.Zero;
        while (!guesses.IsCompleted)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(HttpStatusCode.OK, (await real.Http.GetAsync("/health/live")).StatusCode);
            if (Stopwatch.GetElapsedTime(start) is var time && time > slowest) slowest = time;
            await Task.Delay(20);
        }
        Assert.True(slowest < TimeSpan.FromSeconds(1), $"{slowest}");
        foreach (var answer in (await guesses).Where(answer => answer.Status != HttpStatusCode.BadRequest))
        {
            Assert.Contains(answer.Status, new[] { HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable });
            Assert.True(answer.RetryAfter > 0);
        }
        if (!manyAddresses) Assert.InRange(real.Service<PasswordHashing>().Verified - before, 1, 50); // An address slows from there on.
    }

    Task<TestHost> Start(TestClock? own = null, int iterations = 1) => TestHost.Start(clock: own ?? clock, settings: new()
    {
        ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
        ["Latchkey:Storage:ConnectionString"] = account,
        ["Latchkey:PasswordIterations"] = $"{iterations}",
    });

    static async Task<(HttpStatusCode Status, string Body, int RetryAfter)> Try(
        TestHost at, string user, string password, string address, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token")
        {
            Content = TestHost.Form(("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", password)),
        };
        request.Headers.Add("X-Forwarded-For", address);
        var answer = await at.Http.SendAsync(request, cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel),
            (int)(answer.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0));
    }
}
