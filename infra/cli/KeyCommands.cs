using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's keys.</summary>
static class KeyCommands
{
    public static Command All(Terminal terminal) => CommandLine.Noun("key", "A tenant's keys",
        CommandLine.Verb(terminal, "list", "List them: which sign, which are published", async call => Show(call, await call.Ask(HttpMethod.Get, "keys")), []),
        CommandLine.Verb(terminal, "rotate", "Make new ones; they sign some minutes later", async call => Show(call, await call.Ask(HttpMethod.Post, "keys/rotate", new { })), []));

    static void Show(Call call, JsonNode? answer) => call.Show((answer!["keys"] as JsonArray ?? []).Select(key => key?.DeepClone()),
        "algorithm", "kid", "created", "signsFrom", "signsUntil", "publishedUntil");
}
