using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's own APIs, which apps name by <c>resource</c> (RFC 8707).</summary>
static class ApiCommands
{
    static readonly Argument<string> Id = new("API") { Description = "The API's id or its identifier" };
    static readonly Argument<string> Identifier =
        new("IDENTIFIER") { Description = "A URI without a fragment: the audience of its tokens" };
    static readonly Option<string?> Name = new("--name") { Description = "The name that people read" };
    static readonly Option<string[]> Scope =
        CommandLine.Many("--scope", "name=what it allows, such as tasks.read=\"See your tasks\"; replaces the list");
    static readonly Option<string[]> Clients = CommandLine.Many("--client", "A client that may ask for it; '*' for all; replaces the list");
    static readonly Option<int?> Lifetime = new("--token-lifetime")
    {
        Description = "How long its tokens live at most; in seconds, or such as 5min; 0 leaves it to the client",
        CustomParser = Times.ParseSeconds,
    };

    static readonly Option<string[]> Acting =
        CommandLine.Many("--acting-client", "A client that is this API, and may exchange its tokens; '-' for none; replaces the list");
    static readonly Option<string[]> Exchange = CommandLine.Many("--exchange-from",
        "A rule: API,SCOPE,GIVES…, such as https://tasks.example.com/,tasks.read,notes.read: another API, the scope that its token "
        + "must have or '*', and the scopes of this API that it is exchanged for; '-' for no rules; replaces the list");
    static readonly Option<string[]> Impersonators =
        CommandLine.Many("--impersonator",
            "A client that its exchanged tokens do not name as actor; '-' for none; operators only; replaces the list");

    static readonly Option[] Fields = [Name, Scope, Clients, Lifetime, Acting, Exchange, Impersonators];

    public static Command All() => CommandLine.Noun("api", "The tenant's own APIs",
        CommandLine.Verb("list", "List them", async call =>
            call.Show((await Every(call)).Select(each => each?.DeepClone()),
                "id", "identifier", "name", "clients", "accessTokenSeconds"), []),
        CommandLine.Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, await Path(call))), [Id]),
        CommandLine.Verb("create", "Register one", async call =>
        {
            var body = await Body(call);
            body["identifier"] = call.Get(Identifier);
            call.Show(await call.Ask(HttpMethod.Post, "apis", body));
        }, [Identifier, .. Fields]),
        CommandLine.Verb("set", "Change one", async call =>
            call.Show(await call.Ask(HttpMethod.Patch, await Path(call), await Body(call))), [Id, .. Fields]),
        CommandLine.Verb("delete", "Delete one; nobody gets a token for it any more", async call =>
        {
            await call.Ask(HttpMethod.Delete, await Path(call));
            call.Done("The API is deleted.");
        }, [Id]));

    static async Task<Dictionary<string, object?>> Body(Call call)
    {
        var body = new Dictionary<string, object?>();
        if (call.Get(Name) is { } name) body["name"] = name;
        if (call.Get(Scope) is { Length: > 0 } scopes) body["scopes"] = scopes.Select(Described).ToArray();
        if (call.Get(Clients) is { Length: > 0 } clients) body["clients"] = clients;
        if (call.Get(Lifetime) is { } lifetime) body["accessTokenSeconds"] = lifetime;
        if (call.Get(Acting) is { Length: > 0 } acting) body["actingClients"] = Listed(acting);
        if (call.Get(Impersonators) is { Length: > 0 } impersonators) body["impersonators"] = Listed(impersonators);
        if (call.Get(Exchange) is { Length: > 0 } rules)
        {
            var apis = await Every(call);
            body["exchangeFrom"] = Listed(rules).Select(rule => Rule(rule, apis)).ToArray();
        }
        return body;
    }

    static object Described(string text) => text.Split('=', 2) is [var name, var description] ? new { name, description }
        : throw new Failure($"{text} is not name=what it allows.", code: 2);

    static string[] Listed(string[] values) => values is ["-"] ? [] : values;

    static object Rule(string text, JsonArray apis) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries) is [var api, var scope, .. var gives]
            ? new { api = IdOf(api, apis), scope = scope == "*" ? null : scope, gives }
            : throw new Failure($"{text} is not API,SCOPE,GIVES….", code: 2);

    static string IdOf(string text, JsonArray apis) =>
        (string?)apis.FirstOrDefault(api => (string?)api?["identifier"] == text)?["id"] ?? text;

    static async Task<JsonArray> Every(Call call) => (await call.Ask(HttpMethod.Get, "apis"))!["apis"] as JsonArray ?? [];

    static async Task<string> Path(Call call) => $"apis/{Uri.EscapeDataString(IdOf(call.Get(Id), await Every(call)))}";
}
