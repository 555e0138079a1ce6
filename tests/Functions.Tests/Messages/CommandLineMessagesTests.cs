using System.Text;
using System.Text.Json;
using Latchkey.Cli;

namespace Latchkey.Tests.Messages;

/// <summary>Messages on the command line: the rules, writing and reading.</summary>
public sealed class CommandLineMessagesTests(MessagesHost messages) : IClassFixture<MessagesHost>
{
    readonly TestHost host = messages.Host;

    [Fact]
    public async Task The_rules_are_set_and_a_user_writes_to_a_group_and_sees_what_arrives()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-messages").FullName;
        var topics = Parsed(await Ok(folder, "messages", "set", "--write-to", "all", "--allow-topic", "news:*:admin", "--json"));
        Assert.Equal(("all", true), (topics.GetProperty("writeTo").GetString(), topics.GetProperty("enabled").GetBoolean()));
        Assert.Equal("""[{"name":"news","subscribe":["*"],"publish":["admin"],"clients":["*"]}]""",
            topics.GetProperty("topics").GetRawText()
            .Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
        Assert.Contains("news", await Ok(folder, "messages", "show"), StringComparison.Ordinal);
        await SignIn(folder, "alice");
        await Ok(folder, "messages", "send", "Dinner is ready", "--group", "family", "--id", "dinner-1");
        await Ok(folder, "messages", "send", "Dinner is ready", "--group", "family", "--id", "dinner-1");
        await host.RunQueues();
        await SignIn(folder, "bob");
        Assert.Equal(2, (await Ok(folder, "messages", "watch", "--once")).Split("Dinner is ready").Length);
        Assert.Equal(1, (await Run(folder, "messages", "send", "nobody's")).Code);
        await Eventually.Gone(folder);
    }

    [Fact]
    public async Task Watching_hears_by_MQTT_and_reads_what_it_missed_when_the_broker_was_away()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-watching").FullName;
        await (await host.Admin()).Patch("messages", new { writeTo = "all" });
        var (alice, watcher) = (await messages.As("alice"), await messages.New("watcher"));
        await alice.Send(new { user = watcher.Id }, "before");
        await SignIn(folder, "watcher");
        using var stop = new CancellationTokenSource();
        var printed = new StringBuilder();
        await using var output = TextWriter.Synchronized(new StringWriter(printed));
        var watching = CommandLine.Run(["messages", "watch", "-t", "demo"], Terminal(folder, output), stop.Token);
        await Printed("before");
        var reads = Reads();
        await alice.Send(new { user = watcher.Id }, "heard");
        await Printed("heard");
        Assert.Equal(reads, Reads()); // It was told, and did not ask.
        await messages.WithoutBroker(() => alice.Send(new { user = watcher.Id }, "in the dark"));
        await Printed("in the dark");
        await stop.CancelAsync();
        await watching;
        foreach (var text in (string[])["before", "heard", "in the dark"]) Assert.Equal(2, Text().Split(text).Length); // Once each.
        await Eventually.Gone(folder);

        string Text()
        {
            lock (output) return printed.ToString();
        }

        int Reads() => messages.Broker.Calls.Count(call => call.Contains("generateToken", StringComparison.Ordinal));

        Task Printed(string text) => Eventually.True(() => Text().Contains(text, StringComparison.Ordinal));
    }

    // As `latchkey login --scope messages` leaves it.
    async Task SignIn(string folder, string user)
    {
        var tokens = await host.Tokens("demo", user, "messages offline_access");
        await File.WriteAllTextAsync(Path.Combine(folder, "tokens.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            [$"{host.Origin}/demo"] = new
            {
                tokens.RefreshToken,
                tokens.AccessToken,
                ExpiresAt = host.Clock.Now.AddMinutes(5),
                Client = "first-party"
            },
        }));
    }

    async Task<string> Ok(string folder, params string[] args)
    {
        var (code, output, error) = await Run(folder, args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: {code} {error}");
        return output;
    }

    async Task<(int Code, string Output, string Error)> Run(string folder, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.Run([.. args, "-t", "demo"], Terminal(folder, output, error));
        return (code, output.ToString(), error.ToString());
    }

    Terminal Terminal(string folder, TextWriter output, TextWriter? error = null)
    {
        var isSignedIn = File.Exists(Path.Combine(folder, "tokens.json"));
        return new(new StringReader(""), output, error ?? output, name => name switch
        {
            "LATCHKEY_ORIGIN" => host.Origin,
            "LATCHKEY_HOME" => folder,
            "LATCHKEY_CLIENT_ID" when !isSignedIn => "service",
            "LATCHKEY_CLIENT_SECRET" when !isSignedIn => TestHostCallers.ServiceSecret,
            _ => null,
        })
        { Clock = host.Clock };
    }

    static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement;
}
