using System.Text.Json;
using Latchkey.Events;
using Latchkey.Messages;
using Latchkey.Storage;
using Latchkey.Tenancy;
using MQTTnet.Exceptions;

namespace Latchkey.Tests.Messages;

/// <summary>Messages to users, groups and topics: who hears what, what waits in inboxes, and what nobody can do.</summary>
public sealed class MessagesTests(MessagesHost messages) : IClassFixture<MessagesHost>, IAsyncLifetime
{
    readonly TestHost host = messages.Host;

    // A change of the tenant's rules in another test closes all connections.
    public Task InitializeAsync() => host.RunQueues();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_key_is_for_exactly_the_users_inbox_groups_and_topics()
    {
        var admin = await host.Admin("acme");
        await admin.Patch("messages", new
        {
            enabled = true,
            topics = new object[]
            {
                new { name = "news", subscribe = AdminClient.Texts("*"), publish = AdminClient.Texts("admin") },
                new { name = "sensors.*", subscribe = AdminClient.Texts("member"), publish = AdminClient.Texts("member") },
                new { name = "other-app", subscribe = AdminClient.Texts("*"), clients = AdminClient.Texts("mobile") },
                new { name = "board", subscribe = AdminClient.Texts("admin") },
            },
        });
        var alice = await messages.As("alice", "acme");
        var key = await alice.Key();
        Assert.Equal([$"acme.inbox.{alice.Id}", "acme.group.family", "acme.topic.news", "acme.topic.sensors.*"],
            key.GetProperty("subscribe").EnumerateArray().Select(topic => topic.GetString()));
        Assert.Equal(["acme.topic.sensors.*"], key.GetProperty("publish").EnumerateArray().Select(topic => topic.GetString()));
        Assert.Equal("mqtt", key.GetProperty("protocol").GetString());
        Assert.Equal(host.Clock.Now.AddMinutes(5), key.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.StartsWith("ws://127.0.0.1:", key.GetProperty("url").GetString(), StringComparison.Ordinal);

        await using var one = await Listener.Start(key);
        Assert.True(await one.Subscribe("acme.topic.sensors.door"));
        foreach (var no in (string[])["acme.topic.sensors.door.lock", "acme.topic.sensors", "acme.topic.board", "acme.topic.other-app"])
            Assert.False(await one.Subscribe(no), no);
        Assert.True(await one.Publish("acme.topic.sensors.door", "open"));
        Assert.False(await one.Publish("acme.topic.news", "said by a member"));
        await alice.TrySend(new { topic = "news" }, "said by a member").Fails(404, "recipient_not_found");
        var chief = await messages.As("admin", "acme");
        await chief.Send(new { topic = "news" }, "said by the administrator");
        await one.Hears("acme.topic.sensors.door", "open");
        await one.Hears("acme.topic.news", "said by the administrator");
        Assert.Equal(2, one.Heard.Count);
        Assert.Empty(await alice.Inbox()); // A topic needs no inbox.
    }

    [Fact]
    public async Task A_message_is_heard_and_waits_in_the_inbox_once_until_it_is_acknowledged()
    {
        var (alice, bob) = (await messages.As("alice"), await messages.As("bob"));
        await using var listener = await bob.Listen();
        var id = await alice.Send(new { user = bob.Id }, "hello", "greeting-1");
        Assert.Equal(id, await alice.Send(new { user = bob.Id }, "hello", "greeting-1"));
        Assert.NotEqual(id, await bob.Send(new { user = alice.Id }, "hello", "greeting-1")); // Each sender's ids are their own.
        await listener.Hears($"demo.inbox.{bob.Id}", "hello");
        var message = Assert.Single(await bob.Inbox(), message => message.GetProperty("id").GetString() == id);
        Assert.Equal(alice.Id, message.GetProperty("from").GetString());
        Assert.Equal("text/plain", message.GetProperty("contentType").GetString());
        Assert.Equal(host.Clock.Now.AddDays(7), message.GetProperty("expiresAt").GetDateTimeOffset());
        await bob.Acknowledge(id, "20261217.Zl3iJ0m2QkWq8bYcXv1r2w");
        await bob.Acknowledge(id);
        Assert.DoesNotContain("hello", await bob.Bodies());
        Assert.Equal(id, await alice.Send(new { user = bob.Id }, "hello", "greeting-1"));
        Assert.DoesNotContain("hello", await bob.Bodies()); // Nor again once it was read.
        Assert.Single(listener.Heard, heard => heard.Body == "hello");
    }

    [Fact]
    public async Task A_groups_message_reaches_each_member_but_nobody_else()
    {
        var (alice, bob, carol) = (await messages.As("alice"), await messages.As("bob"), await messages.New("carol-g"));
        await using var member = await bob.Listen();
        await using var stranger = await carol.Listen();
        var id = await alice.Send(new { group = "family" }, "dinner", "dinner-1");
        await host.RunQueues();
        Assert.Equal(id, await alice.Send(new { group = "family" }, "dinner", "dinner-1"));
        await host.RunQueues();
        await member.Hears("demo.group.family", "dinner");
        Assert.Single(await bob.Bodies(), "dinner");
        Assert.Single(member.Heard, heard => heard.Body == "dinner");
        Assert.DoesNotContain("dinner", await alice.Bodies());
        Assert.Empty(stranger.Heard);
        await carol.TrySend(new { group = "family" }, "let me in").Fails(404, "recipient_not_found");
        await carol.TrySend(new { group = "no-such" }, "let me in").Fails(404, "recipient_not_found");
    }

    [Fact]
    public async Task A_third_user_and_a_foreign_tenant_hear_and_say_nothing_on_any_topic_pattern()
    {
        await (await host.Admin("acme")).Patch("messages", new { enabled = true });
        var (alice, bob) = (await messages.As("alice"), await messages.As("bob"));
        await using var right = await bob.Listen();
        foreach (var other in (Correspondent[])[await messages.New("carol-t"), await messages.As("alice", "acme")])
        {
            await using var eve = await other.Listen();
            foreach (var topic in (string[])["#", "+", "+/+", "demo.#", "demo/#", "demo.+", "demo.*", "**", "*", "demo.**", "$SYS/#",
                "$share/x/#",
                $"demo.inbox.{bob.Id}", "demo.inbox.+", "demo.inbox.*", "demo.group.family", "demo.group.*", "demo.all", "demo.topic.*",
                $"demo.session.{bob.Id}", "$webpubsub/server/messages", $"DEMO.INBOX.{bob.Id}", $"demo.inbox.{bob.Id}/", "acme.inbox.*"])
            {
                Assert.False(await Try(eve, topic), topic);
                if (eve.IsConnected && topic.IndexOfAny(['#', '+']) < 0) Assert.False(await Say(eve, topic), topic);
            }
            await alice.Send(new { user = bob.Id }, "for bob alone");
            await alice.Send(new { group = "family" }, "for the family");
            await host.RunQueues();
            await right.Hears($"demo.inbox.{bob.Id}", "for bob alone");
            await right.Hears("demo.group.family", "for the family");
            Assert.Empty(eve.Heard);
        }
        Assert.DoesNotContain(right.Heard, heard => heard.Body == "intruder");

        static async Task<bool> Try(Listener listener, string topic)
        {
            try
            {
                return await listener.Subscribe(topic);
            }
            catch (Exception refused) when (refused is MqttProtocolViolationException or MqttCommunicationException)
            {
                return false; // The library does not even send it.
            }
        }

        static async Task<bool> Say(Listener listener, string topic)
        {
            try
            {
                return await listener.Publish(topic, "intruder");
            }
            catch (Exception refused) when (refused is MqttProtocolViolationException or MqttCommunicationException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task The_tenant_says_who_may_write_to_whom()
    {
        var admin = await host.Admin("acme");
        var (alice, bob) = (await messages.As("alice", "acme"), await messages.As("bob", "acme"));
        await admin.Patch("messages", new { enabled = true, writeTo = "groups" });
        var loner = await messages.New("loner", "acme");
        await alice.Send(new { user = bob.Id }, "we share a group");
        await alice.TrySend(new { user = loner.Id }, "we do not").Fails(404, "recipient_not_found");
        await alice.Ask(HttpMethod.Get, $"messages/keys/{loner.Id}").Fails(404, "recipient_not_found");
        await admin.Patch("messages", new { writeTo = "all" });
        await alice.Send(new { user = loner.Id }, "now we may");
        Assert.Equal(["now we may"], await loner.Bodies());
        await admin.ChangeUser(loner.Id, new { disabled = true });
        await alice.TrySend(new { user = loner.Id }, "disabled").Fails(404, "recipient_not_found");
        await alice.TrySend(new { user = await host.UserId("bob", "demo") }, "abroad").Fails(404, "recipient_not_found");
        await admin.Patch("messages", new { writeTo = "nobody" });
        await alice.TrySend(new { user = bob.Id }, "no").Fails(403, "messages_not_allowed");
        await alice.TrySend(new { group = "family" }, "no").Fails(403, "messages_not_allowed");
        await admin.Patch("messages", new { writeTo = "all", userPerMinute = 2 });
        var hasty = await messages.New("hasty", "acme"); // Of whom nothing was counted before.
        await hasty.Send(new { user = bob.Id }, "one");
        await hasty.Send(new { user = bob.Id }, "two");
        var wait = (await hasty.TrySend(new { user = bob.Id }, "too fast").Is(429)).Headers.RetryAfter!.Delta!.Value;
        Assert.InRange(wait.TotalSeconds, 1, 60);
        host.Clock.Advance(wait);
        await hasty.Send(new { user = bob.Id }, "slowly");
        await admin.Patch("messages", new { userPerMinute = 60 });
        await admin.Patch("messages", new { enabled = false });
        await alice.TrySend(new { user = bob.Id }, "off").Fails(404, "messages_off");
        await admin.Patch("messages", new { enabled = true });
        await admin.Send(HttpMethod.Patch, "messages", new { topics = new[] { new { name = "*" } } }).Fails(400, "invalid_field");
        await admin.Send(HttpMethod.Patch, "messages", new { topics = new[] { new { name = "demo/news" } } }).Fails(400, "invalid_field");
        await admin.Send(HttpMethod.Patch, "messages",
            new { topics = new[] { new { name = "a", publish = AdminClient.Texts("no-role") } } })
            .Fails(400, "invalid_field");
    }

    [Fact]
    public async Task A_blocked_sender_is_not_told_and_does_not_arrive()
    {
        await (await host.Admin()).Patch("messages", new { userPerMinute = 6000 }); // Nothing here is a tenth of it.
        var (alice, bob) = (await messages.As("alice"), await messages.As("bob"));
        await alice.Ask(HttpMethod.Put, $"messages/blocked/{bob.Id}").Is(204);
        Assert.Equal([bob.Id], (await alice.Ask(HttpMethod.Get, "messages/blocked").Json()).GetProperty("users").As<List<string>>());
        await bob.Send(new { user = alice.Id }, "unwanted");
        await bob.Send(new { group = "family" }, "unwanted too");
        await host.RunQueues();
        Assert.DoesNotContain(await alice.Bodies(), body => body.StartsWith("unwanted", StringComparison.Ordinal));
        // It takes as many requests as if it arrived.
        var (storing, telling) = (await host.Trips(() => bob.Send(new { user = alice.Id }, "unwanted")), messages.Broker.Calls.Count);
        Assert.Equal("/api/hubs/latchkey/groups/demo.inbox.nobody/:send", messages.Broker.Calls.Last());
        await Deliver(EventTypes.ShareCreated, new { recipientKind = "user", recipientId = alice.Id, sharedBy = bob.Id });
        Assert.DoesNotContain(await alice.Bodies(), body => body.Contains(bob.Id, StringComparison.Ordinal));
        await alice.Ask(HttpMethod.Delete, $"messages/blocked/{bob.Id}").Is(204);
        Assert.Equal(storing, await host.Trips(() => bob.Send(new { user = alice.Id }, "wanted")));
        Assert.Equal(telling + 1, messages.Broker.Calls.Count);
        Assert.Contains("wanted", await alice.Bodies());
        await (await host.Admin()).Patch("messages", new { userPerMinute = 60 });
        await alice.Ask(HttpMethod.Put, "messages/blocked/nobody-of-this-tenant").Fails(404, "user_not_found");
    }

    [Fact]
    public async Task Whoever_leaves_a_group_or_is_signed_out_or_disabled_is_closed_and_others_stay()
    {
        var admin = await host.Admin();
        await using var bystander = await (await messages.As("bob")).Listen();
        var dave = await messages.New("dave-c");
        await admin.Do(HttpMethod.Put, $"groups/family/members/{dave.Id}", new { role = "reader" }, 200);
        await host.RunQueues();
        (string Name, Func<TokenAnswer, Task> Step)[] steps =
        [
            ("left", _ => admin.Do(HttpMethod.Delete, $"groups/family/members/{dave.Id}")),
            ("roles changed", _ => admin.ChangeUser(dave.Id, new { roles = AdminClient.Texts("member", "admin") })),
            ("session ended", tokens => host.Http.PostAsync("/demo/oauth/revoke", TestHost.Form(
                ("client_id", "first-party"), ("token", tokens.RefreshToken!)))),
            ("signed out", _ => admin.Do(HttpMethod.Post, "sessions/revoke", new { user = dave.Id })),
            ("disabled", _ => admin.ChangeUser(dave.Id, new { disabled = true })),
        ];
        foreach (var (name, step) in steps)
        {
            var tokens = await host.Tokens("demo", "dave-c", name == "session ended" ? "messages offline_access" : "messages");
            await using var listener = await new Correspondent(host, "demo", dave.Id, tokens.AccessToken).Listen();
            await step(tokens);
            await host.RunQueues();
            await Eventually.True(() => !listener.IsConnected);
            if (name != "left") continue;
            await using var again = await new Correspondent(host, "demo", dave.Id, tokens.AccessToken).Listen();
            Assert.False(await again.Subscribe("demo.group.family")); // Nor with a new key.
        }
        Assert.True(bystander.IsConnected);
        Assert.Contains(messages.Broker.Calls, call => call.EndsWith($"/users/demo.{dave.Id}/:closeConnections", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broker_that_dies_loses_nothing_that_was_accepted()
    {
        var (alice, bob) = (await messages.As("alice"), await messages.As("bob"));
        await messages.WithoutBroker(async () =>
        {
            await alice.Send(new { user = bob.Id }, "sent in the dark");
            await alice.Send(new { group = "family" }, "to all in the dark");
            await host.RunQueues();
            await bob.Ask(HttpMethod.Post, "messages/connect").Fails(503, "messages_unavailable");
        });
        var bodies = await bob.Bodies();
        Assert.Contains("sent in the dark", bodies);
        Assert.Contains("to all in the dark", bodies);
        await using var listener = await bob.Listen();
        await alice.Send(new { user = bob.Id }, "not told of yet");
        Assert.DoesNotContain(messages.Broker.Calls, call => call.EndsWith(":send", StringComparison.Ordinal));
        host.Clock.Advance(TimeSpan.FromSeconds(11));
        await alice.Send(new { user = bob.Id }, "the light is back");
        await listener.Hears($"demo.inbox.{bob.Id}", "the light is back");
    }

    [Fact]
    public async Task An_inbox_is_read_in_pages_and_what_may_have_come_late_comes_again()
    {
        var (alice, erin) = (await messages.As("alice"), await messages.New("erin-p"));
        await (await host.Admin()).Patch("messages", new { writeTo = "all" });
        for (var n = 0; n < 5; n++)
        {
            await alice.Send(new { user = erin.Id }, $"{n}");
            host.Clock.Advance(TimeSpan.FromSeconds(130));
        }
        var (seen, cursor, more) = (new List<string>(), (string?)null, true);
        while (more)
        {
            var page = await erin.Page(cursor, limit: 2);
            seen.AddRange(page.GetProperty("messages").EnumerateArray().Select(one => one.GetProperty("body").GetString()!));
            (cursor, more) = (page.GetProperty("cursor").GetString(), page.GetProperty("more").GetBoolean());
        }
        Assert.Equal(["0", "1", "2", "3", "4"], seen);
        await alice.Send(new { user = erin.Id }, "5");
        var next = await erin.Page(cursor);
        Assert.Equal("5", Assert.Single(next.GetProperty("messages").EnumerateArray()).GetProperty("body").GetString());
        Assert.Single((await erin.Page(next.GetProperty("cursor").GetString())).GetProperty("messages").EnumerateArray());
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        next = await erin.Page(next.GetProperty("cursor").GetString());
        Assert.Empty((await erin.Page(next.GetProperty("cursor").GetString())).GetProperty("messages").EnumerateArray());
        await erin.Ask(HttpMethod.Get, "messages?cursor=bm90LW91cnM").Fails(400, "invalid_cursor");
        host.Clock.Advance(TimeSpan.FromDays(8));
        Assert.Empty(await (await messages.As("erin-p")).Inbox());
    }

    [Fact]
    public async Task A_device_publishes_a_key_that_others_read_and_the_users_own_devices_hear_of_it()
    {
        var (alice, bob) = (await messages.As("alice"), await messages.As("bob"));
        const string x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
        await using var other = await alice.Listen();
        object jwk = new { kty = "OKP", crv = "X25519", x, use = "enc" };
        await alice.Ask(HttpMethod.Put, "me/keys/phone-1", new { jwk }).Is(200);
        await alice.Ask(HttpMethod.Put, "me/keys/phone-1", new { jwk }).Is(200);
        await Eventually.True(() => other.Heard.Any(heard => heard.Body.Contains(x, StringComparison.Ordinal)));
        var notice = Assert.Single(await alice.Inbox(), IsAbout("device.added"));
        // Whoever has added it with a stolen token can't take the notice away.
        await alice.Acknowledge(notice.GetProperty("id").GetString()!);
        Assert.Single(await alice.Inbox(), IsAbout("device.added"));
        await Eventually.True(() => Directory.GetFiles(messages.Mails, "*.txt")
            .Any(mail => File.ReadAllText(mail).Contains("new device for messages", StringComparison.Ordinal)));
        var key = Assert.Single((await bob.Ask(HttpMethod.Get, $"messages/keys/{alice.Id}").Json()).GetProperty("keys").EnumerateArray());
        Assert.Equal($$"""{"crv":"X25519","kty":"OKP","x":"{{x}}"}""", key.GetProperty("jwk").GetRawText());
        foreach (var bad in (object[])
        [
            new { kty = "OKP", crv = "X25519", x, d = x }, new { kty = "OKP", crv = "Ed25519", x }, new { kty = "oct", k = x },
            new { kty = "EC", crv = "P-256", x, y = x }, new { kty = "OKP", crv = "X25519", x = "AAAA" }, "text",
            new { kty = "OKP", crv = "X25519", x = new string('A', 43) },
            new { kty = "OKP", crv = "X25519", x = "7P_______________________________________38" },
        ])
            await alice.Ask(HttpMethod.Put, "me/keys/phone-2", new { jwk = bad }).Fails(400, "invalid_field");
        await alice.Ask(HttpMethod.Put, $"me/keys/{new string('a', 65)}", new { jwk }).Fails(400, "invalid_field");
        const string x2 = "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo";
        await alice.Ask(HttpMethod.Put, "me/keys/phone-1", new { jwk = new { kty = "OKP", crv = "X25519", x = x2 } }).Is(200);
        Assert.Single(await alice.Inbox(), one => IsAbout("device.added")(one)
            && one.GetProperty("body").GetString()!.Contains("\"replaced\":true", StringComparison.Ordinal));
        await alice.Ask(HttpMethod.Delete, "me/keys/phone-1").Is(204);
        Assert.Single(await alice.Inbox(), IsAbout("device.removed"));
        await alice.Ask(HttpMethod.Delete, "me/keys/phone-1").Fails(404, "device_not_found");
        Assert.Empty((await alice.Ask(HttpMethod.Get, "me/keys").Json()).GetProperty("keys").EnumerateArray());
    }

    [Fact]
    public async Task What_is_sent_is_checked()
    {
        var (alice, bob) = (await messages.As("alice"), await messages.As("bob"));
        foreach (var body in (object[])
        [
            new { to = new { }, body = "x" }, new { to = new { user = bob.Id, group = "family" }, body = "x" },
            new { to = new { user = "x" }, body = "x" },
            new { to = new { topic = "a/#" }, body = "x" }, new { to = new { user = bob.Id }, body = new string('é', 8193) },
            new { to = new { user = bob.Id }, body = "x", contentType = "no type" },
            new { to = new { user = bob.Id }, body = "x", ttlSeconds = 0 },
            new { to = new { user = bob.Id }, body = "x", ttlSeconds = 1209601 },
            new { to = new { user = bob.Id }, body = "x", id = "a b" },
        ])
            await alice.Ask(HttpMethod.Post, "messages", body).Fails(400, "invalid_field");
        await alice.Ask(HttpMethod.Post, "messages", new { to = new { user = bob.Id }, body = new string('é', 8192) }).Is(202);
        await alice.Ask(HttpMethod.Post, "messages/acknowledge", new { ids = AdminClient.Texts("x") }).Fails(400, "invalid_field");
        var service = await host.Tokens("demo", "alice", "files.read");
        await host.Send(HttpMethod.Get, "/demo/messages", service.AccessToken).Fails(403, "insufficient_scope");
    }

    [Fact]
    public async Task Users_find_events_about_them_in_their_inbox_if_the_tenant_wants_it()
    {
        await (await host.Admin()).Patch("messages", new { events = true });
        var (alice, aliceId, bob) = (await host.As("alice"), await host.UserId("alice"), await messages.As("bob"));
        var file = await alice.Upload([1, 2, 3]);
        await host.Send(HttpMethod.Post, $"/demo/files/{file}/shares", alice.Token, new { with = new { user = "bob" }, access = "read" })
            .Is(201);
        await Eventually.True(async () => (await bob.Inbox()).Exists(message => IsAbout("share.created")(message)
            && message.GetProperty("body").GetString()!.Contains(file, StringComparison.Ordinal)
            && message.GetProperty("body").GetString()!.Contains($"\"sharedBy\":\"{aliceId}\"", StringComparison.Ordinal)));
        await host.Send(HttpMethod.Patch, $"/demo/files/{file}", alice.Token, new { name = "renamed.bin" }).Is(200);
        var owner = await messages.As("alice");
        await Eventually.True(async () =>
            (await owner.Inbox()).Exists(message => message.GetProperty("type").GetString() == "file.changed"));
        Assert.DoesNotContain(await bob.Inbox(), message => message.GetProperty("type").GetString() == "file.changed");
        // One that nobody finds in an inbox costs nothing.
        var tenant = (await host.Service<TenantStore>().FindNow("demo", default))!;
        var outbox = host.Service<Outbox>();
        Assert.True(outbox.Wants(tenant, new(EventTypes.FileChanged, ("ownerKind", "user"), ("ownerId", aliceId),
            ("changedByKind", "client"), ("changedById", "service"))));
        Assert.False(outbox.Wants(tenant, new(EventTypes.FileChanged, ("ownerKind", "user"), ("ownerId", aliceId)))); // By the service.
        Assert.True(outbox.Wants(tenant, new(EventTypes.RequestReceived, ("ownerKind", "group"), ("ownerId", "family"))));
        Assert.False(outbox.Wants(tenant, new(EventTypes.RequestReceived, ("ownerKind", "app"), ("ownerId", "service"))));
        Assert.False(outbox.Wants(tenant, new(EventTypes.FileCreated, ("ownerKind", "user"), ("ownerId", aliceId))));
        // A dead letter that is sent again comes where readers look.
        var cursor = (await owner.Page()).GetProperty("cursor").GetString();
        await Deliver(EventTypes.RequestReceived, new { ownerKind = "user", ownerId = owner.Id, note = "late" }, TimeSpan.FromDays(8));
        Assert.Contains("late", (await owner.Page(cursor)).GetProperty("messages").GetRawText(), StringComparison.Ordinal);
        await (await host.Admin()).Patch("messages", new { events = false });
    }

    [Fact]
    public async Task Each_message_costs_these_requests_to_storage()
    {
        await (await host.Admin()).Patch("messages", new { writeTo = "all", userPerMinute = 60 });
        var (alice, bob) = (await messages.New("alice-cost"), await messages.New("bob-cost")); // Of whom nothing was counted before.
        await (await host.Admin()).Do(HttpMethod.Put, $"groups/family/members/{alice.Id}", new { role = "reader" }, 200);
        // Not a week's first day.
        host.Clock.Advance(TimeSpan.FromDays(((int)DayOfWeek.Wednesday - (int)host.Clock.Now.DayOfWeek + 7) % 7));
        (alice, bob) = (await messages.As("alice-cost"), await messages.As("bob-cost"));
        await alice.Send(new { user = bob.Id }, "warm"); // The tables are there, and what is cached is cached.
        await alice.Send(new { group = "family" }, "warm");
        await host.RunQueues();
        var id = "";
        Assert.Equal(3, await host.Trips(async () => id = await alice.Send(new { user = bob.Id }, "x", "counted")));
        Assert.Equal(4, await host.Trips(() => alice.Send(new { group = "family" }, "x")));
        await host.RunQueues();
        Assert.Equal(4, await host.Trips(() => bob.Page()));
        var cursor = (await bob.Page()).GetProperty("cursor").GetString();
        Assert.Equal(2, await host.Trips(() => bob.Page(cursor)));
        Assert.Equal(3, await host.Trips(() => bob.Acknowledge(id)));
        await bob.Key();
        Assert.Equal(3, await host.Trips(() => bob.Key()));
        // Six are a tenth of what may be sent in a minute: they are counted where all instances see it.
        Assert.Equal(3, await host.Trips(() => alice.Send(new { user = bob.Id }, "the fifth")));
        Assert.Equal(5, await host.Trips(() => alice.Send(new { user = bob.Id }, "the sixth")));
        Assert.Equal(3, await host.Trips(() => alice.Send(new { user = bob.Id }, "the seventh")));
    }

    [Fact]
    public async Task A_user_takes_the_messages_along_and_leaves_none_behind()
    {
        var admin = await host.Admin();
        await admin.Patch("messages", new { writeTo = "all" });
        var (alice, gone) = (await messages.As("alice"), await messages.New("gone-m"));
        await alice.Send(new { user = gone.Id }, "before you go");
        await gone.Ask(HttpMethod.Put, "me/keys/tablet",
            new { jwk = new { kty = "OKP", crv = "X25519", x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08" } }).Is(200);
        await gone.Ask(HttpMethod.Put, $"messages/blocked/{await host.UserId("bob")}").Is(204);
        var mine = host.Service<UserMessages>();
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        Assert.Equal(2, await mine.Inbox(tenant, gone.Id, default).CountAsync());
        Assert.Single(await mine.Devices(tenant, gone.Id, default));
        await gone.Key();
        await admin.DeleteUser(gone.Id);
        await Deliver(EventTypes.SessionEnded, new { userId = gone.Id }); // The one of the deletion, which may come late.
        Assert.Empty(await mine.Inbox(tenant, gone.Id, default).ToListAsync());
        var tables = host.Service<StorageClients>().Tables;
        await foreach (var table in tables.QueryAsync(table => true))
        {
            if (!table.Name.StartsWith("Messag", StringComparison.Ordinal)) continue;
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<Azure.Data.Tables.TableEntity>())
                Assert.DoesNotContain(gone.Id, $"{row.PartitionKey} {row.RowKey}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_has_room_for_the_topics_that_a_tenant_may_name_and_says_if_there_is_none_for_all_groups()
    {
        var admin = await host.Admin("acme");
        object[] Topics(int count, params string[] clients) => [.. Enumerable.Range(0, count).Select(n => new
        {
            name = string.Join('.', Enumerable.Repeat($"{n:000}{new string('a', 57)}", 3)),
            subscribe = AdminClient.Texts("*"),
            clients = AdminClient.Texts(clients.Length == 0 ? "*" : clients[n % clients.Length]),
        })];
        await admin.Send(HttpMethod.Patch, "messages", new { enabled = true, topics = Topics(16) }).Fails(400, "invalid_field");
        await admin.Patch("messages", new { enabled = true, topics = Topics(16, "mobile", "first-party") }); // Each has half of them.
        await admin.Patch("messages", new { topics = Topics(13) });
        var alice = await messages.New("many-k", "acme");
        var key = await alice.Key();
        Assert.False(key.GetProperty("truncated").GetBoolean());
        for (var n = 0; n < 14; n++)
        {
            var id = $"{n:00}{new string('g', 60)}";
            await admin.AddGroup(new { id, name = id });
            await admin.Do(HttpMethod.Put, $"groups/{id}/members/{alice.Id}", new { role = "reader" }, 200);
        }
        key = await alice.Key();
        Assert.True(key.GetProperty("truncated").GetBoolean());
        Assert.InRange(key.GetProperty("url").GetString()!.Length, 4000, 7500);
        await using var listener = await Listener.Start(key);
        Assert.True(listener.IsConnected);
        await admin.Patch("messages", new { topics = Array.Empty<object>() });
    }

    [Fact]
    public async Task A_rule_of_a_group_and_a_role_that_go_close_the_tenants_connections()
    {
        var admin = await host.Admin("acme");
        await admin.Patch("messages", new { enabled = true });
        await admin.AddGroup(new { id = "ruled", name = "Ruled" });
        await admin.SetRole("passing", "files.read");
        await host.RunQueues();
        (string Name, Func<Task> Step)[] steps =
        [
            ("rule set", () => admin.Do(HttpMethod.Put, "groups/ruled/rule", new { emailDomains = AdminClient.Texts("example.com") }, 200)),
            ("rule removed", () => admin.Do(HttpMethod.Delete, "groups/ruled/rule")),
            ("role deleted", () => admin.Do(HttpMethod.Delete, "roles/passing")),
        ];
        foreach (var (name, step) in steps)
        {
            var before = Count();
            await step();
            await host.RunQueues();
            Assert.True(Count() > before, name);
        }
        var after = Count();
        await admin.Do(HttpMethod.Delete, "groups/ruled"); // It has no rule any more.
        await host.RunQueues();
        Assert.Equal(after, Count());

        int Count() => messages.Broker.Calls.Count(call => call.EndsWith("/groups/acme.all/:closeConnections", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_group_that_is_too_large_is_not_counted_again_and_again()
    {
        var admin = await host.Admin("acme");
        await admin.Patch("messages", new { enabled = true, writeTo = "groups", userPerMinute = 2 });
        var (bob, group) = (await messages.New("crowd-m", "acme"), await admin.AddGroup(new { id = "crowd", name = "Crowd" }));
        await admin.Do(HttpMethod.Put, $"groups/crowd/members/{bob.Id}", new { role = "reader" }, 200);
        await host.WriteRows("Groups", "acme", 1000, _ =>
        {
            var user = Ids.New();
            return new()
            {
                ["RowKey"] = RowKeys.Member(group.Id, user),
                ["GroupId"] = group.Id,
                ["Name"] = "Crowd",
                ["UserId"] = user,
                ["Role"] = "Reader",
            };
        });
        for (var n = 0; n < 2; n++) await bob.TrySend(new { group = "crowd" }, "all of you").Fails(409, "group_too_large");
        await bob.TrySend(new { group = "crowd" }, "all of you").Fails(429, "too_many_messages");
        await bob.Key(); // Keys are counted apart.
        await admin.Patch("messages", new { userPerMinute = 60 });
    }

    static Predicate<JsonElement> IsAbout(string type) => message => message.GetProperty("type").GetString() == type;

    // As the sender of events does it, but at once.
    Task<SendResult> Deliver(string type, object data, TimeSpan ago = default)
    {
        var sent = new StoredEvent($"evt_{Ids.New()}", type, host.Clock.Now - ago, "", JsonSerializer.SerializeToElement(data));
        return host.Service<InboxDelivery>()(Delivery.New("demo", Delivery.Inboxes, sent, host.Clock.Now), default);
    }
}
