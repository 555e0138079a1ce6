using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>A tenant's sessions.</summary>
static class SessionCommands
{
    static readonly Argument<string?> Id = new("SESSION") { Description = "The session's id", Arity = ArgumentArity.ZeroOrOne };
    static readonly Option<string?> User = new("--user") { Description = "A user, by name or id" };
    static readonly Option<string?> Client = new("--client") { Description = "A client" };
    static readonly Option<bool> Everything = new("--all") { Description = "All of the tenant's" };

    public static Command All(Terminal terminal) => CommandLine.Noun("session", "A tenant's sessions",
        CommandLine.Verb(terminal, "list", "List them", async call =>
        {
            var query = "";
            if (call.Get(User) is { } user) query += $"&user={Uri.EscapeDataString(await UserCommands.IdOf(call, user))}";
            if (call.Get(Client) is { } client) query += $"&client={Uri.EscapeDataString(client)}";
            call.Show(await call.Connection.All(call.Tenant, $"sessions?{query.TrimStart('&')}", "sessions", int.MaxValue),
                "id", "userName", "client", "status", "createdAt", "lastUsedAt");
        }, [User, Client]),
        CommandLine.Verb(terminal, "revoke", "End one, a user's, a client's, or all", async call =>
        {
            if (call.Typed.GetValue(Id) is null && call.Get(Everything)) call.Confirm($"All sessions of tenant {call.Tenant} end, yours too if it is there.");
            if (call.Typed.GetValue(Id) is { } id) await call.Ask(HttpMethod.Delete, $"sessions/{Uri.EscapeDataString(id)}");
            else await call.Ask(HttpMethod.Post, "sessions/revoke", await Whose(call));
            call.Done("Ended.");
        }, [Id, User, Client, Everything, CommandLine.Yes]));

    static async Task<object> Whose(Call call) =>
        call.Get(User) is { } user ? new { user = await UserCommands.IdOf(call, user) }
        : call.Get(Client) is { } client ? new { client }
        : call.Get(Everything) ? new { all = true }
        : throw new Failure("Which? Name a session, or say --user, --client or --all.", code: 2);
}
