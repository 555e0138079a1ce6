using Latchkey.Events;
using Latchkey.Storage;
using Latchkey.Tests.Files;
using Microsoft.Extensions.Hosting;

namespace Latchkey.Tests.Events;

/// <summary>
/// A process dies at any write, before it or after it: others hear of a change if and only if it was made, and nothing is left behind.
/// Nobody sends at once here, as if every process died right after its answer: the timer does it all.
/// </summary>
public sealed class EventCrashTests : IAsyncLifetime
{
    const int MostWrites = 8; // More than any step has.

    readonly WebhookReceiver receiver = new();
    CuttableStorage storage = null!;
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        await receiver.Start();
        storage = await CuttableStorage.Start();
        host = await Host();
        admin = await host.Admin();
        await admin.Post("webhooks", new { url = receiver.Origin + "/hook", types = new[] { "user.created", "session.ended" } });
        await admin.AddUser(new NewUser("first")); // Caches and tables.
        await Delivered();
        receiver.Received.Clear();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        storage.Dispose();
        await receiver.DisposeAsync();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_change_that_died_anywhere_is_told_if_and_only_if_it_was_made(bool answerLost)
    {
        var outcomes = new HashSet<bool>();
        var cut = 0;
        while (cut < MostWrites)
        {
            var name = $"u{Guid.CreateVersion7():n}";
            storage.CutAfterWrites(cut++, answerLost);
            await admin.Send(HttpMethod.Post, "users", new NewUser(name));
            var wasCut = storage.Mend();
            var made = (await admin.Get($"users?userName={name}")).GetProperty("users").EnumerateArray().ToList();
            await Delivered();
            Assert.Equal(made.Select(user => user.GetProperty("id").GetString()), Told());
            outcomes.Add(made.Count == 1);
            if (!wasCut) break;
        }
        Assert.Equal(3, cut); // The note; the user with the event; all is well.
        Assert.Equal([true, false], outcomes.OrderDescending());
        await NothingIsLeft();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_session_that_was_ended_by_a_process_that_died_is_told_of_as_ended(bool answerLost)
    {
        var user = await admin.AddUser(new NewUser($"u{Guid.CreateVersion7():n}"));
        await Delivered();
        receiver.Received.Clear();
        for (var cut = 0; cut < MostWrites; cut++)
        {
            var tokens = await host.Tokens(user: user.UserName);
            storage.CutAfterWrites(cut, answerLost);
            await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", "first-party"), ("token", tokens.RefreshToken!)));
            var wasCut = storage.Mend();
            var ended = !(await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", tokens.AccessToken)).IsSuccessStatusCode;
            await Delivered();
            Assert.Equal(ended ? 1 : 0, Told().Count);
            if (!wasCut) return;
        }
        Assert.Fail("It has more writes than expected.");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_delivery_that_died_anywhere_comes_again_with_the_same_id(bool answerLost)
    {
        for (var cut = 0; cut < MostWrites; cut++)
        {
            var user = await admin.AddUser(new NewUser($"u{Guid.CreateVersion7():n}"));
            host.Clock.Advance(TimeSpan.FromMinutes(2));
            storage.CutAfterWrites(cut, answerLost);
            await host.RunTimer("send-events");
            var wasCut = storage.Mend();
            await Delivered();
            var hooks = receiver.Received.ToList();
            Assert.InRange(hooks.Count, 1, 2);
            Assert.All(hooks, hook => Assert.Equal((hooks[0].Id, hooks[0].Body, user.Id), (hook.Id, hook.Body, hook.Of("userId"))));
            receiver.Received.Clear();
            if (!wasCut)
            {
                await NothingIsLeft();
                return;
            }
        }
        Assert.Fail("It has more writes than expected.");
    }

    [Fact]
    public async Task Of_many_who_dispatch_at_once_one_sends()
    {
        await using var other = await Host();
        other.Clock.Now = host.Clock.Now;
        for (var users = 0; users < 5; users++) await admin.AddUser(new NewUser($"u{Guid.CreateVersion7():n}"));
        foreach (var one in new[] { host, other }) one.Clock.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(new[] { host, other, host, other }.Select(one => one.RunTimer("send-events")));
        Assert.Equal(5, receiver.Received.Count);
        Assert.Equal(5, receiver.Received.Select(hook => hook.Id).Distinct().Count());
        await NothingIsLeft();
    }

    async Task<TestHost> Host()
    {
        var started = await storage.Host();
        await started.Service<IEnumerable<IHostedService>>().OfType<EventWorker>().Single().StopAsync(default);
        return started;
    }

    // Whatever there is to send is sent: notes after a minute, what was taken by a process that died after another.
    async Task Delivered()
    {
        for (var runs = 0; runs < 3; runs++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(2));
            await host.RunTimer("send-events");
        }
        admin = await host.Admin();
    }

    List<string?> Told()
    {
        var ids = receiver.Received.Select(hook => hook.Of("userId")).ToList();
        receiver.Received.Clear();
        return ids;
    }

    async Task NothingIsLeft()
    {
        var tables = host.Service<StorageClients>().Tables;
        await foreach (var table in tables.QueryAsync())
        {
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<Azure.Data.Tables.TableEntity>())
            {
                Assert.False(row.RowKey.StartsWith("event|", StringComparison.Ordinal), $"{table.Name}: {row.RowKey}");
                Assert.False(table.Name.StartsWith(TableNames.Events, StringComparison.Ordinal), $"{table.Name}: {row.RowKey}");
            }
        }
    }
}
