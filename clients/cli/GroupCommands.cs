using System.CommandLine;
using System.Globalization;

namespace Latchkey.Cli;

/// <summary>A tenant's groups and who is in them.</summary>
static class GroupCommands
{
    static readonly Argument<string> Id = new("GROUP") { Description = "The group's id: letters, digits, '-', '.' and '_'" };
    static readonly Argument<string> User = new("USER") { Description = "The user's name, or id" };
    static readonly Option<string?> Name = new("--name") { Description = "The name that people read" };
    static readonly Option<string> NewName = new("--name") { Description = "The new name", Required = true };
    static readonly Option<string?> Owner = new("--owner") { Description = "Its first owner; name or id" };
    static readonly Option<string> Role =
        new("--role") { Description = "reader, editor (may also write) or owner (may also share)", Required = true };
    static readonly Option<string?> RuleRole = new("--role") { Description = "What its members may do: reader (if left out) or editor" };
    static readonly Option<string?> Attribute =
        new("--attribute") { Description = "A user's attribute and the values that count: NAME=VALUE, or NAME=VALUE|VALUE" };
    static readonly Option<string[]> Domain = new("--email-domain") { Description = "A domain of verified addresses; repeatable" };
    static readonly Option<string[]> Network =
        new("--network") { Description = "A network that requests come from, such as 192.0.2.0/24; repeatable" };
    static readonly Option<string?> Place =
        new("--place") { Description = "A circle: LATITUDE,LONGITUDE,METERS, or LATITUDE,LONGITUDE,METERS,MINUTES" };
    static readonly Option<bool> Purge =
        new("--purge-files") { Description = "Also delete its files, for good; without this, a group that has files is refused" };

    public static Command All()
    {
        Command Verb(string name, string what, Func<Call, Task> run, params Symbol[] symbols) =>
            CommandLine.Verb(name, what, run, symbols);
        return CommandLine.Noun("group", "A tenant's groups, each with a space of files",
            Verb("list", "List them", async call =>
                call.Show(await call.Connection.All(call.Tenant, "groups", "groups", int.MaxValue), "id", "name")),
            Verb("create", "Create one", async call => call.Show(await call.Ask(HttpMethod.Post, "groups", new
            {
                id = call.Get(Id),
                name = call.Get(Name),
                owner = call.Get(Owner) is { } owner ? await UserCommands.IdOf(call, owner) : null,
            })), Id, Name, Owner),
            Verb("show", "Show one, and how much its space holds", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), Id),
            Verb("rename", "Change its name; its id stays", async call =>
                call.Show(await call.Ask(HttpMethod.Patch, Path(call), new { name = call.Get(NewName) })), Id, NewName),
            Verb("members", "List its members", async call => call.Show(
                await call.Connection.All(call.Tenant, $"{Path(call)}/members", "members", int.MaxValue), "userName", "role", "user"), Id),
            Verb("add", "Add a member, or change a member's role", async call =>
                call.Show(await call.Ask(HttpMethod.Put, await Member(call), new { role = call.Get(Role) })), Id, User, Role),
            Verb("remove", "Remove a member", async call =>
            {
                await call.Ask(HttpMethod.Delete, await Member(call));
                call.Done("The user is no longer in the group.");
            }, Id, User),
            Verb("rule", "Make users members by an attribute, a mail domain, a network or a place",
                async call => call.Show(await call.Ask(HttpMethod.Put, $"{Path(call)}/rule", Rule(call))),
                Id, RuleRole, Attribute, Domain, Network, Place),
            Verb("unrule", "Remove its rule; members who were added stay", async call =>
            {
                await call.Ask(HttpMethod.Delete, $"{Path(call)}/rule");
                call.Done("The group has no rule.");
            }, Id),
            Verb("delete", "Delete it with its memberships", async call =>
            {
                var files = call.Get(Purge) ? " and its files" : "";
                call.Confirm($"This deletes group {call.Get(Id)} of tenant {call.Tenant} with its memberships{files}.");
                await call.DeleteAll($"{Path(call)}{(call.Get(Purge) ? "?files=purge" : "")}");
                call.Done("The group is deleted.");
            }, Id, Purge, CommandLine.Yes));
    }

    static object Rule(Call call) => new
    {
        role = call.Get(RuleRole),
        attribute = call.Get(Attribute) is not { } text ? null
            : text.Split('=', 2) is [var name, var values] ? new { name, values = values.Split('|') }
            : throw new Failure("--attribute is NAME=VALUE."),
        emailDomains = call.Get(Domain) is { Length: > 0 } domains ? domains : null,
        networks = call.Get(Network) is { Length: > 0 } networks ? networks : null,
        place = call.Get(Place) is { } place ? Circle(place) : null,
    };

    static object Circle(string text)
    {
        var numbers = text.Split(',').Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN).ToList();
        if (numbers.Count is not (3 or 4) || !numbers.TrueForAll(double.IsFinite))
            throw new Failure("--place is LATITUDE,LONGITUDE,METERS, and minutes behind another comma.");
        var minutes = numbers.Count > 3 ? numbers[3] : 60;
        return new { latitude = numbers[0], longitude = numbers[1], radiusMeters = numbers[2], minutes };
    }

    static string Path(Call call) => $"groups/{Uri.EscapeDataString(call.Get(Id))}";

    static async Task<string> Member(Call call) =>
        $"{Path(call)}/members/{Uri.EscapeDataString(await UserCommands.IdOf(call, call.Get(User)))}";
}
