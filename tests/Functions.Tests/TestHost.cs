using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Latchkey.LocalHost;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Latchkey.Tests.Keys;
using Latchkey.Tests.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests;

/// <summary>
/// Latchkey on a real port and a real Azurite account of its own, with the demo data, a settable clock and everything
/// that it logs at hand.
/// </summary>
public sealed class TestHost : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ContractHandler contract;
    readonly SecretWatch secrets = new();

    TestHost(WebApplication app, TestClock clock, LogLines log, string origin)
    {
        (this.app, Clock, Log) = (app, clock, log);
        contract = new ContractHandler(new Uri(origin), secrets);
        Http = new HttpClient(contract) { BaseAddress = new Uri(origin) };
    }

    /// <summary>The secrets that went over <see cref="Http"/>: none of them may be in the log.</summary>
    public SecretWatch Secrets => secrets;

    /// <summary>Speaks to the host; follows no redirect and keeps no cookie. Every answer is held to the OpenAPI document.</summary>
    public HttpClient Http { get; }

    public TestClock Clock { get; }

    public LogLines Log { get; }

    public string Origin => Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

    public T Service<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>Starts a host. <paramref name="settings"/> are added to (and win over) those of a test. Without <paramref name="copyDemo"/>
    /// it makes its demo data itself.</summary>
    public static async Task<TestHost> Start(
        Azurite? azurite = null, TestClock? clock = null, Dictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null, bool copyDemo = true)
    {
        var port = Azurite.FreePort();
        var origin = $"http://127.0.0.1:{port}";
        var all = new Dictionary<string, string?>
        {
            ["urls"] = origin,
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
            ["Latchkey:Origin"] = origin,
            ["Latchkey:Signing:Mode"] = "Local",
            ["Latchkey:Signing:KeyFile"] = Path.Combine(Path.GetTempPath(), $"latchkey-keys-v2-{Environment.ProcessId}.json"),
            ["Latchkey:PasswordIterations"] = "1",
        };
        foreach (var (name, value) in settings ?? []) all[name] = value;
        if (!all.TryGetValue("Latchkey:Storage:ConnectionString", out var account))
            all["Latchkey:Storage:ConnectionString"] = account = (azurite ?? await Azurite.Shared).NewAccount();
        clock ??= new TestClock();
        var its = account is not null && copyDemo && DemoCopy.IsUsual(settings) ? Azurite.OfNew(account) : null;
        var isCopied = its is not null && await DemoCopy.TryFill(account!, port);
        var log = new LogLines();
        var app = LocalApp.Build(all, added =>
        {
            added.AddSingleton<TimeProvider>(clock);
            added.AddSingleton(
                RsaKeys.Of(
                    (all["Latchkey:Signing:Mode"] == "Local" ? all["Latchkey:Signing:KeyFile"] : all["Latchkey:Storage:ConnectionString"])
                        ?? origin));
            added.AddSingleton(new StorageRetries(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20)));
            added.AddSingleton(new AuditPause(TimeSpan.FromMilliseconds(100))); // Many tests wait for an entry.
            added.AddLogging(logging => logging.ClearProviders().AddProvider(log));
            services?.Invoke(added);
        }, demoData: !isCopied);
        await app.StartAsync();
        if (its is not null && log.Lines.Any(line => line.Contains("Demo data is ready", StringComparison.Ordinal)))
            await DemoCopy.Keep(its, account!, port); // It has made all of it itself.
        return new TestHost(app, clock, log, origin);
    }

    /// <summary>Runs a timer trigger now, as the Functions host's admin endpoint would.</summary>
    public async Task RunTimer(string name)
    {
        var answer = await Http.PostAsync($"/admin/functions/{name}", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>
    /// Works on the queues until they are empty; how many messages there were. Messages that wait for a time of their own are not seen.
    /// </summary>
    /// <param name="functions">Where the functions with queue triggers are; null: Latchkey's own.</param>
    public Task<int> RunQueues(System.Reflection.Assembly? functions = null) =>
        LocalQueues.RunUntilEmpty(app, functions ?? typeof(Services).Assembly);

    /// <summary>How many requests to storage the steps take.</summary>
    public async Task<long> Trips(Func<Task> steps)
    {
        var trips = Service<RoundTrips>();
        var before = trips.Count;
        await steps();
        return trips.Count - before;
    }

    /// <summary>The blobs and snapshots of tenant demo whose name starts so, those with only uncommitted blocks too.</summary>
    public async Task<List<BlobItem>> Blobs(string prefix)
    {
        var items = new List<BlobItem>();
        var container = Service<StorageClients>().Blobs.GetBlobContainerClient("files-demo");
        await foreach (var item in container.GetBlobsAsync(BlobTraits.None, BlobStates.Snapshots | BlobStates.Uncommitted, prefix,
            default)) items.Add(item);
        return items;
    }

    /// <summary>POSTs a form to the tenant's token endpoint.</summary>
    public Task<HttpResponseMessage> Token(string tenant, params IEnumerable<(string Name, string Value)> form) =>
        Http.PostAsync($"/{tenant}/oauth/token", Form(form));

    /// <summary>Signs a demo user in with the password grant; the answer's JSON.</summary>
    public async Task<JsonElement> SignIn(string tenant, string user = "alice", string? scope = null)
    {
        List<(string, string)> form =
        [
            ("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", $"{user}-password"),
        ];
        if (scope is not null) form.Add(("scope", scope));
        return await Json(await Token(tenant, form), 200);
    }

    /// <summary>Refreshes; the raw answer.</summary>
    public Task<HttpResponseMessage> Refresh(string tenant, string refreshToken) => Token(tenant,
        ("grant_type", "refresh_token"), ("client_id", "first-party"), ("refresh_token", refreshToken));

    /// <summary>Sends a request with a bearer token and, if there is one, a JSON body.</summary>
    public Task<HttpResponseMessage> Send(HttpMethod method, string path, string? token, object? json = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (json is not null) request.Content = JsonContent.Create(json);
        return Http.SendAsync(request);
    }

    public static FormUrlEncodedContent Form(params IEnumerable<(string Name, string Value)> form) =>
        new(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));

    /// <summary>The JSON of an answer that must have this status; a different one fails with the body in the message.</summary>
    public static async Task<JsonElement> Json(HttpResponseMessage answer, int status)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"expected {status}, was {(int)answer.StatusCode}: {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>Stops it, and searches all that it logged: so the whole suite's log is searched, and the test that leaks fails.</summary>
    /// <exception cref="LeakException">A line holds a token, a secret, a password, a code or a signature.</exception>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Assert.Equal([], contract.Faults); // A test may have caught what the handler threw.
        LeakSearch.Search(Log.Lines, secrets.Seen);
    }
}
