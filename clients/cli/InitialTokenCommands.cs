using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>Initial access tokens, with which developers register apps. A token is printed once.</summary>
static class InitialTokenCommands
{
    static readonly Argument<string> Id = new("TOKEN-ID") { Description = "The token's id, not the token" };
    static readonly Option<int> Uses = new("--uses") { Description = "How many apps it can register", DefaultValueFactory = _ => 1 };
    static readonly Option<int> Days = new("--days") { Description = "How many days it is valid", DefaultValueFactory = _ => 7 };

    public static Command All() => CommandLine.Noun("initial-token", "Tokens with which developers register apps",
        CommandLine.Verb("list", "List those that can be used", async call =>
            call.Show(
                ((await call.Ask(HttpMethod.Get, "initial-tokens"))!["tokens"] as JsonArray ?? []).Select(token => token?.DeepClone()),
                "id", "usesLeft", "createdAt", "expiresAt"), []),
        CommandLine.Verb("create", "Create one and print it", async call =>
            call.Show(await call.Ask(HttpMethod.Post, "initial-tokens", new { uses = call.Get(Uses), days = call.Get(Days) })),
            [Uses, Days]),
        CommandLine.Verb("revoke", "Revoke one", async call =>
        {
            await call.Ask(HttpMethod.Delete, $"initial-tokens/{Uri.EscapeDataString(call.Get(Id))}");
            call.Done("The token is revoked.");
        }, [Id]));
}
