using System.Text.Json;
using Latchkey.Broker;

namespace Latchkey.Tests.Messages;

/// <summary>A host with a broker in this process, and messages switched on in tenant demo.</summary>
public sealed class MessagesHost : IAsyncLifetime
{
    int port;

    public TestHost Host { get; private set; } = null!;

    public string Mails { get; } = Directory.CreateTempSubdirectory("latchkey-messages-mail").FullName;

    internal PubSubBroker Broker { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        port = Azurite.FreePort();
        Broker = await PubSubBroker.Start(port);
        Host = await TestHost.Start(settings: new()
        {
            ["Latchkey:Messages:Endpoint"] = $"http://127.0.0.1:{port}",
            ["Latchkey:Mail:Folder"] = Mails,
        });
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Broker.DisposeAsync();
        await Eventually.Gone(Mails);
    }

    /// <summary>The broker dies; what the steps do meanwhile they do without it.</summary>
    internal async Task WithoutBroker(Func<Task> steps)
    {
        await Broker.DisposeAsync();
        await steps();
        Broker = await PubSubBroker.Start(port);
    }

    /// <summary>A user of a tenant, signed in with the scope for messages.</summary>
    internal Task<Correspondent> As(string user, string tenant = "demo") => Correspondent.Of(Host, user, tenant);

    /// <summary>A new user.</summary>
    internal async Task<Correspondent> New(string name, string tenant = "demo")
    {
        await (await Host.Admin(tenant)).AddUser(new NewUser(name));
        return await As(name, tenant);
    }
}

/// <summary>A user who sends and reads messages over HTTP.</summary>
sealed class Correspondent(TestHost host, string tenant, string id, string token)
{
    public string Id => id;

    public string Token => token;

    /// <summary>A user, signed in with the scope for messages.</summary>
    public static async Task<Correspondent> Of(TestHost host, string user, string tenant = "demo") =>
        new(host, tenant, await host.UserId(user, tenant), (await host.Tokens(tenant, user, "messages")).AccessToken);

    public Task<HttpResponseMessage> Ask(HttpMethod method, string path, object? json = null) =>
        host.Send(method, $"/{tenant}/{path}", token, json);

    public Task<HttpResponseMessage> TrySend(object to, string body, string? name = null) => Ask(HttpMethod.Post, "messages",
        name is null ? new { to, body } : new { to, body, id = name });

    public async Task<string> Send(object to, string body, string? name = null) =>
        (await TrySend(to, body, name).Json(202)).GetProperty("id").GetString()!;

    public Task<JsonElement> Page(string? cursor = null, int limit = 50) =>
        Ask(HttpMethod.Get, $"messages?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}").Json();

    public async Task<List<JsonElement>> Inbox(int limit = 50) =>
        [.. (await Page(limit: limit)).GetProperty("messages").EnumerateArray()];

    public async Task<List<string>> Bodies(int limit = 50) =>
        [.. (await Inbox(limit)).Select(message => message.GetProperty("body").GetString()!)];

    public Task Acknowledge(params string[] ids) => Ask(HttpMethod.Post, "messages/acknowledge", new { ids }).Is(204);

    public Task<JsonElement> Key() => Ask(HttpMethod.Post, "messages/connect").Json();

    /// <summary>Connects, and subscribes to all that the key allows.</summary>
    public async Task<Listener> Listen() => await Listener.Start(await Key());
}
