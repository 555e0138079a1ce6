using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using MQTTnet;
using MQTTnet.AspNetCore;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Latchkey.Broker;

/// <summary>
/// Azure Web PubSub as far as Latchkey uses it: MQTT 3.1.1 and 5 over WebSocket at <c>/clients/mqtt/hubs/{hub}?access_token=…</c>, with
/// the tokens, roles and REST calls of the service (api-version 2024-12-01). A topic is a group, there are no wildcard subscriptions, no
/// retained messages, and no session outlives its connection.
/// </summary>
public sealed class PubSubBroker : IAsyncDisposable
{
    const string ApiVersion = "2024-12-01";

    readonly WebApplication app;
    readonly string? serviceToken;

    // By the client's id, which is one connection's in a hub; and until it is known, by the port that the connection comes from.
    readonly ConcurrentDictionary<string, Connection> connections = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, ClientToken> arriving = [];

    PubSubBroker(WebApplication app, string? serviceToken) => (this.app, this.serviceToken) = (app, serviceToken);

    // A token's groups are subscriptions from the connection's first moment on, and a client can leave them.
    sealed record Connection(ClientToken Token, MqttProtocolVersion Version, int Port)
    {
        public ConcurrentDictionary<string, bool> Groups { get; } = new(Token.Groups.Select(group => KeyValuePair.Create(group, true)));
    }

#pragma warning disable RS0030 // The broker has the machine's clock.
    internal static DateTimeOffset Now => DateTimeOffset.UtcNow;
#pragma warning restore RS0030

    /// <summary>Ends when the process is told to stop.</summary>
    public Task Stopped => app.WaitForShutdownAsync();

    /// <summary>The REST calls so far, without their query.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>Starts it.</summary>
    /// <param name="port">The port.</param>
    /// <param name="serviceToken">The bearer token that REST calls must carry; null: none is asked for.</param>
    /// <param name="https">Makes it listen by TLS, with this certificate.</param>
    /// <param name="address">Where it listens; null: on 127.0.0.1 alone.</param>
    public static async Task<PubSubBroker> Start(
        int port, string? serviceToken = null, System.Security.Cryptography.X509Certificates.X509Certificate2? https = null,
        IPAddress? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (https is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address ?? IPAddress.Loopback, port, listen =>
        {
            if (https is not null) listen.UseHttps(https);
        }));
        builder.Services.AddHostedMqttServer(options => options.WithoutDefaultEndpoint());
        builder.Services.AddMqttWebSocketServerAdapter();
        var app = builder.Build();
        var broker = new PubSubBroker(app, serviceToken);
        broker.Map();
        await app.StartAsync();
        return broker;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    void Map()
    {
        app.UseWebSockets();
        app.UseMqttServer(server =>
        {
            server.ValidatingConnectionAsync += Validate;
            server.InterceptingSubscriptionAsync += Subscribe;
            server.InterceptingUnsubscriptionAsync += Unsubscribe;
            server.InterceptingPublishAsync += Publish;
            server.ClientDisconnectedAsync += left =>
            {
                // The next connection with this id may be there before the end of the last one is reported.
                if (connections.TryGetValue(left.ClientId, out var its) && its.Port == PortOf(left.RemoteEndPoint))
                    connections.TryRemove(KeyValuePair.Create(left.ClientId, its));
                return Task.CompletedTask;
            };
        });
        app.MapGet("/clients/mqtt/hubs/{hub}", Connect);
        app.MapPost("/api/hubs/{hub}/:generateToken", (HttpRequest http, string hub) => Service(http, () => GenerateToken(http, hub)));
        app.MapPost("/api/hubs/{hub}/groups/{group}/:send", (HttpRequest http, string group) => Service(http, () => Send(http, group)));
        app.MapPost("/api/hubs/{hub}/groups/{group}/:closeConnections", (HttpRequest http, string group) =>
            Service(http, () => Close(its => its.Groups.ContainsKey(group))));
        app.MapPost("/api/hubs/{hub}/users/{user}/:closeConnections", (HttpRequest http, string user) =>
            Service(http, () => Close(its => its.Token.User == user)));
        app.MapMethods("/api/health", ["HEAD"], () => Results.Ok());
    }

    async Task<IResult> Service(HttpRequest http, Func<Task<IResult>> handle)
    {
        Calls.Enqueue(http.Path.Value!);
        if (serviceToken is not null && http.Headers.Authorization != $"Bearer {serviceToken}") return Results.StatusCode(401);
        return http.Query["api-version"] == ApiVersion ? await handle() : Results.BadRequest();
    }

    static Task<IResult> GenerateToken(HttpRequest http, string hub)
    {
        var query = http.Query;
        if (query["clientType"] != "MQTT" || !int.TryParse(query["minutesToExpire"], out var minutes) || minutes < 1)
            return Task.FromResult(Results.BadRequest());
        var token = new ClientToken($"{query["userId"]}", [.. query["role"].OfType<string>()], [.. query["group"].OfType<string>()],
            hub, Now.AddMinutes(minutes).ToUnixTimeSeconds());
        return Task.FromResult(Results.Json(new { token = token.Sign() }));
    }

    async Task<IResult> Send(HttpRequest http, string group)
    {
        using var body = new MemoryStream();
        await http.Body.CopyToAsync(body);
        var message = new MqttApplicationMessageBuilder().WithTopic(group).WithPayload(body.ToArray())
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
        await Server.InjectApplicationMessage(new InjectedMqttApplicationMessage(message) { SenderClientId = "service" });
        return Results.StatusCode(202);
    }

    async Task<IResult> Close(Func<Connection, bool> which)
    {
        foreach (var (id, _) in connections.Where(one => which(one.Value)).ToList())
        {
            try
            {
                await Server.DisconnectClientAsync(id,
                    new MqttServerClientDisconnectOptions { ReasonCode = MqttDisconnectReasonCode.AdministrativeAction });
            }
            catch (KeyNotFoundException)
            {
                // It has just left.
            }
        }
        return Results.NoContent();
    }

    async Task Connect(HttpContext http, string hub)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = 400;
            return;
        }
        if (ClientToken.Read(http.Request.Query["access_token"], hub) is not { } token)
        {
            http.Response.StatusCode = 401;
            return;
        }
        var port = http.Connection.RemotePort;
        arriving[port] = token;
        try
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync(MqttSubProtocolSelector.SelectSubProtocol(http.Request));
            await http.RequestServices.GetRequiredService<MqttWebSocketServerAdapter>().RunWebSocketConnectionAsync(socket, http);
        }
        catch (WebSocketException)
        {
            // The client has hung up.
        }
        finally
        {
            arriving.TryRemove(port, out _);
        }
    }

    Task Validate(ValidatingConnectionEventArgs connect)
    {
        var port = PortOf(connect.RemoteEndPoint);
        var token = arriving.GetValueOrDefault(port);
        // Azure: 0-9, a-z, A-Z, at most 128. A client id is one user's as long as it is connected.
        var isGood = token is not null && connect.ClientId is { Length: > 0 and <= 128 } id && id.All(char.IsAsciiLetterOrDigit)
            && (!connections.TryGetValue(id, out var there) || there.Token.User == token.User);
        if (!isGood) connect.ReasonCode = MqttConnectReasonCode.ClientIdentifierNotValid;
        else connections[connect.ClientId!] = new(token!, connect.ProtocolVersion, port);
        return Task.CompletedTask;
    }

    static int PortOf(EndPoint? other) => (other as IPEndPoint)?.Port ?? 0;

    Task Subscribe(InterceptingSubscriptionEventArgs asked)
    {
        var topic = asked.TopicFilter.Topic;
        if (!connections.TryGetValue(asked.ClientId, out var its)) asked.ProcessSubscription = false;
        else if (topic.Contains('+', StringComparison.Ordinal) || topic.Contains('#', StringComparison.Ordinal))
            Refuse(asked, its.Version, MqttSubscribeReasonCode.WildcardSubscriptionsNotSupported);
        else if (!its.Token.May("joinLeaveGroup", topic)) Refuse(asked, its.Version, MqttSubscribeReasonCode.NotAuthorized);
        return Task.CompletedTask;
    }

    Task Unsubscribe(InterceptingUnsubscriptionEventArgs left)
    {
        if (connections.TryGetValue(left.ClientId, out var its)) its.Groups.TryRemove(left.Topic, out _);
        return Task.CompletedTask;
    }

    static void Refuse(InterceptingSubscriptionEventArgs asked, MqttProtocolVersion version, MqttSubscribeReasonCode why)
    {
        asked.ProcessSubscription = false;
        asked.Response.ReasonCode = version == MqttProtocolVersion.V500 ? why : MqttSubscribeReasonCode.UnspecifiedError;
    }

    Task Publish(InterceptingPublishEventArgs said)
    {
        if (said.ClientId == "service") return Task.CompletedTask;
        said.ApplicationMessage.Retain = false;
        if (connections.TryGetValue(said.ClientId, out var its) && its.Token.May("sendToGroup", said.ApplicationMessage.Topic))
            return Task.CompletedTask;
        said.ProcessPublish = false;
        said.Response.ReasonCode = MqttPubAckReasonCode.NotAuthorized;
        said.CloseConnection = its?.Version != MqttProtocolVersion.V500; // MQTT 3.1.1 has no other way to say no.
        return Task.CompletedTask;
    }

    MqttServer Server => app.Services.GetRequiredService<MqttHostedServer>();
}
