using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>Webhooks: addresses that are told what happens in a tenant. A secret is printed once.</summary>
static class WebhookCommands
{
    const int MostDeliveries = 1000;

    static readonly Argument<string> Url = new("URL") { Description = "Where events are sent, https" };
    static readonly Argument<string> Id = new("WEBHOOK-ID") { Description = "The webhook's id" };
    static readonly Argument<string> Delivery = new("DELIVERY-ID") { Description = "The delivery's id, from the list" };
    static readonly Option<string?> NewUrl = new("--url") { Description = "Where events are sent, https" };
    static readonly Option<string[]> Types = CommandLine.Many("--type", "A type of events, such as user.created or user.*; all if none");
    static readonly Option<string?> Description = new("--description") { Description = "What it is for" };
    static readonly Option<bool?> Enabled = new("--enabled") { Description = "Whether events are sent to it" };
    static readonly Option<string> State =
        new("--state") { Description = "pending, delivered or dead", DefaultValueFactory = _ => "dead" };

    public static Command All() => CommandLine.Noun("webhooks", "Addresses that are told what happens in the tenant",
        CommandLine.Verb("list", "List them", async call =>
            call.Show(((await call.Ask(HttpMethod.Get, "webhooks"))!["webhooks"] as JsonArray ?? []).Select(one => one?.DeepClone()),
                "id", "url", "types", "enabled", "disabledBecause", "failingSince"), []),
        CommandLine.Verb("create", "Create one and print its secret",
            async call => call.Show(await call.Ask(HttpMethod.Post, "webhooks", Body(call, call.Get(Url)))), [Url, Types, Description]),
        CommandLine.Verb("show", "Show one", async call => call.Show(await call.Ask(HttpMethod.Get, Path(call))), [Id]),
        CommandLine.Verb("set", "Change one", async call =>
            call.Show(await call.Ask(HttpMethod.Patch, Path(call), Body(call, call.Get(NewUrl)))),
            [Id, NewUrl, Types, Description, Enabled]),
        CommandLine.Verb("delete", "Delete one", async call =>
        {
            await call.Ask(HttpMethod.Delete, Path(call));
            call.Done("The webhook is deleted.");
        }, [Id]),
        CommandLine.Verb("rotate-secret", "Make a new secret and print it; the former one signs for a day more", async call =>
            call.Show(await call.Ask(HttpMethod.Post, $"{Path(call)}/secret", new { })), [Id]),
        CommandLine.Verb("test", "Send an event to try one", async call =>
            call.Show(await call.Ask(HttpMethod.Post, $"{Path(call)}/test", new { })), [Id]),
        CommandLine.Verb("deliveries", "List what was given up, was sent, or is still to be sent", async call =>
            call.Show(await call.Connection.All(call.Tenant, $"{Path(call)}/deliveries?state={Uri.EscapeDataString(call.Get(State)!)}",
                "deliveries", MostDeliveries), "id", "eventId", "type", "timestamp", "tries", "lastResult"), [Id, State]),
        CommandLine.Verb("retry", "Send one event again", async call =>
            call.Show(
                await call.Ask(HttpMethod.Post, $"{Path(call)}/deliveries/{Uri.EscapeDataString(call.Get(Delivery))}/retry", new { })),
            [Id, Delivery]));

    static string Path(Call call) => $"webhooks/{Uri.EscapeDataString(call.Get(Id))}";

    static Dictionary<string, object?> Body(Call call, string? url)
    {
        var body = new Dictionary<string, object?>();
        if (url is not null) body["url"] = url;
        if (call.Get(Types) is { Length: > 0 } types) body["types"] = types;
        if (call.Get(Description) is { } description) body["description"] = description;
        if (call.Get(Enabled) is { } enabled) body["enabled"] = enabled;
        return body;
    }
}
