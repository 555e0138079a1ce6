using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>The deployment's tenants; for operators.</summary>
static class TenantCommands
{
    static readonly Argument<string> Id = new("TENANT") { Description = "The tenant's id: a-z, 0-9 and hyphens" };
    static readonly Option<string?> Name = new("--name") { Description = "The name that people read" };
    static readonly Option<string[]> Origins = new("--allow-origin") { Description = "A web origin for CORS; all of them, each time", AllowMultipleArgumentsPerToken = true };
    static readonly Option<string?> Color = new("--color") { Description = "The colour of its buttons, such as #1a2b3c; empty for ours" };
    static readonly Option<string?> Logo = new("--logo") { Description = "An https address of its logo; empty for none" };
    static readonly Option<string?> Domain = new("--domain") { Description = "Its own domain, which becomes its issuer's; empty for none" };
    static readonly Option<bool?> Open = new("--open-registration") { Description = "Anybody may register an app" };
    static readonly Option<string> Reason = new("--reason") { Description = "What its users and apps are told", Required = true };
    static readonly Option<string?> Out = new("--out", "-o") { Description = "The file to write; else the standard output" };
    static readonly Option<string> Confirm = new("--confirm") { Description = "The value that the newest export of the suspended tenant ended with", Required = true };

    public static Command All(Terminal terminal)
    {
        Command Verb(string name, string what, Func<Call, Task> run, params Symbol[] symbols) =>
            CommandLine.Verb(terminal, name, what, run, symbols, ofOperators: true);
        return CommandLine.Noun("tenant", "The deployment's tenants",
        Verb("list", "List them", async call => call.Show(await call.Connection.All(Connection.Operator, "tenants", "tenants", int.MaxValue), "id", "name", "status", "issuer", "createdAt")),
        Verb("create", "Make one; it works at once", async call => call.Show(await call.Ask(HttpMethod.Post, "tenants", new { id = call.Get(Id), name = call.Get(Name) ?? call.Get(Id) })), Id, Name),
        Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, $"tenants/{call.Get(Id)}")), Id),
        Verb("set", "Change settings, branding or domain", async call =>
        {
            var body = new Dictionary<string, object?>();
            if (call.Get(Name) is { } name) body["name"] = name;
            if (call.Get(Origins) is { Length: > 0 } origins) body["origins"] = origins;
            if (call.Get(Color) is { } color) body["color"] = color;
            if (call.Get(Logo) is { } logo) body["logoUri"] = logo;
            if (call.Get(Domain) is { } domain) body["domain"] = domain;
            if (call.Get(Open) is { } open) body["openRegistration"] = open;
            call.Show(await call.Ask(HttpMethod.Patch, $"tenants/{call.Get(Id)}", body));
        }, Id, Name, Origins, Color, Logo, Domain, Open),
        Verb("suspend", "Answer all its requests with 403 and the reason", async call =>
            call.Show(await call.Ask(HttpMethod.Post, $"tenants/{call.Get(Id)}/suspend", new { reason = call.Get(Reason) })), Id, Reason),
        Verb("resume", "Let it work again", async call => call.Show(await call.Ask(HttpMethod.Post, $"tenants/{call.Get(Id)}/resume", new { })), Id),
        Verb("export", "All its data but secrets, as JSON lines", async call =>
        {
            await using var file = call.Get(Out) is { } path ? new StreamWriter(path) : null;
            var end = await call.Connection.Copy(Connection.Operator, $"tenants/{call.Get(Id)}/export", file ?? terminal.Output);
            if (file is not null) call.Show(end);
        }, Id, Out),
        Verb("delete", "Delete a suspended and exported tenant with everything that is its own", async call =>
        {
            while (await call.Ask(HttpMethod.Delete, $"tenants/{call.Get(Id)}", new { confirm = call.Get(Confirm) }) is not null)
                await terminal.Error.WriteLineAsync("There is more; going on.");
            call.Done($"Tenant {call.Get(Id)} is gone.");
        }, Id, Confirm));
    }
}
