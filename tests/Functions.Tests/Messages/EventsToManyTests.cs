using System.Text.Json;
using Latchkey.Events;
using Latchkey.Messages;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Messages;

/// <summary>
/// What goes to many: events to groups and to those with whom a file is shared, groups by rule, the tenants' shares of the time, and how
/// much may be sent on all instances together.
/// </summary>
public sealed class EventsToManyTests(MessagesHost messages) : IClassFixture<MessagesHost>, IAsyncLifetime
{
    readonly TestHost host = messages.Host;

    public Task InitializeAsync() => host.RunQueues();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Members_of_the_group_and_those_with_whom_a_file_is_shared_hear_of_its_changes()
    {
        var admin = await host.Admin();
        await admin.Patch("messages", new { events = true });
        var (alice, bob, carol, dave) = (await messages.As("alice"), await messages.As("bob"), await messages.New("carol-e"),
            await messages.New("dave-e"));
        await admin.Do(HttpMethod.Put, $"groups/family/members/{dave.Id}", new { role = "reader" }, 200);
        await admin.Do(HttpMethod.Delete, $"groups/family/members/{dave.Id}");
        await host.RunQueues(); // All of this closes connections.
        await using var listener = await bob.Listen();
        var files = await host.As("alice");
        var (ours, mine) = (await files.Upload([1], "ours", space: "group:family"), await files.Upload([1], "mine"));
        var share = (await files.Send(HttpMethod.Post, $"/{mine}/shares", new { with = new { user = carol.Id }, access = "read" })
            .Json(201)).GetProperty("id").GetString();
        await files.Change(ours, new { name = "ours 2" });
        await files.Change(mine, new { name = "mine 2" });
        await Heard(bob, ours, 1);
        await Heard(alice, ours, 1);
        await Heard(alice, mine, 1);
        await Heard(carol, mine, 1);
        Assert.Equal((0, 0, 0), (await Count(dave, ours), await Count(carol, ours), await Count(bob, mine)));
        Assert.Contains(listener.Heard,
            heard => heard.Topic == "demo.group.family" && heard.Body.Contains(ours, StringComparison.Ordinal));
        var both = new[] { await One(alice, ours), await One(bob, ours) };
        Assert.Single(both.Select(one => one.GetProperty("id").GetString()).Distinct());
        Assert.All(both, one => Assert.Equal("family", one.GetProperty("to").GetProperty("group").GetString()));
        Assert.Equal(carol.Id, (await One(carol, mine)).GetProperty("to").GetProperty("user").GetString());

        // Whoever has no share any more, or has blocked the owner or who changed it, hears of no other change.
        var erin = await messages.New("erin-e");
        foreach (var user in (string[])[bob.Id, erin.Id])
            await files.Send(HttpMethod.Post, $"/{mine}/shares", new { with = new { user }, access = "read" }).Is(201);
        await files.Send(HttpMethod.Delete, $"/{mine}/shares/{share}").Is(204);
        await files.Send(HttpMethod.Post, $"/{mine}/shares", new { with = new { group = "family" }, access = "read" }).Is(201);
        await bob.Ask(HttpMethod.Put, $"messages/blocked/{alice.Id}").Is(204);
        await files.Change(mine, new { name = "mine 3" });
        await Heard(erin, mine, 1);
        await Heard(alice, mine, 2);
        await files.Change(ours, new { name = "ours 3" });
        await Heard(alice, ours, 2);
        const string changed = EventTypes.FileChanged;
        Assert.Equal((1, 0, 1),
            (await Count(carol, mine, changed), await Count(bob, mine, changed), await Count(bob, ours, changed)));
        await bob.Ask(HttpMethod.Delete, $"messages/blocked/{alice.Id}").Is(204);

        // However often it is tried, it is there once.
        var received = new { ownerKind = "group", ownerId = "family", fileId = ours, requestId = "r", note = "received" };
        var sent = Event(EventTypes.RequestReceived, received);
        foreach (var _ in new[] { 1, 2 })
        {
            await Deliver(sent);
            await host.RunQueues();
        }
        Assert.Equal(1, await Count(bob, "\"note\":\"received\""));

        // What the service has changed, a share that is gone, a file in the trash, and what is given out once events are off.
        await files.Trash(mine);
        var byAlice = new { ownerKind = "user", ownerId = alice.Id, fileId = mine, changedByKind = "user", changedById = alice.Id };
        foreach (var nobodys in new[]
        {
            Event(EventTypes.FileChanged, new { ownerKind = "group", ownerId = "family", fileId = ours, note = "nobody's" }),
            Event(EventTypes.ShareCreated, new { recipientKind = "group", recipientId = "family", fileId = ours, note = "nobody's" }),
            Event(EventTypes.FileChanged, byAlice),
        }) await Deliver(nobodys);
        await host.RunQueues();
        Assert.Equal((0, 1), (await Count(bob, "nobody's"), await Count(erin, mine, changed)));
        await Deliver(Event(EventTypes.RequestReceived, new { ownerKind = "group", ownerId = "family", note = "too late" }));
        await admin.Patch("messages", new { events = false });
        await host.RunQueues();
        Assert.Equal(0, await Count(bob, "too late"));
    }

    [Fact]
    public async Task Events_beyond_the_tenants_limit_are_put_off_and_what_is_refused_does_not_count()
    {
        var demo = (await host.Service<TenantStore>().FindNow("demo", default))!;
        var tenant = demo with { Id = "limited", Messages = demo.Messages with { TenantPerMinute = 100 } };
        List<SendingLimits> instances =
            [.. Enumerable.Range(0, 2).Select(_ => new SendingLimits(host.Service<StorageClients>(), host.Clock))];
        await instances[0].TakeOfEvents(tenant, 50, default);
        Assert.Equal(429, (await Assert.ThrowsAsync<Http.Problem>(() => instances[1].TakeOfEvents(tenant, 60, default))).Status);
        await instances[1].TakeOfEvents(tenant, 40, default);
        await instances[1].TakeOfTenant(tenant, 100, default); // Messages have a limit of their own.

        host.Clock.Advance(TimeSpan.FromMinutes(2)); // What other tests have used.
        var admin = await host.Admin();
        await admin.Patch("messages", new { events = true });
        var bob = await messages.As("bob");
        var many = demo.Messages.TenantPerMinute;
        await host.Service<SendingLimits>().TakeOfEvents(demo, many, default);
        await Deliver(Event(EventTypes.RequestReceived, new { ownerKind = "group", ownerId = "family", note = "put off" }));
        await host.RunQueues();
        Assert.Equal(0, await Count(bob, "put off"));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await Heard(bob, "put off", 1, EventTypes.RequestReceived);
        await admin.Patch("messages", new { events = false });
    }

    [Fact]
    public async Task An_event_goes_to_a_thousand_at_most()
    {
        var admin = await host.Admin();
        var one = await messages.New("one-of-many");
        await admin.AddGroup(new { id = "multitude", name = "Multitude" });
        await admin.Do(HttpMethod.Put, $"groups/multitude/members/{one.Id}", new { role = "reader" }, 200);
        await Crowd("demo", "multitude", MessageSender.MaxMembers);
        await Deliver(Event(EventTypes.RequestReceived, new { ownerKind = "group", ownerId = "multitude", note = "too many" }));
        await host.RunQueues();
        Assert.Empty(await one.Inbox());
    }

    [Fact]
    public async Task A_large_group_is_given_its_message_in_turns_and_another_tenant_comes_between()
    {
        host.Clock.Advance(TimeSpan.FromMinutes(10)); // What other tests have used is forgotten.
        var (admin, acme) = (await host.Admin(), await host.Admin("acme"));
        await acme.Patch("messages", new { enabled = true });
        var (alice, other, last) = (await messages.As("alice"), await messages.As("alice", "acme"), await messages.New("zz-last"));
        await admin.AddGroup(new { id = "hall", name = "Hall" });
        foreach (var member in (string[])[alice.Id, last.Id])
            await admin.Do(HttpMethod.Put, $"groups/hall/members/{member}", new { role = "reader" }, 200);
        await Crowd("demo", "hall", 250);
        var queued = host.Service<GroupMessages>();
        queued.TurnTime = TimeSpan.Zero;
        await alice.Send(new { group = "hall" }, "to the hall");
        await other.Send(new { group = "family" }, "between");
        await host.RunQueues();
        queued.TurnTime = TimeSpan.FromSeconds(5);
        List<string> calls = [.. messages.Broker.Calls];
        Assert.InRange(calls.FindLastIndex(call => call.Contains("/acme.group.family/:send", StringComparison.Ordinal)), 0,
            calls.FindLastIndex(call => call.Contains("/demo.group.hall/:send", StringComparison.Ordinal)) - 1);
        Assert.Equal(1, await Count(last, "to the hall", Message.Written));

        // One turn is no share, two are. Who has had the time waits while there is another tenant's message, and only then.
        queued.Share.Add("demo", TimeSpan.FromSeconds(5));
        Assert.Null(queued.Share.Delay("demo"));
        queued.Share.Add("demo", TimeSpan.FromSeconds(9));
        // Half of the time from then on: 14 seconds of 28, and what the hall has taken.
        Assert.InRange(queued.Share.Delay("demo")!.Value, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(16));
        queued.Share.Add("demo", TimeSpan.FromMinutes(1));
        await alice.Send(new { group = "family" }, "waits");
        var queue = host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.Messages);
        var waiting = (await queue.ReceiveMessageAsync()).Value;
        await other.Send(new { group = "family" }, "goes first");
        await Work(waiting.Body.ToString());
        var bob = await messages.As("bob");
        Assert.Equal(0, await Count(bob, "waits", Message.Written));
        await host.RunQueues();
        await Work(waiting.Body.ToString());
        Assert.Equal(1, await Count(bob, "waits", Message.Written));
    }

    [Fact]
    public async Task Who_belongs_to_a_group_by_its_rule_reads_what_is_written_to_it_while_they_do()
    {
        var admin = await host.Admin("acme");
        await admin.Patch("messages", new { enabled = true, events = true });
        await admin.AddGroup(new { id = "by-rule", name = "By rule" });
        var (put, ruled, blocking, out_) = (await messages.New("put", "acme"), await messages.New("ruled", "acme"),
            await messages.New("blocking", "acme"), await messages.New("outside", "acme"));
        foreach (var user in new[] { ruled, blocking })
            await admin.ChangeUser(user.Id, new { email = $"{user.Id}@club.example", emailVerified = true });
        await admin.Do(HttpMethod.Put, $"groups/by-rule/members/{put.Id}", new { role = "reader" }, 200);
        await admin.Do(HttpMethod.Put, "groups/by-rule/rule", new { emailDomains = AdminClient.Texts("club.example") }, 200);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await blocking.Ask(HttpMethod.Put, $"messages/blocked/{put.Id}").Is(204);
        await put.Send(new { group = "by-rule" }, "to the club", "club-1");
        await ruled.Send(new { group = "by-rule" }, "from the club");
        await Deliver(Event(EventTypes.RequestReceived, new { ownerKind = "group", ownerId = "by-rule", note = "arrived" }), "acme");
        var byPut = new { ownerKind = "group", ownerId = "by-rule", fileId = "x", changedByKind = "user", changedById = put.Id };
        await Deliver(Event(EventTypes.FileChanged, byPut), "acme");
        await host.RunQueues();
        async Task<string> Has(Correspondent who) => string.Join(", ", (await who.Bodies()).Select(Short).Order(StringComparer.Ordinal));
        Assert.Equal("arrived, changed, to the club", await Has(ruled)); // Not one's own.
        Assert.Equal("arrived, changed, from the club", await Has(put));
        Assert.Equal("arrived, from the club", await Has(blocking));
        Assert.Empty(await out_.Bodies());
        var first = (await ruled.Inbox())[0];
        await ruled.Acknowledge(first.GetProperty("id").GetString()!); // It is everybody's: it stays until it expires.
        Assert.Equal(3, (await ruled.Inbox()).Count);
        var (page, read) = (await ruled.Page(limit: 1), new List<string>());
        for (var more = true; more; page = more ? await ruled.Page(page.GetProperty("cursor").GetString(), limit: 1) : page)
        {
            // What one has written oneself is left out of its page.
            read.AddRange(page.GetProperty("messages").EnumerateArray().Select(one => Short(one.GetProperty("body").GetString()!)));
            more = page.GetProperty("more").GetBoolean();
        }
        Assert.Equal(["arrived", "changed", "to the club"], read.Order(StringComparer.Ordinal));
        // On a week's first day two tables more. First the keys, then the rows of the one inbox that has some.
        Assert.InRange(await host.Trips(() => ruled.Page(page.GetProperty("cursor").GetString())), 6, 9);

        // Another rule lets others in, who read nothing of before; and who is out of it reads nothing any more.
        await admin.Do(HttpMethod.Put, "groups/by-rule/rule", new { emailDomains = AdminClient.Texts("other.example") }, 200);
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Empty(await ruled.Bodies());
        await admin.ChangeUser(out_.Id, new { email = "new@other.example", emailVerified = true });
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Empty(await out_.Bodies());
        await put.Send(new { group = "by-rule" }, "to the new club");
        await host.RunQueues();
        Assert.Equal(["to the new club"], await out_.Bodies());
        await admin.Patch("messages", new { events = false });
    }

    [Fact]
    public async Task What_may_be_sent_in_a_minute_holds_on_all_instances_together()
    {
        var demo = (await host.Service<TenantStore>().FindNow("demo", default))!;
        var tenant = demo with { Messages = demo.Messages with { UserPerMinute = 40 } };
        var user = Ids.New();
        List<SendingLimits> instances =
            [.. Enumerable.Range(0, 3).Select(_ => new SendingLimits(host.Service<StorageClients>(), host.Clock))];
        for (var n = 0; n < 4; n++) await instances[1].TakeOfUser(tenant, Ids.New(), default); // The table is there.
        for (var n = 0; n < 4; n++) await instances[1].TakeOfUser(tenant, "somebody-else", default);
        // Four, a tenth of the limit, cost a read and a write.
        Assert.Equal(2, await host.Trips(async () =>
        {
            for (var n = 0; n < 4; n++) await instances[0].TakeOfUser(tenant, user, default);
        }));
        Assert.InRange(4 + await Sent(), 40, 40 + (2 * 3)); // Each other instance has at most three that it has not told.
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(await Sent(), 20 - (2 * 3), 20 + (2 * 3));
        // In parallel too: what loses its race is counted again.
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var all = await Task.WhenAll(Enumerable.Range(0, 60).Select(async n => await IsSent(instances[n % 3]) ? 1 : 0));
        Assert.InRange(all.Sum(), 30, 40 + (2 * 3));

        async Task<int> Sent()
        {
            var sent = 0;
            for (var refused = 0; refused < instances.Count;)
            {
                refused = 0;
                foreach (var one in instances)
                {
                    if (await IsSent(one)) sent++;
                    else refused++;
                }
            }
            return sent;
        }

        async Task<bool> IsSent(SendingLimits one)
        {
            try
            {
                await one.TakeOfUser(tenant, user, default);
                return true;
            }
            catch (Http.Problem refused) when (refused.Status is 429 or 503)
            {
                return false;
            }
        }
    }

    static string Short(string body) => body.Contains("arrived", StringComparison.Ordinal) ? "arrived"
        : body.Contains("changedById", StringComparison.Ordinal) ? "changed" : body;

    async Task Heard(Correspondent who, string text, int times, string type = EventTypes.FileChanged) => await Eventually.True(async () =>
    {
        await host.RunQueues();
        return await Count(who, text, type) == times;
    });

    static async Task<int> Count(Correspondent who, string text, string? type = null) => (await All(who, text, type)).Count;

    static async Task<JsonElement> One(Correspondent who, string text) => (await All(who, text, EventTypes.FileChanged)).First();

    static async Task<List<JsonElement>> All(Correspondent who, string text, string? type) =>
        (await who.Inbox(limit: 200)).FindAll(one => (type is null || one.GetProperty("type").GetString() == type)
            && one.GetProperty("body").GetString()!.Contains(text, StringComparison.Ordinal));

    Task Crowd(string tenant, string group, int count) => host.WriteRows("Groups", tenant, count, _ =>
    {
        var user = Ids.New();
        return new()
        {
            ["RowKey"] = RowKeys.Member(group, user),
            ["GroupId"] = group,
            ["Name"] = group,
            ["UserId"] = user,
            ["Role"] = "Reader",
        };
    });

    StoredEvent Event(string type, object data) =>
        new($"evt_{Ids.New()}", type, host.Clock.Now, "", JsonSerializer.SerializeToElement(data));

    Task<SendResult> Deliver(StoredEvent sent, string tenant = "demo") =>
        host.Service<InboxDelivery>()(Delivery.New(tenant, Delivery.Inboxes, sent, host.Clock.Now), default);

    Task Work(string text) => ActivatorUtilities.CreateInstance<GroupQueue>(host.Service<IServiceProvider>()).Run(text, default);
}
