using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's keys.</summary>
static class KeyCommands
{
    public static Command All() => CommandLine.Noun("key", "A tenant's keys",
        CommandLine.Verb("list", "List them, with the times when they sign and are published", async call =>
            Show(call, Keys(await call.Ask(HttpMethod.Get, "keys"))), []),
        CommandLine.Verb("rotate", "Make new ones; they begin to sign some minutes later", async call =>
        {
            var before = Ids(Keys(await call.Ask(HttpMethod.Get, "keys")));
            var after = Keys(await call.Ask(HttpMethod.Post, "keys/rotate", new { }));
            if (Ids(after).SetEquals(before))
                await call.Terminal.Error.WriteLineAsync(
                    "Nothing was done, because the keys of the last rotation have not begun to sign yet.");
            Show(call, after);
        }, []));

    static List<JsonNode?> Keys(JsonNode? answer) => [.. (answer!["keys"] as JsonArray ?? []).Select(key => key?.DeepClone())];

    static HashSet<string> Ids(IEnumerable<JsonNode?> keys) => [.. keys.Select(key => $"{key?["algorithm"]} {key?["kid"]}")];

    static void Show(Call call, List<JsonNode?> keys) =>
        call.Show(keys, "algorithm", "kid", "created", "signsFrom", "signsUntil", "publishedUntil");
}
