using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth.Apis;

/// <summary>
/// A host whose tenant demo has two APIs, each with a client of its own. A token of Tasks may be traded for one of Notes, as far as its
/// scope says, and a token of Notes for one of Tasks.
/// </summary>
public sealed class ExchangeHost : IAsyncLifetime
{
    public const string Tasks = "https://tasks.example.com/";
    public const string Notes = "https://notes.example.com/";
    public const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";

    public TestHost Host { get; private set; } = null!;

    internal string TasksId { get; private set; } = null!;

    internal string NotesId { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await TestHost.Start();
        var admin = await Host.Admin();
        var tasks = await ApiHost.Add(admin, Tasks, "Tasks", 0, ["*"], ("tasks.read", "See your tasks"), ("tasks.write", "Change them"));
        var notes = await ApiHost.Add(admin, Notes, "Notes", 600, ["*"], ("notes.read", "See your notes"), ("notes.write", "Change them"));
        (TasksId, NotesId) = (tasks.Id, notes.Id);
        await admin.ChangeClient("first-party", new
        {
            scope = "openid offline_access files.read files.write files.share admin tasks.read tasks.write".Split(' '),
        });
        await AddBackend("tasks-api", "notes.read", "notes.write");
        await AddBackend("notes-api", "tasks.read");
        await Change(TasksId, new
        {
            actingClients = AdminClient.Texts("tasks-api"),
            exchangeFrom = new[] { Rule(NotesId, null, "tasks.read") },
        });
        await Change(NotesId, new
        {
            actingClients = AdminClient.Texts("notes-api"),
            exchangeFrom = new[] { Rule(TasksId, "tasks.read", "notes.read"), Rule(TasksId, "tasks.write", "notes.write") },
        });
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    internal static object Rule(string api, string? scope, params string[] gives) => new { api, scope, gives };

    internal async Task<ApiAnswer> Change(string api, object change) =>
        await (await Host.Admin()).Send(HttpMethod.Patch, $"apis/{api}", change).Read<ApiAnswer>();

    /// <summary>A client with <see cref="TestClients.Secret"/> that may exchange tokens.</summary>
    internal Task AddBackend(string id, params string[] scope) => Host.AddClient(id, client => client with
    {
        SecretHashes = [Client.HashSecret(TestClients.Secret)],
        Grants = [GrantType.TokenExchange, GrantType.ClientCredentials],
        Scope = Scope.Of(scope),
        Incarnation = Ids.New(),
    });

    /// <summary>What a user's app gets for an API.</summary>
    internal Task<TokenAnswer> SignIn(string scope = "offline_access tasks.read", string user = "alice", string api = Tasks) =>
        Host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", $"{user}-password"),
            ("resource", api), ("scope", scope)).Read<TokenAnswer>();

    /// <summary>The form with which a backend trades a token.</summary>
    internal static List<(string Name, string Value)> Form(
        string token, string client = "tasks-api", string api = Notes, params (string, string)[] more) =>
    [
        ("grant_type", GrantType.TokenExchange), ("client_id", client), ("client_secret", TestClients.Secret), ("subject_token", token),
        ("subject_token_type", AccessToken), ("resource", api), .. more,
    ];

    internal Task<HttpResponseMessage> Exchange(
        string token, string client = "tasks-api", string api = Notes, params (string, string)[] more) =>
        Host.Token("demo", Form(token, client, api, more));

    internal Task<JsonElement> Introspect(string token) => Host.Http.PostAsync("/demo/oauth/introspect", TestHost.Form([
        ("client_id", "service"), ("client_secret", TestHostCallers.ServiceSecret), ("token", token)])).Json();

    internal async Task<bool> IsActive(string token) => (await Introspect(token)).GetProperty("active").GetBoolean();
}
