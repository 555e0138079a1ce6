using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>A tenant's sessions.</summary>
static class SessionCommands
{
    static readonly Argument<string?> Id = new("SESSION") { Description = "The session's id", Arity = ArgumentArity.ZeroOrOne };
    static readonly Option<string?> User = new("--user") { Description = "All sessions of a user; name or id" };
    static readonly Option<string?> Client = new("--client") { Description = "All sessions of a client" };
    static readonly Option<bool> Everything = new("--all") { Description = "All sessions of the tenant" };

    public static Command All() => CommandLine.Noun("session", "A tenant's sessions",
        CommandLine.Verb("list", "List them", async call =>
        {
            var query = "";
            if (call.Get(User) is { } user) query += $"&user={Uri.EscapeDataString(await UserCommands.IdOf(call, user))}";
            if (call.Get(Client) is { } client) query += $"&client={Uri.EscapeDataString(client)}";
            call.Show(await call.Connection.All(call.Tenant, $"sessions?{query.TrimStart('&')}", "sessions", int.MaxValue),
                "id", "userName", "client", "status", "createdAt", "lastUsedAt");
        }, [User, Client]),
        CommandLine.Verb("revoke", "End one session, or those of a user, a client or the tenant", async call =>
        {
            if (call.Typed.GetValue(Id) is null
                && call.Get(Everything)) call.Confirm($"This ends all sessions of tenant {call.Tenant}, yours too if it is one of them.");
            if (call.Typed.GetValue(Id) is { } id) await call.Ask(HttpMethod.Delete, $"sessions/{Uri.EscapeDataString(id)}");
            else await call.Ask(HttpMethod.Post, "sessions/revoke", await Selected(call));
            call.Done("The sessions are ended.");
        }, [Id, User, Client, Everything, CommandLine.Yes]));

    static async Task<object> Selected(Call call) =>
        call.Get(User) is { } user ? new { user = await UserCommands.IdOf(call, user) }
        : call.Get(Client) is { } client ? new { client }
        : call.Get(Everything) ? new { all = true }
        : throw new Failure("No session given: name one, or use --user, --client or --all.", code: 2);
}
