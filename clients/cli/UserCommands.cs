using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A tenant's users, by name or id.</summary>
static class UserCommands
{
    static readonly Argument<string> Who = new("USER") { Description = "The user's name, or id" };
    static readonly Argument<string> Passkey = new("PASSKEY") { Description = "The passkey's id" };
    static readonly Option<string?> Name = new("--name") { Description = "The name that others see" };
    static readonly Option<string?> Email = new("--email") { Description = "The mail address; empty for none" };
    static readonly Option<string[]> Attributes = new("--attribute")
    {
        Description = "name=value of the tenant's own; without a value the attribute is removed",
        AllowMultipleArgumentsPerToken = true,
    };
    static readonly Option<string[]> Roles =
        new("--role") { Description = "A role; replaces the list", AllowMultipleArgumentsPerToken = true };
    static readonly Option<bool> NoPassword =
        new("--no-password") { Description = "Set no password: the user can't sign in until one is set" };

    static readonly Dictionary<string, Option<string?>> Profile = new()
    {
        ["givenName"] = new("--given-name") { Description = "The given name; empty for none" },
        ["familyName"] = new("--family-name") { Description = "The family name; empty for none" },
        ["nickname"] = new("--nickname") { Description = "The nickname; empty for none" },
        ["picture"] = new("--picture") { Description = "An https address of a picture, or the id of the user's own file; empty for none" },
        ["locale"] = new("--locale") { Description = "The language, such as de-AT; empty for none" },
        ["zoneInfo"] = new("--time-zone") { Description = "The time zone, such as Europe/Vienna; empty for none" },
    };

    public static Command All()
    {
        Command Verb(string name, string what, Func<Call, Task> run, params Symbol[] symbols) =>
            CommandLine.Verb(name, what, run, symbols);
        return CommandLine.Noun("user", "A tenant's users",
            Verb("list", "List them", async call =>
                call.Show(await call.Connection.All(call.Tenant, "users", "users", int.MaxValue), "userName", "name", "email", "roles",
                    "disabled", "id")),
            Verb("create", "Create one; asks for the password, or reads it from standard input", async call =>
                call.Show(await call.Ask(HttpMethod.Post, "users", new
                {
                    userName = call.Get(Who),
                    password = call.Get(NoPassword) ? null : call.Terminal.Secret("New password"),
                    name = call.Get(Name),
                    email = call.Get(Email),
                    roles = call.Get(Roles) ?? [],
                    profile = ProfileOf(call),
                })), [Who, Name, Email, Roles, NoPassword, .. Profile.Values]),
            Verb("show", "Show one", async call => call.Show(await Find(call)), Who),
            Verb("set", "Change name, address, profile, attributes or roles; roles take effect at the next refresh", async call =>
            {
                var body = new Dictionary<string, object?>();
                if (call.Get(Name) is { } name) body["name"] = name;
                if (call.Get(Email) is { } email) body["email"] = email;
                if (call.Get(Roles) is { Length: > 0 } roles) body["roles"] = roles;
                if (ProfileOf(call) is { Count: > 0 } profile) body["profile"] = profile;
                if (call.Get(Attributes) is { Length: > 0 } attributes) body["attributes"] = attributes.ToDictionary(Named, Valued);
                call.Show(await call.Ask(HttpMethod.Patch, await Path(call), body));
            }, [Who, Name, Email, Roles, Attributes, .. Profile.Values]),
            Verb("password", "Set a password; signs the user out", async call =>
            {
                await call.Ask(HttpMethod.Put, $"{await Path(call)}/password", new { password = call.Terminal.Secret("New password") });
                call.Done("The password is set.");
            }, Who),
            Verb("disable", "Sign the user out and refuse new sign-ins", async call =>
                call.Show(await call.Ask(HttpMethod.Patch, await Path(call), new { disabled = true })), Who),
            Verb("enable", "Let the user sign in again", async call =>
                call.Show(await call.Ask(HttpMethod.Patch, await Path(call), new { disabled = false })), Who),
            Verb("unlock", "Unlock an account that wrong passwords have locked", async call =>
            {
                await call.Ask(HttpMethod.Post, $"{await Path(call)}/unlock", new { });
                call.Done("The user can sign in again.");
            }, Who),
            Verb("send-reset", "Mail the user a link to set a new password", async call =>
            {
                await call.Ask(HttpMethod.Post, $"{await Path(call)}/send-reset", new { });
                call.Done("The mail is on its way.");
            }, Who),
            Verb("reset-second-factor", "Remove the second factor of a user who has lost it; the user is told by mail", async call =>
            {
                await call.Ask(HttpMethod.Delete, $"{await Path(call)}/second-factor");
                call.Done("The user has no second factor.");
            }, Who),
            Verb("passkeys", "List the user's passkeys", async call =>
            {
                var listed = await call.Ask(HttpMethod.Get, $"{await Path(call)}/passkeys");
                call.Show(listed!["passkeys"]!.AsArray(), "name", "createdAt", "lastUsedAt", "synced", "id");
            }, Who),
            Verb("remove-passkey", "Remove a passkey of the user, who is told by mail", async call =>
            {
                await call.Ask(HttpMethod.Delete, $"{await Path(call)}/passkeys/{Uri.EscapeDataString(call.Get(Passkey))}");
                call.Done("The passkey is removed.");
            }, Who, Passkey),
            UserImport.Command(),
            Verb("delete", "Delete the user and the files of the user's own space, for good", async call =>
            {
                call.Confirm($"This deletes user {call.Get(Who)} of tenant {call.Tenant} and the files of the user's own space, for good.");
                await call.DeleteAll(await Path(call));
                call.Done("The user is deleted.");
            }, Who, CommandLine.Yes));
    }

    static string Named(string pair) => pair.Split('=', 2) is [{ Length: > 0 } name, _] ? name
        : throw new Failure($"{pair} is not name=value.", code: 2);

    static string? Valued(string pair) => pair.Split('=', 2) is [_, { Length: > 0 } value] ? value : null;

    /// <summary>A user's id by name or id.</summary>
    public static async Task<string> IdOf(Call call, string who)
    {
        var found = (await call.Ask(HttpMethod.Get, $"users?userName={Uri.EscapeDataString(who)}"))!["users"] as JsonArray;
        return (string?)found?.FirstOrDefault()?["id"] ?? who;
    }

    // What was given, as a JSON Merge Patch (RFC 7396).
    static Dictionary<string, string?> ProfileOf(Call call) => Profile
        .Where(field => call.Get(field.Value) is not null)
        .ToDictionary(field => field.Key, field => call.Get(field.Value) is { Length: > 0 } value ? value : null);

    static async Task<string> Path(Call call) => $"users/{Uri.EscapeDataString(await IdOf(call, call.Get(Who)))}";

    static async Task<JsonNode?> Find(Call call) => await call.Ask(HttpMethod.Get, await Path(call));
}
