using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's audit.</summary>
static class AuditCommands
{
    const int MostNames = 50;

    // Acts that are no endpoint's own; those of endpoints have the names of the OpenAPI document.
    static readonly string[] Types =
    [
        "account-app-remove", "account-email-ask", "account-email-change", "account-email-known", "account-passkey-add",
        "account-passkey-remove", "account-passkey-rename", "account-password",
        "account-session-end", "account-sessions-end", "authorize", "client-register",
        "device-authorization",
        "files-purge", "invitation-use", "operator-bootstrap", "par", "password-reset", "password-reset-ask", "password-reset-mail",
        "provider-groups", "provider-link", "provider-link-asked", "provider-roles", "provider-sign-up", "provider-unlink",
        "rotate-keys", "sign-in",
        "sign-in-code-ask", "sign-out", "sign-up", "sign-up-ask", "sign-up-known",
        "tenant-suspended", "terms-accept", "token", "token-revoke", "user-imported",
    ];

    static readonly Option<string?> From =
        new("--from")
        {
            Description = "Entries since then: an age such as 90min, 1h or 2d, or a time such as 2026-11-22T08:00:00Z; default: a week ago",
        };
    static readonly Option<string?> To = new("--to") { Description = "Entries until then, given in the same way; default: now" };
    static readonly Option<string?> User = new("--user") { Description = "Only what this user did or what was done to them; name or id" };
    static readonly Option<string?> Type = new("--type") { Description = "Only entries of this type, such as sign-in" };
    static readonly Option<int> Limit = new("--limit", "-n") { Description = "How many entries", DefaultValueFactory = _ => 50 };
    static readonly Option<string?> Out = new("--out", "-o") { Description = "The file to write; default: standard output" };

    public static Command All()
    {
        Type.CompletionSources.Add(_ => Types.Select(type => new System.CommandLine.Completions.CompletionItem(type)));
        return CommandLine.Noun("audit", "Read and export the audit: who did what to what",
            CommandLine.Verb("list", "List entries, newest first", async call =>
            {
                var entries = (await call.Connection.All(call.Tenant, $"audit?{await Query(call)}", "entries", call.Get(Limit))).Take(
                    call.Get(Limit)).ToList();
                if (entries.Count == 0) await EnsureType(call);
                if (!call.AsJson) await Name(call, entries);
                call.Show(entries, "at", "type", "result", "actor", "client", "target", "address", "detail");
            }, [From, To, User, Type, Limit]),
            CommandLine.Verb("export", "Export entries as JSON lines", async call =>
            {
                await EnsureType(call);
                await using var file = call.Get(Out) is { } path ? new StreamWriter(path) : null;
                var end = await call.Connection.Copy(call.Tenant, $"audit/export?{await Query(call)}", file ?? call.Terminal.Output);
                if (file is not null) call.Show(end);
            }, [From, To, User, Type, Out]));
    }

    static async Task<string> Query(Call call)
    {
        var parts = new List<string>();
        var now = call.Terminal.Clock.GetUtcNow();
        if (call.Get(From) is { } from) parts.Add($"from={Uri.EscapeDataString(Times.Since(from, now))}");
        if (call.Get(To) is { } to) parts.Add($"to={Uri.EscapeDataString(Times.Since(to, now))}");
        if (call.Get(User) is { } user) parts.Add($"user={Uri.EscapeDataString(await UserCommands.IdOf(call, user))}");
        if (call.Get(Type) is { } type) parts.Add($"type={Uri.EscapeDataString(type)}");
        return string.Join('&', parts);
    }

    // The deployment may be newer than this program: what neither knows is looked for before it is called unknown.
    static async Task EnsureType(Call call)
    {
        if (call.Get(Type) is not { } type || Types.Contains(type)) return;
        var paths = (await call.Connection.Public("openapi.json"))?["paths"] as JsonObject ?? [];
        var endpoints = paths.SelectMany(path => path.Value as JsonObject ?? [])
            .Select(operation => (operation.Value as JsonObject)?["operationId"]?.ToString()).OfType<string>().ToList();
        if (endpoints.Contains(type)
            || (await call.Connection.All(call.Tenant, $"audit?type={Uri.EscapeDataString(type)}", "entries", 1)).Count > 0) return;
        throw new Failure(
            $"Unknown type '{type}'. The types are: {string.Join(", ", Types.Concat(endpoints).Distinct().Order(StringComparer.Ordinal))}.",
            code: 2);
    }

    // `operator:` starts the id of a user of tenant operator.
    static async Task Name(Call call, IReadOnlyList<JsonNode?> entries)
    {
        var names = new Dictionary<string, string>();
        foreach (var actor in entries.Select(entry => (string?)entry?["actor"]).OfType<string>().Distinct().Take(MostNames))
        {
            var (start, tenant) = actor.StartsWith("operator:", StringComparison.Ordinal) ? ("operator:", Connection.Operator)
                : ("", call.Tenant);
            try
            {
                var user = await call.Connection.Ask(HttpMethod.Get, tenant, $"users/{Uri.EscapeDataString(actor[start.Length..])}");
                if ((string?)user?["userName"] is { } name) names[actor] = $"{start}{name}";
            }
            catch (Failure)
            {
                // A program, a user who is gone, or an operator whom this administrator can't look up: the id says it.
            }
        }
        foreach (var entry in entries)
            if ((string?)entry?["actor"] is { } actor && names.TryGetValue(actor, out var name)) entry["actor"] = name;
    }
}
