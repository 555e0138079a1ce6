using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Events;
using Latchkey.Keys;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tests.Events;

/// <summary>Others are told of what happened in their tenant (Standard Webhooks), whatever happens to us or to them.</summary>
public sealed class WebhookTests(WebhookTests.OwnHost own) : IClassFixture<WebhookTests.OwnHost>, IAsyncLifetime
{
    readonly TestHost host = own.Host;
    readonly WebhookReceiver receiver = new();
    AdminClient admin = null!;

    public sealed class OwnHost : IAsyncLifetime
    {
        internal string Mails { get; } = Directory.CreateTempSubdirectory("latchkey-mail-").FullName;

        internal TestHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => Host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = Mails });

        public async Task DisposeAsync()
        {
            await Host.DisposeAsync();
            await Eventually.Gone(Mails);
        }
    }

    public async Task InitializeAsync()
    {
        await receiver.Start();
        admin = await host.Admin();
    }

    public async Task DisposeAsync()
    {
        foreach (var webhook in (await admin.Get("webhooks")).GetProperty("webhooks").EnumerateArray())
            await admin.Do(HttpMethod.Delete, $"webhooks/{webhook.GetProperty("id").GetString()}");
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task What_happens_to_a_user_is_told_with_ids_alone_and_a_signature_that_a_stock_library_accepts()
    {
        var hook = await Webhook(["user.*"]);
        var user = await NewUser();
        var created = await receiver.Next();
        Assert.Equal([created.SignatureWith(Secret(hook))], created.Signatures);
        var sentAt = long.Parse(created.Headers["webhook-timestamp"].Single()!, CultureInfo.InvariantCulture);
        Assert.Equal(host.Clock.Now.ToUnixTimeSeconds(), sentAt);
        Assert.Equal("user.created", created.Type);
        Assert.Equal(host.Clock.Now, created.Event.GetProperty("timestamp").GetDateTimeOffset());
        Assert.Equal($$"""{"tenant":"demo","userId":"{{user.Id}}"}""", created.Data.GetRawText());
        Assert.Equal(3, created.Event.EnumerateObject().Count());

        await admin.ChangeUser(user.Id, new { name = "Somebody Else", roles = Array.Empty<string>() });
        var changed = await receiver.Next();
        Assert.Equal("user.changed", changed.Type);
        Assert.Equal("""["name","roles"]""", changed.Data.GetProperty("changes").GetRawText());
        await admin.ChangeUser(user.Id, new { disabled = true });
        Assert.Equal("user.disabled", (await receiver.Next()).Type);
        await admin.ChangeUser(user.Id, new { disabled = false });
        Assert.Equal("user.enabled", (await receiver.Next()).Type);
        await admin.DeleteUser(user.Id);
        var deleted = await receiver.Next();
        Assert.Equal(("user.deleted", user.Id), (deleted.Type, deleted.Of("userId")));
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task Sessions_are_told_of_from_their_first_token_to_their_end()
    {
        await Webhook(["session.*"]);
        var user = await NewUser();
        var tokens = await host.Tokens(user: user.UserName);
        var started = await receiver.Next();
        Assert.Equal(("session.started", user.Id, "first-party"), (started.Type, started.Of("userId"), started.Of("clientId")));
        var session = started.Of("sessionId");
        await host.Refreshed("demo", tokens.RefreshToken!); // No event: it goes on.
        await host.Http.PostAsync("/demo/oauth/revoke",
            TestHost.Form(("client_id", "first-party"), ("token", tokens.RefreshToken!)));
        var ended = await receiver.Next();
        Assert.Equal(("session.ended", session, user.Id), (ended.Type, ended.Of("sessionId"), ended.Of("userId")));

        await host.Tokens(user: user.UserName);
        Assert.Equal("session.started", (await receiver.Next()).Type);
        await admin.Do(HttpMethod.Post, "sessions/revoke", new { user = user.Id });
        var all = await receiver.Next();
        Assert.Equal(("session.ended", null, user.Id), (all.Type, all.Of("sessionId"), all.Of("userId")));
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task Only_webhooks_of_the_tenant_that_want_the_type_are_told()
    {
        await Webhook(["user.deleted", "session.*"], "/other-types");
        await Webhook([], "/all");
        var acme = await host.Admin("acme");
        var foreign = (await acme.Post("webhooks", new { url = receiver.Origin + "/foreign" })).GetProperty("id").GetString();
        await NewUser();
        Assert.Equal("/all", (await receiver.Next()).Path);
        await acme.AddUser(new NewUser($"u{Guid.CreateVersion7():n}"));
        Assert.Equal("/foreign", (await receiver.Next()).Path);
        await Settled();
        Assert.Empty(receiver.Received);
        await acme.Send(HttpMethod.Get, $"webhooks/{Id(await Webhook())}").Fails(404, "webhook_not_found");
        await acme.Do(HttpMethod.Delete, $"webhooks/{foreign}");
    }

    [Fact]
    public async Task For_a_day_after_a_rotation_both_secrets_sign()
    {
        var hook = await Webhook();
        var former = Secret(hook);
        var rotated = await admin.Post($"webhooks/{Id(hook)}/secret", new { }, 200);
        Assert.NotEqual(former, Secret(rotated));
        await Test(hook);
        var both = await receiver.Next();
        Assert.Equal([both.SignatureWith(Secret(rotated)), both.SignatureWith(former)], both.Signatures);
        await Later(Latchkey.Tenancy.Webhook.Overlap);
        await Test(hook);
        var one = await receiver.Next();
        Assert.Equal([one.SignatureWith(Secret(rotated))], one.Signatures);
        var read = await admin.Get($"webhooks/{Id(hook)}");
        Assert.Equal(JsonValueKind.Null, read.GetProperty("formerSecretUntil").ValueKind);
        Assert.False(read.TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task A_stock_library_accepts_the_signature_and_refuses_another_body_key_or_time()
    {
        var clock = new TestClock(); // The library goes by the real time.
        var (secrets, tenant) = (host.Service<SecretEncryption>(), (await host.Service<TenantStore>().Find("demo", default))!);
        var (key, former) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        var webhook = new Webhook
        {
            Id = "x",
            Url = receiver.Origin + "/hook",
            CreatedAt = default,
            Secret = await secrets.Encrypt("demo", "webhook|x", key, default),
            FormerSecret = await secrets.Encrypt("demo", "webhook|x", former, default),
            FormerUntil = clock.Now.AddHours(1),
        };
        using var http = new WebhookHttp(host.Service<Settings>(), secrets, clock);
        var sent = new TenantEvent("webhook.test", ("text", "Grüße, 漢字 <b>")).Store(tenant, clock.Now);
        Assert.True((await http.Send("demo", webhook, sent, default)).IsAccepted);
        var hook = await receiver.Next();
        Assert.True(hook.IsAccepted(key, hook.Headers["webhook-signature"].Single()!));
        Assert.True(hook.IsAccepted(former, hook.Signatures[1]));
        // It looks at the first signature of a header only, which docs/operating/webhooks.md says.
        Assert.False(hook.IsAccepted(former, hook.Headers["webhook-signature"].Single()!));
        Assert.False(hook.IsAccepted(new byte[32], hook.Signatures[0]));
        Assert.False(
            (hook with { Body = hook.Body.Replace("demo", "acme", StringComparison.Ordinal) }).IsAccepted(key, hook.Signatures[0]));
        clock.Advance(TimeSpan.FromMinutes(-10));
        await http.Send("demo", webhook, sent, default);
        var old = await receiver.Next();
        Assert.Equal(hook.Id, old.Id);
        Assert.False(old.IsAccepted(key, old.Signatures[0]));
    }

    [Fact]
    public async Task A_receiver_that_is_down_for_an_hour_misses_nothing_and_gets_nothing_under_two_ids()
    {
        var hook = await Webhook(["user.created"]);
        receiver.Status = 503;
        var users = new List<string>();
        var seen = new List<(string Id, string User, bool Accepted)>();
        for (var minute = 0; minute <= 200; minute += 10)
        {
            if (minute == 60) receiver.Status = 200;
            if (minute is 0 or 20 or 40) users.Add((await NewUser()).Id);
            await Later(TimeSpan.FromMinutes(10));
            await Settled();
            await host.RunTimer("send-events");
            while (receiver.Received.TryDequeue(out var one)) seen.Add((one.Id, one.Of("userId")!, receiver.Status == 200));
        }
        Assert.Equal(users.Order(), seen.Where(one => one.Accepted).Select(one => one.User).Order());
        Assert.Equal(3, seen.Select(one => one.Id).Distinct().Count());
        Assert.All(users, user => Assert.Single(seen.Where(one => one.User == user).Select(one => one.Id).Distinct()));
        Assert.Empty(await Deliveries(hook, "pending"));
        Assert.Empty(await Deliveries(hook, "dead"));
        Assert.Equal(3, (await Deliveries(hook, "delivered")).Count);
        Assert.Equal(JsonValueKind.Null, (await admin.Get($"webhooks/{Id(hook)}")).GetProperty("failingSince").ValueKind);
    }

    [Fact]
    public async Task What_is_not_accepted_for_a_day_is_a_dead_letter_that_can_be_sent_again_with_its_id()
    {
        var hook = await Webhook(["user.created"]);
        receiver.Status = 400;
        await NewUser();
        var first = await receiver.Next();
        await Eventually.True(async () => (await Deliveries(hook, "pending")).SingleOrDefault() is
        { ValueKind: JsonValueKind.Object } waiting
            && waiting.GetProperty("tries").GetInt32() == 1 && waiting.GetProperty("lastResult").GetString() == "400");
        for (var tries = 0; tries < 3; tries++)
        {
            await Later(TimeSpan.FromHours(9));
            await host.RunTimer("send-events");
            Assert.Equal(first.Id, (await receiver.Next()).Id);
        }
        Assert.Empty(await Deliveries(hook, "pending"));
        var dead = Assert.Single(await Deliveries(hook, "dead"));
        Assert.Equal((first.Id, "user.created", 4), (
            dead.GetProperty("eventId").GetString(), dead.GetProperty("type").GetString(), dead.GetProperty("tries").GetInt32()));

        receiver.Status = 204;
        var id = dead.GetProperty("id").GetString();
        await admin.Post($"webhooks/{Id(hook)}/deliveries/{id}/retry", new { }, 202);
        var again = await receiver.Next();
        Assert.Equal((first.Id, first.Body), (again.Id, again.Body));
        await Eventually.True(async () => (await Deliveries(hook, "delivered")).Count == 1);
        Assert.Empty(await Deliveries(hook, "dead"));
        await admin.Send(HttpMethod.Post, $"webhooks/{Id(hook)}/deliveries/{id}/retry", new { }).Fails(404, "delivery_not_found");
    }

    [Fact]
    public async Task A_receiver_says_for_how_long_to_leave_it_alone()
    {
        var hook = await Webhook(["user.created"]);
        (receiver.Status, receiver.RetryAfter) = (429, 3600);
        await NewUser();
        await receiver.Next();
        await Eventually.True(async () => (await Deliveries(hook, "pending")) is [var waiting]
            && waiting.GetProperty("nextTryAt").GetDateTimeOffset() == host.Clock.Now.AddHours(1));
        receiver.RetryAfter = 10_000_000;
        await Later(TimeSpan.FromHours(1));
        await host.RunTimer("send-events");
        await receiver.Next();
        Assert.Equal(host.Clock.Now.AddHours(4), (await Deliveries(hook, "pending")).Single().GetProperty("nextTryAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Gone_switches_a_webhook_off_and_so_do_five_days_of_failures()
    {
        await Webhook(["webhook.disabled"], "/listening");
        var (gone, failing) = (await Webhook(["user.created"], "/gone"), await Webhook(["user.created"], "/failing"));
        receiver.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/gone" ? 410 : http.Request.Path == "/failing" ? 500 : 200;
            return Task.CompletedTask;
        };
        await Test(failing);
        await receiver.Next();
        await Test(gone);
        Assert.Equal("/gone", (await receiver.Next()).Path);
        await Disabled(gone, "gone");
        await Told(gone, "gone");
        Assert.Single(await Deliveries(gone, "dead"));
        await admin.Send(HttpMethod.Post, $"webhooks/{Id(gone)}/test", new { }).Fails(409, "webhook_disabled");

        await Later(TimeSpan.FromDays(5) + TimeSpan.FromMinutes(1));
        await host.RunTimer("send-events");
        Assert.Equal("/failing", (await receiver.Next()).Path);
        await Disabled(failing, "failing");
        await Told(failing, "failing");
        await Eventually.True(async () => (await admin.WholeAudit("?type=webhook-disabled")).Select(entry => entry.Detail)
            .Intersect(["gone", "failing"]).Count() == 2);

        // Whoever made them is told by mail, once of each.
        await Eventually.True(() => Mails().Count == 2);
        Assert.All(Mails(), mail => Assert.Contains("To: admin", mail, StringComparison.Ordinal));
        receiver.Answer = null;
        var enabled = await admin.Patch($"webhooks/{Id(failing)}", new { enabled = true });
        Assert.Equal((true, JsonValueKind.Null),
            (enabled.GetProperty("enabled").GetBoolean(), enabled.GetProperty("failingSince").ValueKind));
        await Later(TimeSpan.FromMinutes(2));
        await NewUser();
        Assert.Equal("/failing", (await receiver.Next()).Path);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_an_answer_without_end_is_not_read()
    {
        var (redirects, endless) = (await Webhook(["user.created"], "/redirects"), await Webhook(["user.created"], "/endless"));
        receiver.Answer = async http =>
        {
            if (http.Request.Path == "/redirects") http.Response.Redirect(receiver.Origin + "/elsewhere", permanent: false,
                preserveMethod: true);
            if (http.Request.Path != "/endless") return;
            var some = Encoding.ASCII.GetBytes(new string('x', 65536));
            while (!http.RequestAborted.IsCancellationRequested && !receiver.Stopping.IsCancellationRequested)
                await http.Response.Body.WriteAsync(some, receiver.Stopping);
        };
        await Test(redirects);
        await Test(endless);
        await Eventually.True(async () => (await Deliveries(endless, "delivered")).Count == 1);
        await Eventually.True(async () => (await Deliveries(redirects, "pending")) is [var one]
            && one.GetProperty("lastResult").GetString() == "307");
        Assert.DoesNotContain(receiver.Received, hook => hook.Path == "/elsewhere");
    }

    [Fact]
    public async Task Receivers_that_hang_hold_up_neither_the_request_nor_the_others()
    {
        foreach (var name in new[] { "/h1", "/h2", "/h3" }) await Webhook(["user.created"], name);
        await Webhook(["user.created"], "/healthy");
        receiver.Answer = http => http.Request.Path == "/healthy" ? Task.CompletedTask
            : Task.Delay(Timeout.Infinite, receiver.Stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        var time = Stopwatch.StartNew();
        for (var users = 0; users < 4; users++) await NewUser();
        await Eventually.True(() => receiver.Received.Count(hook => hook.Path == "/healthy") == 4);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, WebhookHttp.MaxTime - TimeSpan.FromSeconds(3));
        Assert.InRange(receiver.Received.Count(hook => hook.Path != "/healthy"), 3, 6); // Two at once to each.
    }

    [Fact]
    public async Task Nothing_is_sent_into_a_private_network_outside_development_whatever_a_name_resolves_to()
    {
        var key = await host.Service<SecretEncryption>().Encrypt("demo", "webhook|x", new byte[32], default);
        using var http = new WebhookHttp(
            host.Service<Settings>() with { Development = false }, host.Service<SecretEncryption>(), host.Clock);
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        var port = new Uri(receiver.Origin).Port;
        foreach (var name in new[] { "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1" })
        {
            var webhook = new Webhook { Id = "x", Url = $"http://{name}:{port}/hook", CreatedAt = default, Secret = key };
            var result = await http.Send("demo", webhook, new TenantEvent("webhook.test").Store(tenant, host.Clock.Now), default);
            Assert.Equal((null, "no connection"), (result.Status, result.Fault));
        }
        Assert.Empty(receiver.Received);
    }

    [Fact]
    public async Task What_happens_to_the_tenant_is_told()
    {
        await Webhook(["tenant.*"]);
        await admin.Patch("settings", new { name = "Demo 2" });
        var changed = await receiver.Next();
        Assert.Equal(("tenant.changed", """["name"]"""), (changed.Type, changed.Data.GetProperty("changes").GetRawText()));
        var operators = await host.Operator();
        await operators.Post("tenants/demo/suspend", new { reason = "A test." }, 200);
        Assert.Equal("tenant.suspended", (await receiver.Next()).Type);
        await operators.Post("tenants/demo/resume", new { }, 200);
        Assert.Equal("tenant.resumed", (await receiver.Next()).Type);
        await admin.Patch("settings", new { name = "Demo" });
        await receiver.Next();
    }

    [Fact]
    public async Task A_webhook_is_checked_and_a_tenant_has_ten()
    {
        foreach (var bad in new object[]
        {
            new { }, new { url = "" }, new { url = "ftp://example.com" }, new { url = "http://example.com/" },
            new { url = "https://u:p@example.com/" },
            new { url = "https://example.com/#x" }, new { url = receiver.Origin, types = new[] { "user.creatd" } },
            new { url = receiver.Origin, types = new[] { "*" } },
            new { url = receiver.Origin, description = new string('x', 101) },
        })
            await admin.Send(HttpMethod.Post, "webhooks", bad).Fails(400, "invalid_field");
        Assert.Empty((await admin.Get("webhooks")).GetProperty("webhooks").EnumerateArray());
        for (var i = 0; i < Latchkey.Tenancy.Webhook.MaxPerTenant; i++) await Webhook();
        await admin.Send(HttpMethod.Post, "webhooks", new { url = receiver.Origin }).Fails(409, "too_many_webhooks");
        var listed = (await admin.Get("webhooks")).GetProperty("webhooks").EnumerateArray().First();
        Assert.False(listed.TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task A_change_costs_no_request_more_while_nobody_wants_to_hear_of_it()
    {
        var user = await NewUser();
        await admin.ChangeUser(user.Id, new { name = "One" });
        var before = await host.Trips(() => admin.ChangeUser(user.Id, new { name = "Two" }));
        await Webhook(["tenant.*"]);
        await admin.Get("webhooks");
        await host.Service<TenantStore>().Find("demo", default);
        Assert.Equal(before, await host.Trips(() => admin.ChangeUser(user.Id, new { name = "Three" })));
    }

    [Fact]
    public async Task An_event_that_was_never_tried_in_its_day_is_a_dead_letter()
    {
        var hook = await Webhook(["user.created"]);
        receiver.Status = 503;
        await NewUser();
        await receiver.Next();
        await NewUser(); // The webhook rests.
        await Settled(1);
        await Later(Delivery.Life + TimeSpan.FromMinutes(1));
        var first = (await host.Service<EventQueue>().Pending("demo", Id(hook), null, 10, default)).Single(one => one.Tries == 1);
        await host.Service<EventSender>().Send(first, default); // Fails, so the webhook rests again.
        await receiver.Next();
        await host.RunTimer("send-events");
        Assert.Empty(receiver.Received);
        Assert.Empty(await Deliveries(hook, "pending"));
        var dead = await Deliveries(hook, "dead");
        Assert.Equal([(0, "not tried in time"), (2, "503")], dead.Select(one =>
            (one.GetProperty("tries").GetInt32(), one.GetProperty("lastResult").GetString()!)).Order());
    }

    [Fact]
    public async Task An_event_that_a_receiver_refuses_does_not_hold_up_the_next()
    {
        await Webhook(["user.created"]);
        receiver.Status = 400;
        await NewUser();
        await receiver.Next();
        await Settled();
        await NewUser();
        await receiver.Next();
    }

    [Fact]
    public async Task A_run_of_the_timer_does_not_wait_for_a_slow_receiver()
    {
        var hook = await Webhook(["user.created"]);
        var gate = new TaskCompletionSource();
        receiver.Answer = _ => gate.Task;
        for (var users = 0; users < 4; users++) await NewUser();
        await receiver.Next();
        await receiver.Next(); // Two at once; two wait.
        await Eventually.True(async () => (await Deliveries(hook, "pending")).Count == 4);
        await Later(TimeSpan.FromMinutes(2));
        var timer = new EventTimer(host.Service<EventQueue>(), host.Service<EventSender>()) { MaxRunTime = TimeSpan.FromSeconds(1) };
        await timer.Run(new(), default).WaitAsync(TimeSpan.FromSeconds(10));
        gate.SetResult();
        await receiver.Next();
        await receiver.Next();
    }

    [Fact]
    public async Task A_test_is_sent_although_the_instance_has_not_heard_of_the_webhook_yet()
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!; // Into the cache of this instance.
        var storage = host.Service<StorageClients>();
        var outbox = host.Service<Outbox>();
        var other = new WebhookStore(storage, new TenantStore(
            storage, outbox, host.Service<ConnectionClosings>(), host.Service<Settings>(), host.Clock), outbox);
        var webhook = new Webhook
        {
            Id = Ids.NewBase32(),
            Url = receiver.Origin + "/hook",
            CreatedAt = host.Clock.Now,
            Secret = [],
        };
        await other.Add(tenant, webhook with
        {
            Secret = await host.Service<SecretEncryption>().Encrypt("demo", webhook.Purpose, new byte[32], default),
        }, default);
        await admin.Post($"webhooks/{webhook.Id}/test", new { }, 202);
        Assert.Equal("webhook.test", (await receiver.Next()).Type);
    }

    [Fact]
    public async Task A_secret_that_cannot_be_decrypted_is_a_failed_try()
    {
        var hook = await Webhook(["user.created"]);
        await host.Service<WebhookStore>().Change("demo", Id(hook), webhook => webhook with { Secret = [1, 2, 3] }, default);
        await Test(hook);
        await Eventually.True(async () => (await Deliveries(hook, "pending")) is [var one]
            && one.GetProperty("lastResult").GetString() == "no secret to sign with" && one.GetProperty("tries").GetInt32() == 1);
    }

    [Fact]
    public async Task The_version_before_takes_neither_webhooks_nor_events_for_roles_it_cannot_read_and_unknown_rows_are_ignored()
    {
        await Webhook(["tenant.*"]);
        var table = host.Service<StorageClients>().Tables.GetTableClient(TableNames.Tenants);
        var note = new EventNote("demo", "20260101", "x", TableNames.Tenants, "demo", host.Clock.Now);
        var row = (TableEntity)new PreparedEvents(note, []).Row.Entity;
        Assert.Equal(("event|x", ""), (row.GetString("Name"), row.GetString("Rights")));
        await foreach (var one in table.QueryAsync<TableEntity>(one => one.PartitionKey == "demo"))
            Assert.DoesNotContain("webhook", one.RowKey, StringComparison.Ordinal);
        await table.UpsertEntityAsync(new TableEntity("demo", "later|x"));
        var tenant = await host.Service<TenantStore>().FindNow("demo", default);
        await table.DeleteEntityAsync("demo", "later|x");
        Assert.Single(tenant!.Webhooks);
        Assert.All(tenant.Roles.Keys, name => Assert.DoesNotContain('|', name));
    }

    // An administrator's token lives for minutes.
    async Task Later(TimeSpan by)
    {
        host.Clock.Advance(by);
        admin = await host.Admin();
    }

    List<string> Mails() => [.. Directory.GetFiles(own.Mails, "*.txt").Select(File.ReadAllText)
        .Where(mail => mail.Contains("a webhook was switched off", StringComparison.Ordinal))];

    async Task Told(JsonElement hook, string reason)
    {
        var told = await receiver.Next();
        Assert.Equal(("/listening", "webhook.disabled", Id(hook), reason), (told.Path, told.Type, told.Of("webhookId"), told.Of("reason")));
    }

    async Task Disabled(JsonElement hook, string why)
    {
        await Eventually.True(async () => (await admin.Get($"webhooks/{Id(hook)}")).GetProperty("disabledBecause").GetString() == why);
        Assert.False((await admin.Get($"webhooks/{Id(hook)}")).GetProperty("enabled").GetBoolean());
    }

    async Task<List<JsonElement>> Deliveries(JsonElement hook, string state) =>
        [.. (await admin.Get($"webhooks/{Id(hook)}/deliveries?state={state}")).GetProperty("deliveries").EnumerateArray()];

    // Nothing is left that this instance would send at once.
    async Task Settled(int untried = 0)
    {
        var queue = host.Service<EventQueue>();
        await Eventually.True(async () =>
        {
            foreach (var webhook in (await admin.Get("webhooks")).GetProperty("webhooks").EnumerateArray())
            {
                if ((await queue.Pending("demo", Id(webhook), null, 100, default)).Count(one => one.Tries == 0) != untried) return false;
            }
            return true;
        });
    }

    Task<JsonElement> Webhook(string[]? types = null, string path = "/hook") =>
        admin.Post("webhooks", new { url = receiver.Origin + path, types = types ?? [] });

    Task<JsonElement> Test(JsonElement hook) => admin.Post($"webhooks/{Id(hook)}/test", new { }, 202);

    Task<UserAnswer> NewUser() => admin.AddUser(new NewUser($"u{Guid.CreateVersion7():n}"));

    static string Id(JsonElement hook) => hook.GetProperty("id").GetString()!;

    static string Secret(JsonElement hook) => hook.GetProperty("secret").GetString()!;
}
