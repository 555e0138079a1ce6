using Latchkey.Broker;
using Latchkey.Messages;
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

    Task Deliver(string id) => ActivatorUtilities.CreateInstance<GroupQueue>(host.Service<IServiceProvider>())
        .Run($$"""{"v":1,"tenant":"demo","id":"{{id}}"}""", default);
}
