using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>Invitations, with which people make an account of a tenant.</summary>
static class InvitationCommands
{
    static readonly Argument<string> Id = new("INVITATION") { Description = "The invitation's id, or the address that it went to" };
    static readonly Argument<string> Email = new("EMAIL") { Description = "The address, which becomes the user name" };
    static readonly Option<string?> Name = new("--name") { Description = "The name to begin with" };
    static readonly Option<string[]> Roles =
        new("--role") { Description = "A role; default: the roles of whoever signs up", AllowMultipleArgumentsPerToken = true };
    static readonly Option<string[]> Groups =
        new("--group")
        {
            Description = "A group, such as team or team:editor; a reader without a role",
            AllowMultipleArgumentsPerToken = true
        };

    public static Command All() => CommandLine.Noun("invitation", "Invitations to make an account",
        CommandLine.Verb("list", "List those whose link works", async call =>
            call.Show(await call.Connection.All(call.Tenant, "invitations", "invitations", int.MaxValue), "email", "name", "roles",
                "expiresAt", "id"), []),
        CommandLine.Verb("create", "Mail somebody a link to make an account; it works once, for a week", async call =>
            call.Show(await call.Ask(HttpMethod.Post, "invitations", Body(call))), [Email, Name, Roles, Groups]),
        CommandLine.Verb("resend", "Mail a new link, for another week; the former one ends", async call =>
        {
            await call.Ask(HttpMethod.Post, $"invitations/{await IdOf(call)}/resend", new { });
            call.Done("The mail is on its way.");
        }, [Id]),
        CommandLine.Verb("delete", "Withdraw one; its link ends", async call =>
        {
            await call.Ask(HttpMethod.Delete, $"invitations/{await IdOf(call)}");
            call.Done("The invitation is withdrawn.");
        }, [Id]));

    static Dictionary<string, object?> Body(Call call)
    {
        var body = new Dictionary<string, object?> { ["email"] = call.Get(Email) };
        if (call.Get(Name) is { } name) body["name"] = name;
        if (call.Get(Roles) is { Length: > 0 } roles) body["roles"] = roles;
        if (call.Get(Groups) is { Length: > 0 } groups)
        {
            body["groups"] = groups.Select(one => one.Split(':', 2))
                .Select(parts => new { group = parts[0], role = parts.Length > 1 ? parts[1] : "reader" });
        }
        return body;
    }

    static async Task<string> IdOf(Call call)
    {
        var who = call.Get(Id);
        if (who.Contains('@', StringComparison.Ordinal))
        {
            var all = await call.Connection.All(call.Tenant, "invitations", "invitations", int.MaxValue);
            var found = all.FirstOrDefault(one => string.Equals((string?)one?["email"], who, StringComparison.OrdinalIgnoreCase));
            who = (string?)found?["id"] ?? who;
        }
        return Uri.EscapeDataString(who);
    }
}
