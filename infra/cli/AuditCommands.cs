using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>A tenant's audit.</summary>
static class AuditCommands
{
    static readonly Option<string?> From = new("--from") { Description = "Not before, such as 2026-11-22T08:00:00Z; a week ago unless said" };
    static readonly Option<string?> To = new("--to") { Description = "Not after; now unless said" };
    static readonly Option<string?> User = new("--user") { Description = "What this user did, or what was done to them; by name or id" };
    static readonly Option<string?> Type = new("--type") { Description = "A kind of act, such as sign-in" };
    static readonly Option<int> Limit = new("--limit", "-n") { Description = "How many", DefaultValueFactory = _ => 50 };
    static readonly Option<string?> Out = new("--out", "-o") { Description = "The file to write; else the standard output" };

    public static Command All(Terminal terminal) => CommandLine.Noun("audit", "Who did what to what",
        CommandLine.Verb(terminal, "list", "The newest first", async call => call.Show(
            (await call.Connection.All(call.Tenant, $"audit?{await Query(call)}", "entries", call.Get(Limit))).Take(call.Get(Limit)),
            "at", "type", "result", "actor", "client", "target", "address", "detail"), [From, To, User, Type, Limit]),
        CommandLine.Verb(terminal, "export", "All of it as JSON lines", async call =>
        {
            await using var file = call.Get(Out) is { } path ? new StreamWriter(path) : null;
            var end = await call.Connection.Copy(call.Tenant, $"audit/export?{await Query(call)}", file ?? terminal.Output);
            if (file is not null) call.Show(end);
        }, [From, To, User, Type, Out]));

    static async Task<string> Query(Call call)
    {
        var parts = new List<string>();
        if (call.Get(From) is { } from) parts.Add($"from={Uri.EscapeDataString(from)}");
        if (call.Get(To) is { } to) parts.Add($"to={Uri.EscapeDataString(to)}");
        if (call.Get(User) is { } user) parts.Add($"user={Uri.EscapeDataString(await UserCommands.IdOf(call, user))}");
        if (call.Get(Type) is { } type) parts.Add($"type={Uri.EscapeDataString(type)}");
        return string.Join('&', parts);
    }
}
