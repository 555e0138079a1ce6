using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>What a tenant's own administrators set, and the limits that they see.</summary>
static class SettingsCommands
{
    public static readonly Option<string?> Name = new("--name") { Description = "The name that people read" };
    public static readonly Option<string[]> Origins =
        new("--allow-origin") { Description = "A web origin for CORS; replaces the list", AllowMultipleArgumentsPerToken = true };
    public static readonly Option<string?> Color =
        new("--color") { Description = "The colour of its buttons, such as #1a2b3c; empty for the default" };
    public static readonly Option<string?> Logo = new("--logo") { Description = "An https address of its logo; empty for none" };

    public static readonly Option<string?> Language =
        new("--language") { Description = "The language of pages and mails if nothing else is known, such as de; empty for English" };

    public static readonly Option<bool?> Malware =
        new("--malware-scanning") { Description = "Whether files are available only once the deployment's scanner has looked" };

    public static readonly Option<bool?> Location =
        new("--removes-location") { Description = "Whether pictures lose the place where they were taken when they are uploaded" };

    static readonly Argument<string> TextsFile =
        new("file") { Description = "JSON: an object for each language, with a text for each key; {} removes all" };
    static readonly Option<string?> User = new("--user") { Description = "Also show what this user's own space holds; name or id" };
    static readonly Option<string?> Group = new("--group") { Description = "Also show what this group's space holds" };

    public static Command All() =>
        CommandLine.Noun("settings", "How a tenant looks, which web apps may call it, and its limits",
        CommandLine.Verb("show", "Show them", async call => call.Show(await call.Ask(HttpMethod.Get, "settings")), []),
        CommandLine.Verb("set", "Change them", async call =>
            call.Show(await call.Ask(HttpMethod.Patch, "settings", Branding(call))),
            [Name, Origins, Color, Logo, Language, Malware, Location]),
        CommandLine.Verb("malware", "Show whether its files are scanned for malware, and the last scan of all of them",
            async call => call.Show(await call.Ask(HttpMethod.Get, "files-scan")), []),
        CommandLine.Verb("scan-again", "Scan all its files for malware once more, for example with new signatures",
            async call => call.Show(await call.Ask(HttpMethod.Post, "files-scan")), []),
        CommandLine.Verb("limits", "Show its limits for files, and how much is used; -1 is no limit", async call =>
        {
            var query = call.Get(User) is { } user ? $"?user={Uri.EscapeDataString(await UserCommands.IdOf(call, user))}"
                : call.Get(Group) is { } group ? $"?group={Uri.EscapeDataString(group)}" : "";
            call.Show(await call.Ask(HttpMethod.Get, $"limits{query}"));
        }, [User, Group]),
        CommandLine.Verb("texts", "Show its own wording of texts on pages and in mails",
            async call => call.Show(await call.Ask(HttpMethod.Get, "texts")), []),
        CommandLine.Verb("set-texts", "Replace its own wording by that of a file", async call =>
            call.Show(await call.Ask(HttpMethod.Put, "texts", JsonNode.Parse(await File.ReadAllTextAsync(call.Get(TextsFile)!)))),
            [TextsFile]));

    /// <summary>The fields that were given.</summary>
    public static JsonObject Branding(Call call)
    {
        var body = new JsonObject();
        if (call.Get(Name) is { } name) body["name"] = name;
        if (call.Get(Origins) is { Length: > 0 } origins) body["origins"] = new JsonArray(
            [.. origins.Select(origin => JsonValue.Create(origin))]);
        if (call.Get(Color) is { } color) body["color"] = color;
        if (call.Get(Logo) is { } logo) body["logoUri"] = logo;
        if (call.Get(Language) is { } language) body["language"] = language;
        if (call.Get(Malware) is { } malware) body["malwareScanning"] = malware;
        if (call.Get(Location) is { } location) body["removesLocation"] = location;
        return body;
    }
}
