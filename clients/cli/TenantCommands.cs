using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>The deployment's tenants; for operators.</summary>
static class TenantCommands
{
    static readonly Argument<string> Id = new("TENANT") { Description = "The tenant's id: a-z, 0-9 and hyphens" };
    static readonly Option<string?> Name = SettingsCommands.Name;
    static readonly Option<string?> Domain =
        new("--domain") { Description = "Its own domain, which becomes its issuer's origin; empty for none" };
    static readonly Option<bool?> Open = new("--open-registration") { Description = "Whether anybody may register an app" };
    static readonly Option<bool?> Documents =
        new("--client-id-documents") { Description = "Whether an app's client id may be the URL of its metadata document" };
    static readonly Option<string[]> Types =
        new("--content-type")
        {
            Description = "A media type that may be uploaded, such as image/*; replaces the list; 'any' allows all",
            AllowMultipleArgumentsPerToken = true
        };

    static readonly (Option<long?> Option, string Field)[] Limits =
    [
        (Limit("--file-bytes", "Bytes of one file"), "fileBytes"),
        (Limit("--space-bytes", "Bytes in one space: a user's, a group's or an app's"), "spaceBytes"),
        (Limit("--space-files", "Files in one space"), "spaceFiles"),
        (Limit("--space-pending", "Unfinished uploads in one space"), "spacePending"),
        (Limit("--tenant-bytes", "Bytes of the whole tenant"), "tenantBytes"),
        (Limit("--tenant-files", "Files of the whole tenant"), "tenantFiles"),
        (Limit("--versions", "Former versions of a file that are kept"), "versions"),
        (Limit("--version-days", "Days for which a former version is kept"), "versionDays"),
    ];

    static readonly Option<string> Reason =
        new("--reason") { Description = "The reason that its users and apps are told", Required = true };
    static readonly Option<string?> Out = new("--out", "-o") { Description = "The file to write; default: standard output" };
    static readonly Option<string> Confirm =
        new("--confirm") { Description = "The value at the end of the suspended tenant's newest export", Required = true };

    public static Command All()
    {
        Command Verb(string name, string what, Func<Call, Task> run, params Symbol[] symbols) =>
            CommandLine.Verb(name, what, run, symbols, ofOperators: true);
        return CommandLine.Noun("tenant", "The deployment's tenants",
        Verb("list", "List them", async call =>
            call.Show(await call.Connection.All(Connection.Operator, "tenants", "tenants", int.MaxValue), "id", "name", "status", "issuer",
                "createdAt")),
        Verb("create", "Create one; it works at once", async call =>
            call.Show(await call.Ask(HttpMethod.Post, "tenants", new { id = call.Get(Id), name = call.Get(Name) ?? call.Get(Id) })), Id,
            Name),
        Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), Id),
        Verb("set", "Change settings, branding, domain or limits", async call =>
        {
            var body = SettingsCommands.Branding(call);
            if (call.Get(Domain) is { } domain) body["domain"] = domain;
            if (call.Get(Open) is { } open) body["openRegistration"] = open;
            if (call.Get(Documents) is { } documents) body["clientIdDocuments"] = documents;
            if (Limited(call) is { Count: > 0 } limits) body["limits"] = limits;
            call.Show(await call.Ask(HttpMethod.Patch, Path(call), body));
        }, [Id, Name, SettingsCommands.Origins, SettingsCommands.Color, SettingsCommands.Logo, SettingsCommands.Malware,
            SettingsCommands.Location,
            Domain, Open, Documents,
            .. Limits.Select(limit => limit.Option), Types]),
        Verb("suspend", "Refuse all its requests with 403 and the reason", async call =>
            call.Show(await call.Ask(HttpMethod.Post, $"{Path(call)}/suspend", new { reason = call.Get(Reason) })), Id, Reason),
        Verb("resume", "Accept its requests again", async call =>
            call.Show(await call.Ask(HttpMethod.Post, $"{Path(call)}/resume", new { })), Id),
        Verb("export", "Export all its data except secrets, as JSON lines", async call =>
        {
            await using var file = call.Get(Out) is { } path ? new StreamWriter(path) : null;
            var end = await call.Connection.Copy(Connection.Operator, $"{Path(call)}/export", file ?? call.Terminal.Output);
            if (file is not null) call.Show(end);
        }, Id, Out),
        Verb("delete", "Delete a suspended and exported tenant with everything that belongs to it", async call =>
        {
            await call.DeleteAll(Path(call), new { confirm = call.Get(Confirm) });
            call.Done($"Tenant {call.Get(Id)} is deleted.");
        }, Id, Confirm));
    }

    static string Path(Call call) => $"tenants/{Uri.EscapeDataString(call.Get(Id))}";

    static JsonObject Limited(Call call)
    {
        var limits = new JsonObject();
        foreach (var (option, field) in Limits)
        {
            if (call.Get(option) is { } number) limits[field] = number;
        }
        if (call.Get(Types) is { Length: > 0 } types)
            limits["contentTypes"] = types is ["any"] ? [] : new JsonArray([.. types.Select(type => JsonValue.Create(type))]);
        return limits;
    }

    static Option<long?> Limit(string name, string what) =>
        name.EndsWith("bytes", StringComparison.Ordinal)
            ? new(name) { Description = $"{what}; such as 10GB or 10GiB, -1 for no limit", CustomParser = Times.ParseBytes }
            : new(name) { Description = $"{what}; such as 1000, -1 for no limit" };
}
