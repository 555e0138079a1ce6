using System.Net.Sockets;
using Azure.Data.Tables;
using Latchkey.Broker;
using Latchkey.Messages;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Messages;

/// <summary>What storage, the queues or the broker fail to do meanwhile is done later.</summary>
public sealed class MessageOutageTests : OnCuttableStorage
{
    const string Messages = "/messages/messages"; // The queue.
    const string Closings = "/message-closings/messages";

    readonly int port = Azurite.FreePort();

    private protected override Dictionary<string, string?> Settings =>
        new() { ["Latchkey:Messages:Endpoint"] = $"http://127.0.0.1:{port}" };

    [Fact]
    public async Task A_group_message_that_was_accepted_arrives_though_storage_failed_for_long_or_the_process_died_as_a_week_ended()
    {
        await using var broker = await PubSubBroker.Start(port);
        var day = host.Clock.Now.UtcDateTime.Date.AddDays(1 + ((int)DayOfWeek.Monday - (int)host.Clock.Now.DayOfWeek + 6) % 7);
        host.Clock.Now = new DateTimeOffset(day, TimeSpan.Zero).AddSeconds(-10);
        Assert.Equal(DayOfWeek.Sunday, host.Clock.Now.DayOfWeek);
        var (alice, bob) = (await As("alice"), await As("bob"));
        await alice.Send(new { group = "family" }, "warm");
        await host.RunQueues();

        Fail(Messages);
        await alice.TrySend(new { group = "family" }, "on sunday", "name-1").Fails(503, "storage_unavailable");
        Fail(null);
        host.Clock.Advance(TimeSpan.FromSeconds(20));
        await alice.Send(new { group = "family" }, "on sunday", "name-1");
        await host.RunQueues();
        Assert.Single(await bob.Bodies(), "on sunday");

        await alice.Send(new { group = "family" }, "in the dark");
        Fail("/Messages2"); // The tables.
        await host.RunQueues();
        var later = Assert.Single(storage.Delayed, one => one.Queue == QueueNames.Messages);
        Assert.Equal(TimeSpan.FromSeconds(30), later.Delay);
        await Group(later.Text);
        later = storage.Delayed.Last();
        Assert.Equal(TimeSpan.FromMinutes(1), later.Delay);
        Fail(null);
        Assert.DoesNotContain("in the dark", await bob.Bodies());
        await Group(later.Text);
        Assert.Single(await bob.Bodies(), "in the dark");

        // A row that is gone when the rest of an inbox is deleted.
        var tables = host.Service<StorageClients>().Tables;
        var inbox = tables.GetTableClient($"Messages{MessageTables.BucketOf(host.Clock.Now)}");
        ValueTask<List<TableEntity>> Rows() =>
            inbox.QueryAsync<TableEntity>(row => row.PartitionKey == RowKeys.Inbox("demo", bob.Id)).ToListAsync();
        var rows = await Rows();
        Assert.Equal(2, rows.Count);
        var (isListed, isGone) = (false, false);
        storage.Before = async target =>
        {
            isListed |= target.StartsWith("GET", StringComparison.Ordinal) && target.Contains(inbox.Name, StringComparison.Ordinal);
            if (!isListed || isGone || !target.Contains("$batch", StringComparison.Ordinal)) return;
            isGone = true;
            await inbox.DeleteEntityAsync(rows[0].PartitionKey, rows[0].RowKey);
        };
        await host.Service<InboxStore>().RemoveAll("demo", bob.Id, default);
        storage.Before = null;
        Assert.True(isGone);
        Assert.Empty(await Rows());
    }

    [Fact]
    public async Task Connections_are_closed_when_old_keys_have_expired_and_with_their_hour_whatever_they_have_left()
    {
        var broker = await PubSubBroker.Start(port);
        var (admin, bob) = (await host.Admin(), await As("bob"));
        var key = await bob.Key();
        var hour = Assert.Single(storage.Delayed);
        var until = key.GetProperty("connectedUntil").GetDateTimeOffset();
        Assert.InRange(until - host.Clock.Now, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));
        Assert.InRange(hour.Delay, until - host.Clock.Now - TimeSpan.FromSeconds(1), until - host.Clock.Now);
        await bob.Key();
        Assert.Single(storage.Delayed); // One is enough for all keys.
        await using (var sly = await Listener.Start(key))
        {
            foreach (var group in (string[])["demo.all", $"demo.client.{Ids.Hash("first-party")}"]) await sly.Unsubscribe(group);
            await Close(hour.Text);
            await Eventually.True(() => !sly.IsConnected);
        }
        await using (var member = await Listener.Start(key))
        {
            await admin.Do(HttpMethod.Delete, $"groups/family/members/{bob.Id}");
            await host.RunQueues();
            await Eventually.True(() => !member.IsConnected);
        }
        var seven = storage.Delayed.Last();
        Assert.Equal(TimeSpan.FromMinutes(7), seven.Delay);
        await using (var again = await Listener.Start(key)) // The key of before is still good.
        {
            await broker.DisposeAsync();
            await Close(seven.Text);
            seven = storage.Delayed.Last();
            Assert.Equal(TimeSpan.FromSeconds(30), seven.Delay);
        }
        broker = await PubSubBroker.Start(port);
        await using (var again = await Listener.Start(key))
        {
            await Close(seven.Text);
            await Eventually.True(() => !again.IsConnected);
        }
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task A_broker_that_hangs_holds_nobody_up_and_a_queue_that_fails_keeps_nobody_signed_out()
    {
        using var hanging = new TcpListener(System.Net.IPAddress.Loopback, port);
        hanging.Start();
        var (alice, bob) = (await As("alice"), await As("bob"));
        var time = System.Diagnostics.Stopwatch.StartNew();
        await alice.Send(new { user = bob.Id }, "one");
        await alice.Send(new { user = bob.Id }, "two");
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(14)); // Each would take fifteen.
        Assert.Equal(["one", "two"], (await bob.Bodies()).Where(body => body is "one" or "two").Order(StringComparer.Ordinal));

        var (partition, ends) = (RowKeys.UserPartition("demo", bob.Id), host.Clock.Now.AddDays(20));
        await host.WriteRows("UserSessions", partition, UserSessions.MaxPerUser + 10, _ => new()
        {
            ["RowKey"] = BucketId.Of(ends, Ids.New()).ToString(),
            ["ClientId"] = "first-party",
            ["CreatedAt"] = host.Clock.Now.AddHours(-1),
            ["ExpiresAt"] = ends,
        });
        var before = storage.Writes.Count(write => write.Contains(Closings, StringComparison.Ordinal));
        host.Clock.Advance(TimeSpan.FromMinutes(5)); // So that a sign-in looks how many sessions there are.
        await host.Tokens("demo", "bob");
        var users = host.Service<UserSessions>();
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        Assert.Equal(UserSessions.MaxPerUser, (await users.List(tenant, bob.Id, default)).Count);
        // One closing for all that ended: two messages, and the queue was made for the first.
        Assert.InRange(storage.Writes.Count(write => write.Contains(Closings, StringComparison.Ordinal)) - before, 2, 3);
        Fail(Closings);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var tokens = await host.Tokens("demo", "bob", "messages offline_access");
        Assert.Equal(UserSessions.MaxPerUser, (await users.List(tenant, bob.Id, default)).Count);
        await host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(("client_id", "first-party"), ("token", tokens.RefreshToken!)))
            .Is(200);
        await host.Refresh("demo", tokens.RefreshToken!).Refused("invalid_grant");
        Assert.Equal(UserSessions.MaxPerUser - 1, (await users.List(tenant, bob.Id, default)).Count);
        Fail(null);
    }

    Task<Correspondent> As(string user) => Correspondent.Of(host, user);

    // Requests fail whose path has this.
    void Fail(string? path) => storage.Before = path is null ? null
        : target => target.Contains(path, StringComparison.Ordinal) ? throw new IOException("Down.") : Task.CompletedTask;

    Task Group(string text) => ActivatorUtilities.CreateInstance<GroupQueue>(host.Service<IServiceProvider>()).Run(text, default);

    Task Close(string text) => ActivatorUtilities.CreateInstance<ClosingQueue>(host.Service<IServiceProvider>()).Run(text, default);
}
