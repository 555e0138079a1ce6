using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's own claims in tokens and at UserInfo.</summary>
static class ClaimCommands
{
    static readonly Argument<string> Name = new("CLAIM") { Description = "The claim's name" };
    static readonly Option<string?> Attribute = new("--attribute") { Description = "The user's attribute that it comes from" };
    static readonly Option<string?> Field = new("--field") { Description = "The field of the user's profile that it comes from" };
    static readonly Option<string?> Value = new("--value") { Description = "The value that it has for everybody" };
    static readonly Option<string?> Type = new("--type") { Description = "What it is in JSON: string, number, boolean or list" };
    static readonly Option<string?> Scope = new("--scope") { Description = "The scope without which it is not told" };
    static readonly Option<string[]> In = CommandLine.Many("--in", "Where it is told: access_token, id_token, userinfo");
    static readonly Option<string[]> Clients = CommandLine.Many("--client", "A client that it is told to; without one, to all");
    static readonly Option<string[]> Apis = CommandLine.Many("--api", "The id of an API in whose access tokens it is; without one, in all");

    public static Command All() => CommandLine.Noun("claims", "The tenant's own claims",
        CommandLine.Verb("list", "List them", async call => Show(call, await Every(call)), []),
        CommandLine.Verb("add", "Add one", async call => await Put(call, [.. await Every(call), Rule(call)]),
            [Name, Attribute, Field, Value, Type, Scope, In, Clients, Apis]),
        CommandLine.Verb("remove", "Remove one, with all rules of its name", async call =>
        {
            var (all, name) = (await Every(call), call.Get(Name));
            var rest = all.Where(rule => (string?)rule?["name"] != name).ToList();
            if (rest.Count == all.Count) throw new Failure($"There is no claim {name}.");
            await Put(call, rest);
        }, [Name]));

    static JsonObject Rule(Call call)
    {
        var rule = new JsonObject { ["name"] = call.Get(Name), ["in"] = Texts(call.Get(In)) };
        foreach (var (option, field) in ((Option<string?>, string)[])[(Attribute, "attribute"), (Field, "field"), (Value, "value"),
            (Type, "type"), (Scope, "scope")])
        {
            if (call.Get(option) is { } text) rule[field] = text;
        }
        if (call.Get(Clients) is { Length: > 0 } clients) rule["clients"] = Texts(clients);
        if (call.Get(Apis) is { Length: > 0 } apis) rule["apis"] = Texts(apis);
        return rule;
    }

    static async Task<List<JsonNode?>> Every(Call call) =>
        [.. ((await call.Ask(HttpMethod.Get, "claims"))!["claims"] as JsonArray ?? []).Select(rule => rule?.DeepClone())];

    static async Task Put(Call call, List<JsonNode?> rules)
    {
        await call.Ask(HttpMethod.Put, "claims", new JsonObject { ["claims"] = new JsonArray([.. rules]) });
        Show(call, await Every(call));
    }

    static void Show(Call call, List<JsonNode?> rules) => call.Show(rules, "name", "attribute", "field", "value", "type", "in", "scope");

    static JsonArray Texts(string[]? texts) => new([.. (texts ?? []).Select(text => JsonValue.Create(text))]);
}
