using System.CommandLine;
using System.CommandLine.Help;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A command that is running: what was typed, and the deployment that it talks to.</summary>
sealed record Call(ParseResult Typed, Terminal Terminal, Connection Connection, string Tenant, bool AsJson)
{
    public T? Get<T>(Option<T> option) => Typed.GetValue(option);

    public T Get<T>(Argument<T> argument) => Typed.GetRequiredValue(argument);

    /// <summary>A request to the administration of the tenant that was named; one to its files, if the path begins with a slash.</summary>
    public Task<JsonNode?> Ask(HttpMethod method, string path, object? body = null) => Connection.Ask(method, Tenant, path, body);

    /// <summary>Deletes something that may take more than one request: 202 says that there is more.</summary>
    public async Task DeleteAll(string path, object? body = null)
    {
        while (await Ask(HttpMethod.Delete, path, body) is not null) await Terminal.Error.WriteLineAsync("Not finished yet; continuing.");
    }

    /// <summary>Asks before something that can't be undone, unless <c>--yes</c> was given.</summary>
    public void Confirm(string what)
    {
        if (!Get(CommandLine.Yes)) Terminal.Confirm(what);
    }

    /// <summary>Prints one thing.</summary>
    public void Show(JsonNode? item)
    {
        if (AsJson) Terminal.Json(item);
        else Terminal.Fields(item);
    }

    /// <summary>Prints a list.</summary>
    public void Show(IEnumerable<JsonNode?> items, params string[] columns)
    {
        if (AsJson) Terminal.Json(new JsonArray([.. items]));
        else Terminal.Rows(items, columns);
    }

    /// <summary>Says that it is done.</summary>
    public void Done(string what)
    {
        if (AsJson) Terminal.Json(new JsonObject { ["done"] = true });
        else Terminal.Output.WriteLine(what);
    }
}

/// <summary>The command line: a noun, a verb, and what they need. Everything goes over HTTP to a deployment.</summary>
static class CommandLine
{
    static readonly Option<string?> Origin =
        new("--origin") { Description = "The deployment, such as https://login.example.com; default: LATCHKEY_ORIGIN", Recursive = true };
    static readonly Option<string?> Tenant =
        new("--tenant", "-t") { Description = "The tenant; default: LATCHKEY_TENANT", Recursive = true };
    static readonly Option<bool> Json = new("--json") { Description = "Print JSON, for programs", Recursive = true };

    /// <summary>For scripts: what can't be undone is done without a question.</summary>
    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask for confirmation; for scripts" };

    // Built once, as the options are.
    static readonly Lazy<Command> Root = new(Build);

    /// <summary>Runs a command, until it is done or told to stop; 0, 1 if it was refused, 2 if it was not understood.</summary>
    public static async Task<int> Run(IReadOnlyList<string> args, Terminal terminal, CancellationToken stop = default)
    {
        // `dotnet dev.cs` keeps --help for itself, so the word `help` works too.
        var parsed = Root.Value.Parse(args is ["help", ..] ? [.. args.Skip(1), "--help"] : args);
        // After a mistake the parser prints help, which must not go into a pipe.
        var output = parsed.Errors.Count > 0 ? terminal.Error : terminal.Output;
        var configuration = new AtTerminal(terminal) { Output = output, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        try
        {
            var code = await parsed.InvokeAsync(configuration, stop);
            return parsed.Errors.Count > 0 ? 2 : code;
        }
        catch (Failure failure)
        {
            await terminal.Error.WriteLineAsync(failure.Message);
            return failure.Code;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync(fault.Message);
            return 1;
        }
        catch (Exception odd) when (odd is HttpRequestException or JsonException)
        {
            await terminal.Error.WriteLineAsync($"The answer is not from Latchkey, or broke off: {odd.Message}");
            return 1;
        }
    }

    /// <summary>A verb of a noun.</summary>
    /// <param name="name">The word.</param>
    /// <param name="what">What it does.</param>
    /// <param name="run">Does it.</param>
    /// <param name="symbols">Its arguments and options.</param>
    /// <param name="ofOperators">It is about the deployment, not about the tenant that --tenant names.</param>
    /// <param name="otherwise">The tenant if none is named.</param>
    public static Command Verb(string name, string what, Func<Call, Task> run, IEnumerable<Symbol> symbols,
        bool ofOperators = false, string? otherwise = null)
    {
        var command = new Command(name, what);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }
        command.SetAction(async (typed, cancel) =>
        {
            var terminal = ((AtTerminal)typed.InvocationConfiguration).Terminal;
            var origin = typed.GetValue(Origin) ?? terminal.Variable("LATCHKEY_ORIGIN")
                ?? throw new Failure("No deployment given: use --origin or set LATCHKEY_ORIGIN.");
            var tenant = ofOperators ? Connection.Operator : typed.GetValue(Tenant) ?? terminal.Variable("LATCHKEY_TENANT")
                ?? otherwise ?? throw new Failure("No tenant given: use --tenant or set LATCHKEY_TENANT.");
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http")
                || (uri.Scheme == "http" && !uri.IsLoopback))
                throw new Failure("The origin must be https, or http on this machine, because secrets are sent there.");
            await run(
                new Call(typed, terminal, new Connection(terminal, uri.GetLeftPart(UriPartial.Authority), cancel), tenant,
                    typed.GetValue(Json)));
            return 0;
        });
        return command;
    }

    static Command Build()
    {
        // No RootCommand: that one calls itself by the file that it is in, and the tool's name is another.
        var root = new Command("latchkey", "Administers a Latchkey deployment.") { Origin, Tenant, Json, new HelpOption(),
            new VersionOption() };
        foreach (var noun in Nouns()) root.Add(noun);
        foreach (var command in Completion.All(root)) root.Add(command);
        return root;
    }

    static IEnumerable<Command> Nouns() =>
    [
        .. SignInCommands.All(), TenantCommands.All(), SettingsCommands.All(), UserCommands.All(),
        AccountCommands.All(), InvitationCommands.All(), GroupCommands.All(), RoleCommands.All(),
        ApiCommands.All(), ClaimCommands.All(),
        ProviderCommands.All(),
        AuthorityCommands.All(),
        ClientCommands.All(), SessionCommands.All(), KeyCommands.All(),
        InitialTokenCommands.All(), ScimTokenCommands.All(), WebhookCommands.All(), MessageCommands.All(),
        AuditCommands.All(), LinkCommands.All(), FileRequestCommands.All(),
    ];

    /// <summary>An option that takes several values, behind one name or behind several.</summary>
    public static Option<string[]> Many(string name, string what) =>
        new(name) { Description = what, AllowMultipleArgumentsPerToken = true };

    /// <summary>A noun and its verbs.</summary>
    public static Command Noun(string name, string what, params IEnumerable<Command> verbs)
    {
        var noun = new Command(name, what);
        foreach (var verb in verbs) noun.Add(verb);
        return noun;
    }

    // How a command's action gets to the terminal of this run.
    sealed class AtTerminal(Terminal terminal) : InvocationConfiguration
    {
        public Terminal Terminal => terminal;
    }
}
