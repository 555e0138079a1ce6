using System.Text.Json;
using Latchkey.Broker;
using Latchkey.Events;
using Latchkey.Messages;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Messages;

/// <summary>The process dies at each request to storage while it sends: a message that was accepted arrives, and arrives once.</summary>
public sealed class MessageCrashTests : OnCuttableStorage
{
    readonly int port = Azurite.FreePort();

    private protected override Dictionary<string, string?> Settings =>
        new() { ["Latchkey:Messages:Endpoint"] = $"http://127.0.0.1:{port}" };

    [Fact]
    public async Task A_group_gets_each_message_once_wherever_the_process_dies()
    {
        await using var broker = await PubSubBroker.Start(port);
        var (alice, bob) = (await Correspondent.Of(host, "alice"), await Correspondent.Of(host, "bob"));
        await alice.Send(new { group = "family" }, "first");
        await host.RunQueues();
        foreach (var (answerLost, whileSending) in ((bool, bool)[])[(false, true), (true, true), (false, false), (true, false)])
        {
            for (var (passing, wasCut) = (0, true); wasCut; passing++)
            {
                host.Clock.Advance(TimeSpan.FromSeconds(10)); // How many may be sent in a minute is not the point.
                var name = $"{answerLost}-{whileSending}-{passing}";
                if (whileSending) storage.CutAfterWrites(passing, answerLost);
                var sent = await alice.TrySend(new { group = "family" }, name, name);
                if (whileSending) wasCut = storage.Mend();
                var id = (int)sent.StatusCode == 202 ? (await sent.Json(202)).GetProperty("id").GetString()!
                    : await alice.Send(new { group = "family" }, name, name); // Nobody said that it was sent.
                if (!whileSending)
                {
                    storage.CutAfterWrites(passing, answerLost);
                    await Record.ExceptionAsync(() => Deliver(id));
                    wasCut = storage.Mend();
                    await Deliver(id); // The queue brings it back.
                }
                await host.RunQueues();
                Assert.Single(await bob.Bodies(limit: 200), name);
            }
        }
        Assert.Equal((await bob.Bodies(limit: 200)).Distinct().Count(), (await bob.Bodies(limit: 200)).Count);
    }

    [Fact]
    public async Task Each_of_many_has_an_event_once_wherever_the_process_dies()
    {
        await using var broker = await PubSubBroker.Start(port);
        await (await host.Admin()).Patch("messages", new { events = true });
        var (alice, bob, carol) = (await Correspondent.Of(host, "alice"), await Correspondent.Of(host, "bob"),
            await Correspondent.Of(host, "admin"));
        var files = await host.As("alice");
        var file = await files.Upload([1], "shared", space: "group:family");
        await files.Send(HttpMethod.Post, $"/{file}/shares", new { with = new { user = carol.Id }, access = "read" }).Is(201);
        host.Service<GroupMessages>().TurnTime = TimeSpan.Zero; // A turn for each recipient.
        foreach (var answerLost in (bool[])[false, true])
        {
            for (var (passing, wasCut) = (0, true); wasCut; passing++)
            {
                var note = $"{answerLost}-{passing}";
                var data = new
                {
                    fileId = file,
                    ownerKind = "group",
                    ownerId = "family",
                    changedByKind = "client",
                    changedById = "service",
                    note,
                };
                var sent = new StoredEvent($"evt_{Ids.New()}", EventTypes.FileChanged, host.Clock.Now, "",
                    JsonSerializer.SerializeToElement(data));
                async Task Try()
                {
                    await host.Service<InboxDelivery>()(Delivery.New("demo", Delivery.Inboxes, sent, host.Clock.Now), default);
                    await host.RunQueues();
                }
                storage.CutAfterWrites(passing, answerLost);
                await Record.ExceptionAsync(Try);
                wasCut = storage.Mend();
                await Try(); // Its row in the outbox is still there.
                foreach (var one in new[] { alice, bob, carol })
                    Assert.Single(await one.Bodies(limit: 200), body => body.Contains($"\"{note}\"", StringComparison.Ordinal));
            }
        }
    }

    Task Deliver(string id) => ActivatorUtilities.CreateInstance<GroupQueue>(host.Service<IServiceProvider>())
        .Run($$"""{"v":1,"tenant":"demo","id":"{{id}}"}""", default);
}
