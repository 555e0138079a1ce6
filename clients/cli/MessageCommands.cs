using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>Messages: the tenant's rules, and writing and reading as the user who is signed in.</summary>
static class MessageCommands
{
    static readonly Argument<string> Body = new("BODY") { Description = "The text" };
    static readonly Option<string?> User = new("--user") { Description = "The id of the user it is for" };
    static readonly Option<string?> Group = new("--group") { Description = "The id of the group it is for" };
    static readonly Option<string?> Topic = new("--topic") { Description = "The name of the topic, without the tenant" };
    static readonly Option<string?> Name = new("--id") { Description = "An id of yours: the same one is sent once" };
    static readonly Option<bool> Once = new("--once") { Description = "Print what waits in the inbox, and end" };
    static readonly Option<bool?> Enabled = new("--enabled") { Description = "Whether the tenant has messages" };
    static readonly Option<string?> WriteTo = new("--write-to") { Description = "Whom users may write to: groups, all or nobody" };
    static readonly Option<bool?> Events = new("--events") { Description = "Whether users find events about them in the inbox" };
    static readonly Option<int?> UserPerMinute = new("--user-per-minute") { Description = "How many messages a user sends in a minute" };
    static readonly Option<int?> TenantPerMinute = new("--tenant-per-minute") { Description = "To how many recipients all users do" };
    static readonly Option<string[]> Topics = CommandLine.Many("--allow-topic",
        "A topic, with roles behind colons: NAME:SUBSCRIBE,…:PUBLISH,…; 'none' removes all");

    public static Command All() => CommandLine.Noun("messages", "Messages between users, and the rules for them",
        CommandLine.Verb("send", "Send one, as the user who is signed in with the scope messages", async call =>
            call.Show(await call.Ask(HttpMethod.Post, "/messages", New(call))),
            [Body, User, Group, Topic, Name]),
        CommandLine.Verb("watch", "Print what arrives, until Ctrl-C", Watch, [Once]),
        CommandLine.Verb("show", "Show the rules", async call => call.Show(await call.Ask(HttpMethod.Get, "messages")), []),
        CommandLine.Verb("set", "Change rules", async call =>
            call.Show(await call.Ask(HttpMethod.Patch, "messages", Rules(call))),
            [Enabled, WriteTo, Events, UserPerMinute, TenantPerMinute, Topics]));

    static JsonObject New(Call call)
    {
        var to = new JsonObject();
        foreach (var (option, field) in ((Option<string?>, string)[])[(User, "user"), (Group, "group"), (Topic, "topic")])
        {
            if (call.Get(option) is { } text) to[field] = text;
        }
        if (to.Count != 1) throw new Failure("Name one of --user, --group and --topic.");
        var message = new JsonObject { ["to"] = to, ["body"] = call.Get(Body) };
        if (call.Get(Name) is { } id) message["id"] = id;
        return message;
    }

    static async Task Watch(Call call)
    {
        using var watching = new Watching(call);
        await (call.Get(Once) ? watching.Once() : watching.Run());
    }

    static JsonObject Rules(Call call)
    {
        var rules = new JsonObject();
        if (call.Get(Enabled) is { } enabled) rules["enabled"] = enabled;
        if (call.Get(WriteTo) is { } writeTo) rules["writeTo"] = writeTo;
        if (call.Get(Events) is { } events) rules["events"] = events;
        if (call.Get(UserPerMinute) is { } ofUser) rules["userPerMinute"] = ofUser;
        if (call.Get(TenantPerMinute) is { } ofTenant) rules["tenantPerMinute"] = ofTenant;
        if (call.Get(Topics) is { Length: > 0 } topics)
            rules["topics"] = topics is ["none"] ? [] : new JsonArray([.. topics.Select(RuleOf)]);
        return rules;
    }

    static JsonNode RuleOf(string text)
    {
        var parts = text.Split(':');
        return new JsonObject { ["name"] = parts[0], ["subscribe"] = Names(parts, 1), ["publish"] = Names(parts, 2) };
    }

    static JsonArray Names(string[] parts, int n) => new([.. (parts.ElementAtOrDefault(n) ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => JsonValue.Create(name))]);
}
