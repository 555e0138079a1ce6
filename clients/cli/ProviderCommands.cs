using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>The providers whose users can sign in to a tenant. A secret is read from a file and never printed.</summary>
static class ProviderCommands
{
    static readonly Argument<string> Id = new("PROVIDER") { Description = "The provider's id, part of its redirect URI" };
    static readonly Option<string?> Kind = new("--kind") { Description = "oidc, google, apple, microsoft or github", Required = true };
    static readonly Option<string?> SecretFile =
        new("--secret-file") { Description = "A file with the client secret; Apple: the .p8 file" };
    static readonly Option<string[]> RoleFrom =
        CommandLine.Many("--role", "claim=value=role: who has the value holds the role; replaces the list");

    static readonly Option<string[]> GroupFrom =
        CommandLine.Many("--group",
            "claim=value=group=role: who has the value is in the group as reader, editor or owner; replaces the list");

    static readonly (Option<string?> Option, string Field)[] Texts =
    [
        (new("--name") { Description = "The name on the button" }, "name"),
        (new("--issuer") { Description = "The issuer; Google, Apple, Microsoft and GitHub have one" }, "issuer"),
        (new("--client-id") { Description = "The client id that the provider gave" }, "clientId"),
        (new("--team") { Description = "Apple: the team id" }, "teamId"),
        (new("--key") { Description = "Apple: the key's id" }, "keyId"),
    ];

    static readonly (Option<bool?> Option, string Field)[] Switches =
    [
        (new("--sign-up") { Description = "People without an account get one" }, "signUp"),
        (new("--trust-email") { Description = "Its email_verified is believed" }, "trustEmail"),
        (new("--trust-mfa") { Description = "Its second factor counts here" }, "trustMfa"),
    ];

    static readonly (Option<string[]> Option, string Field)[] Lists =
    [
        (CommandLine.Many("--scope", "What is asked for; replaces the list"), "scopes"),
        (CommandLine.Many("--domain", "Mail domains whose people sign in there; replaces the list"), "domains"),
    ];

    static readonly Option[] Settings =
    [
        .. Texts.Select(text => text.Option), SecretFile, .. Switches.Select(each => each.Option),
        .. Lists.Select(list => list.Option), RoleFrom, GroupFrom,
    ];

    public static Command All() => CommandLine.Noun("provider", "The providers whose users can sign in",
        CommandLine.Verb("list", "List them", async call =>
            call.Show(((await call.Ask(HttpMethod.Get, "providers"))!["providers"] as JsonArray ?? []).Select(each => each?.DeepClone()),
                "id", "kind", "name", "issuer", "signUp", "redirectUri"), []),
        CommandLine.Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), [Id]),
        CommandLine.Verb("add", "Add one; prints the redirect URI to register there", async call =>
        {
            var body = await Body(call);
            (body["id"], body["kind"]) = (call.Get(Id), call.Get(Kind));
            call.Show(await call.Ask(HttpMethod.Post, "providers", body));
        }, [Id, Kind, .. Settings]),
        CommandLine.Verb("set", "Change one", async call =>
            call.Show(await call.Ask(HttpMethod.Patch, Path(call), await Body(call))), [Id, .. Settings]),
        CommandLine.Verb("delete", "Delete one; its users and their links stay", async call =>
        {
            await call.Ask(HttpMethod.Delete, Path(call));
            call.Done("The provider is deleted.");
        }, [Id]));

    static async Task<Dictionary<string, object?>> Body(Call call)
    {
        var body = new Dictionary<string, object?>();
        foreach (var (option, field) in Texts)
            if (call.Get(option) is { } text) body[field] = text;
        foreach (var (option, field) in Switches)
            if (call.Get(option) is { } on) body[field] = on;
        foreach (var (option, field) in Lists)
            if (call.Get(option) is { Length: > 0 } list) body[field] = list;
        if (call.Get(RoleFrom) is { Length: > 0 } roles) body["roles"] = roles.Select(RoleMapping).ToArray();
        if (call.Get(GroupFrom) is { Length: > 0 } groups) body["groups"] = groups.Select(GroupMapping).ToArray();
        if (call.Get(SecretFile) is { } file) body["clientSecret"] = (await File.ReadAllTextAsync(file)).Trim();
        return body;
    }

    static object RoleMapping(string text) => text.Split('=') is [var claim, var value, var role] ? new { claim, value, role }
        : throw new Failure($"{text} is not claim=value=role.", code: 2);

    static object GroupMapping(string text) =>
        text.Split('=') is [var claim, var value, var group, var role] ? new { claim, value, group, role }
            : throw new Failure($"{text} is not claim=value=group=role.", code: 2);

    static string Path(Call call) => $"providers/{Uri.EscapeDataString(call.Get(Id))}";
}
