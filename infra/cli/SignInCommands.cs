using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>Who is at the terminal.</summary>
static class SignInCommands
{
    static readonly Argument<string> UserName = new("USER") { Description = "The user's name" };
    static readonly Option<string> Client = new("--client") { Description = "The app to sign in with; it needs the password grant", DefaultValueFactory = _ => "cli" };

    public static IEnumerable<Command> All(Terminal terminal) =>
    [
        CommandLine.Verb(terminal, "bootstrap", "Make the first operator; asks for the deployment's one-time secret (LATCHKEY_OPERATOR_SECRET) and a password", async call =>
        {
            var secret = terminal.Variable("LATCHKEY_OPERATOR_SECRET") ?? terminal.Secret("The deployment's secret");
            var password = terminal.Secret("New password");
            call.Show(await call.Connection.Bootstrap(new { secret, userName = call.Get(UserName), password }));
        }, [UserName], ofOperators: true),
        CommandLine.Verb(terminal, "login", "Sign in as an operator, or as --tenant's user, and keep it in a file of yours", async call =>
        {
            await call.Connection.Login(call.Tenant, call.Get(Client)!, call.Get(UserName), terminal.Secret("Password"));
            call.Done($"Signed in to tenant {call.Tenant}.");
        }, [UserName, Client], otherwise: Connection.Operator),
        CommandLine.Verb(terminal, "logout", "End the sign-in", async call =>
        {
            await call.Connection.Logout(call.Tenant, call.Get(Client)!);
            call.Done("Signed out.");
        }, [Client], otherwise: Connection.Operator),
    ];
}
