using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>Who is at the terminal, and whether the deployment is well.</summary>
static class SignInCommands
{
    static readonly Argument<string> UserName = new("USER") { Description = "The new operator's name" };
    static readonly Option<string> Client =
        new("--client") { Description = "The app to sign in with", DefaultValueFactory = _ => Connection.Client };
    static readonly Option<bool> Device = new("--device") { Description = "Sign in with a browser on another device" };

    static readonly Option<string[]> Scope =
        CommandLine.Many("--scope", "What to ask for, such as messages; what the client gets by itself if left out");

    public static IEnumerable<Command> All() =>
    [
        CommandLine.Verb("bootstrap",
            "Create the first operator; asks for the deployment's one-time secret (or LATCHKEY_OPERATOR_SECRET) and a password",
            async call =>
        {
            var secret = call.Terminal.Variable("LATCHKEY_OPERATOR_SECRET") ?? call.Terminal.Secret("The deployment's secret");
            var password = call.Terminal.Secret("New password");
            call.Show(await call.Connection.Bootstrap(new { secret, userName = call.Get(UserName), password }));
        }, [UserName], ofOperators: true),
        CommandLine.Verb("login",
            "Sign in with the browser, as an operator or as a user of --tenant; the sign-in is kept in a file that only you can read",
            async call =>
        {
            await call.Connection.Login(call.Tenant, call.Get(Client)!, call.Get(Device), call.Get(Scope) ?? []);
            call.Done($"Signed in to tenant {call.Tenant}.");
        }, [Client, Device, Scope], otherwise: Connection.Operator),
        CommandLine.Verb("logout", "End the sign-in", async call =>
        {
            await call.Connection.Logout(call.Tenant);
            call.Done("Signed out.");
        }, [], otherwise: Connection.Operator),
        CommandLine.Verb("whoami", "Show who is signed in and what they may do", async call =>
            call.Show(await call.Connection.WhoAmI(call.Tenant)), [], otherwise: Connection.Operator),
        CommandLine.Verb("health", "Show whether the deployment is ready; exit code 1 if it is not", async call =>
            call.Show(await call.Connection.Public("health/ready")), [], ofOperators: true),
    ];
}
