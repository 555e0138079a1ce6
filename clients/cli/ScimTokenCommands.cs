using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>Tokens with which directories, such as Entra ID or Okta, provision users and groups. A token is printed once.</summary>
static class ScimTokenCommands
{
    static readonly Argument<string> Name = new("NAME") { Description = "What to call it, such as the directory's name" };
    static readonly Argument<string> Id = new("TOKEN-ID") { Description = "The token's id, not the token" };
    static readonly Option<int> Days =
        new("--days") { Description = "How many days it works, 731 at most", DefaultValueFactory = _ => 365 };
    static readonly Option<string[]> Roles = CommandLine.Many("--role", "A role of users who are made with it");
    static readonly Option<string[]> Assignable = CommandLine.Many("--assignable-role", "A role that the directory may give and take");
    static readonly Option<string?> GroupRole = new("--group-role") { Description = "The role of new members of groups: reader or editor" };
    static readonly Option<bool?> TrustEmail = new("--trust-email") { Description = "Whether addresses that it sends count as verified" };
    static readonly Option<bool?> Passwords = new("--passwords") { Description = "Whether it may set passwords" };

    public static Command All() =>
        CommandLine.Noun("scim-tokens", "Tokens with which directories provision users and groups",
        CommandLine.Verb("list", "List those that work", async call =>
            call.Show(((await call.Ask(HttpMethod.Get, "scim-tokens"))!["tokens"] as JsonArray ?? []).Select(token => token?.DeepClone()),
                "id", "name", "roles", "lastUsed", "expiresAt"), []),
        CommandLine.Verb("create", "Create one and print it", async call =>
            call.Show(await call.Ask(HttpMethod.Post, "scim-tokens", Body(call))),
            [Name, Days, Roles, Assignable, GroupRole, TrustEmail, Passwords]),
        CommandLine.Verb("revoke", "Revoke one", async call =>
        {
            await call.Ask(HttpMethod.Delete, $"scim-tokens/{Uri.EscapeDataString(call.Get(Id))}");
            call.Done("The token is revoked.");
        }, [Id]));

    static Dictionary<string, object?> Body(Call call)
    {
        var body = new Dictionary<string, object?> { ["name"] = call.Get(Name), ["days"] = call.Get(Days) };
        if (call.Get(Roles) is { Length: > 0 } roles) body["roles"] = roles;
        if (call.Get(Assignable) is { Length: > 0 } assignable) body["assignableRoles"] = assignable;
        if (call.Get(GroupRole) is { } groupRole) body["groupRole"] = groupRole;
        if (call.Get(TrustEmail) is { } trusts) body["trustEmail"] = trusts;
        if (call.Get(Passwords) is { } passwords) body["passwords"] = passwords;
        return body;
    }
}
