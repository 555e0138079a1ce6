using Latchkey.OAuth;
using Latchkey.Storage;

namespace Latchkey.Tests.Messages;

/// <summary>Where there are no messages, there is nothing of them.</summary>
public sealed class MessagesOffTests(DemoHost demo) : IClassFixture<DemoHost>
{
    [Fact]
    public async Task Without_a_service_for_messages_every_request_is_a_404_with_a_code_and_nothing_waits_anywhere()
    {
        var (host, token) = (demo.Host, (await demo.Host.Tokens("demo", "alice", "messages")).AccessToken);
        var count = 0;
        foreach (var function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)
            .Where(one => one.Method.DeclaringType!.Namespace == "Latchkey.Messages"))
        {
            var path = "/" + function.Route.Replace("{tenant}", "demo", StringComparison.Ordinal)
                .Replace("{userId}", "x", StringComparison.Ordinal).Replace("{device}", "x", StringComparison.Ordinal);
            foreach (var method in function.Methods.Where(method => method is not ("head" or "options")))
            {
                await host.Send(new HttpMethod(method.ToUpperInvariant()), path, token, method == "get" ? null : new { })
                    .Fails(404, "messages_off");
                count++;
            }
        }
        Assert.Equal(11, count);
        var admin = await host.Admin();
        Assert.False((await admin.Patch("messages", new { enabled = true })).GetProperty("available").GetBoolean());
        await host.Send(HttpMethod.Get, "/demo/messages", token).Fails(404, "messages_off");
        await admin.Do(HttpMethod.Delete, $"groups/family/members/{await host.UserId("bob")}");
        await foreach (var queue in host.Service<StorageClients>().Queues.GetQueuesAsync())
            Assert.DoesNotContain("message", queue.Name, StringComparison.Ordinal);
    }
}
