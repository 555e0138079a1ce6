using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's roles and what they may do.</summary>
static class RoleCommands
{
    static readonly Argument<string> Role = new("ROLE") { Description = "The role's name" };
    static readonly Option<string[]> Rights =
        new("--right")
        {
            Description = "What it may do: files.read, files.write, files.share, admin",
            Required = true,
            AllowMultipleArgumentsPerToken = true
        };

    public static Command All() => CommandLine.Noun("role", "A tenant's roles",
        CommandLine.Verb("list", "List them", async call =>
            call.Show(((await call.Ask(HttpMethod.Get, "roles"))!["roles"] as JsonArray ?? []).Select(role => role?.DeepClone()), "name",
                "rights"), []),
        CommandLine.Verb("set", "Create one, or set what it may do", async call =>
            call.Show(await call.Ask(HttpMethod.Put, $"roles/{Uri.EscapeDataString(call.Get(Role))}", new { rights = call.Get(Rights) })),
            [Role, Rights]),
        CommandLine.Verb("delete", "Delete one", async call =>
        {
            await call.Ask(HttpMethod.Delete, $"roles/{Uri.EscapeDataString(call.Get(Role))}");
            call.Done("The role is deleted.");
        }, [Role]));
}
