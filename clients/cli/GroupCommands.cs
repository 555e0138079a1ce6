using System.CommandLine;

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
    static readonly Option<bool> Purge =
        new("--purge-files") { Description = "Also delete its files, for good; without this, a group that has files is refused" };

    public static Command All(Terminal terminal)
    {
        Command Verb(string name, string what, Func<Call, Task> run, params Symbol[] symbols) =>
            CommandLine.Verb(terminal, name, what, run, symbols);
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
            Verb("delete", "Delete it with its memberships", async call =>
            {
                var files = call.Get(Purge) ? " and its files" : "";
                call.Confirm($"This deletes group {call.Get(Id)} of tenant {call.Tenant} with its memberships{files}.");
                await call.DeleteAll($"{Path(call)}{(call.Get(Purge) ? "?files=purge" : "")}");
                call.Done("The group is deleted.");
            }, Id, Purge, CommandLine.Yes));
    }

    static string Path(Call call) => $"groups/{Uri.EscapeDataString(call.Get(Id))}";

    static async Task<string> Member(Call call) =>
        $"{Path(call)}/members/{Uri.EscapeDataString(await UserCommands.IdOf(call, call.Get(User)))}";
}
