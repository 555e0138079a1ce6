using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.LocalHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Worker;

/// <summary>
/// The worker under its host and LocalHost, side by side on the same storage and keys, for the same issuers: what one has
/// issued the other takes. In Production the data are made as an operator makes them.
/// </summary>
sealed class TwoHosts : IAsyncDisposable
{
    readonly WorkerProcess worker;
    readonly WebApplication local;
    readonly Platform? platform;

    TwoHosts(WorkerProcess worker, WebApplication local, Platform? platform) =>
        (this.worker, this.local, this.platform) = (worker, local, platform);

    /// <summary>Where LocalHost listens.</summary>
    public Uri Local => new(local.Urls.Single());

    /// <summary>Where the worker's host listens.</summary>
    public Uri Worker => worker.Http.BaseAddress!;

    /// <summary>A user's token with all of a member's rights, an administrator's, an operator's, and one that may do nothing.</summary>
    public string Alice { get; private set; } = "";

    public string Administrator { get; private set; } = "";

    public string Operator { get; private set; } = "";

    public string Nobody { get; private set; } = "";

    /// <summary>What stands for a route's parameters, in braces.</summary>
    public Dictionary<string, string> Values { get; } = [];

    public static async Task<TwoHosts> Start(bool production)
    {
        var platform = production ? await Platform.Start() : null;
        (string Name, string? Value)[] settings =
        [
            ("AZURE_FUNCTIONS_ENVIRONMENT", "Development"),
            ("AzureWebJobsDisableHomepage", "true"),
            ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "33554432"),
            ("Latchkey__Storage__ConnectionString", (await Azurite.Shared).NewAccount()),
            ("Latchkey__Signing__Mode", "Local"),
            ("Latchkey__Signing__KeyFile", Path.Combine(Path.GetTempPath(), $"latchkey-keys-v2-{Environment.ProcessId}.json")),
            ("Latchkey__PasswordIterations", "1"),
            ("Latchkey__Mail__Mode", "None"),
            .. platform?.Settings ?? [],
        ];
        var worker = await WorkerProcess.Start(settings);
        var all = settings.GroupBy(setting => setting.Name)
            .ToDictionary(group => group.Key.Replace("__", ":", StringComparison.Ordinal), group => group.Last().Value);
        all.TryAdd("Latchkey:Origin", worker.Origin);
        all["urls"] = $"http://127.0.0.1:{Azurite.FreePort()}";
        var hosts = new TwoHosts(worker, LocalApp.Build(all, services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            if (production) AddPlatform(services, all);
        }), platform);
        await hosts.Seed(production);
        await hosts.local.StartAsync();
        return hosts;
    }

    // What the worker is told by variables that .NET and the Azure SDK read, a host within this process gets as services.
    static void AddPlatform(IServiceCollection services, Dictionary<string, string?> settings)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(settings["SSL_CERT_FILE"]!);
        var hashes = trusted.Select(certificate => certificate.GetCertHashString()).ToHashSet();
        services.AddSingleton<TokenCredential>(new Identity(settings["IDENTITY_ENDPOINT"]!));
        services.AddSingleton<HttpPipelineTransport>(new HttpClientTransport(new HttpClient(new SocketsHttpHandler
        {
            Proxy = new WebProxy(settings["HTTPS_PROXY"], BypassOnLocal: true),
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown is not null && hashes.Contains(shown.GetCertHashString()) },
        })));
    }

    sealed class Identity(string endpoint) : TokenCredential
    {
        readonly HttpClient http = new();

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var resource = requestContext.Scopes[0].Replace("/.default", "", StringComparison.Ordinal);
            var answer = await http.GetFromJsonAsync<JsonElement>($"{endpoint}?resource={Uri.EscapeDataString(resource)}",
                cancellationToken);
            return new(answer.GetProperty("access_token").GetString()!, TimeProvider.System.GetUtcNow().AddHours(1));
        }
    }

    async Task Seed(bool production)
    {
        if (production) await Deploy();
        else Operator = await Token("operator", ("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", "service-secret-for-local-runs-only"));
        (Alice, Administrator, Nobody) = (await SignIn("alice"), await SignIn("admin"), await SignIn("alice", "profile"));
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1, 2, 3]), "file", "a.bin" } };
        var file = (await Send(HttpMethod.Post, "/demo/files/upload", Alice, 201, form)).GetProperty("id").GetString()!;
        var link = await Send(HttpMethod.Post, $"/demo/files/{file}/shares", Alice, 201,
            JsonContent.Create(new { link = new { }, access = "read" }));
        var users = await Send(HttpMethod.Get, "/demo/admin/users?userName=alice", Administrator, 200);
        foreach (var (name, value) in new[]
        {
            ("id", file), ("token", link.GetProperty("link").GetProperty("url").GetString()!.Split('/')[^1]),
            ("userId", users.GetProperty("users")[0].GetProperty("id").GetString()!), ("group", "family"), ("clientId", "first-party"),
            ("app", "new"),
            ("file", "app.js"), ("role", "member"), ("tenant", "demo"),
        })
            Values[$"{{{name}}}"] = value;
    }

    async Task Deploy()
    {
        await Post("/operator/bootstrap", null, new { secret = Platform.OperatorSecret, userName = "root", password = "root-password" });
        Operator = await Token("operator", ("grant_type", "password"), ("client_id", "cli"), ("username", "root"),
            ("password", "root-password"));
        foreach (var id in new[] { "demo", "acme" }) await Post("/operator/admin/tenants", Operator, new { id });
        var inside = (await Send(HttpMethod.Post, "/operator/admin/tenants/demo/token", Operator, 200,
            JsonContent.Create(new { }))).GetProperty("accessToken").GetString();
        foreach (var (user, role) in new[] { ("alice", "member"), ("admin", "admin") })
            await Post("/demo/admin/users", inside,
                new { userName = user, password = $"{user}-password", roles = AdminClient.Texts(role) });
        await Post("/demo/admin/clients", inside, new
        {
            id = "first-party",
            name = "App",
            authMethod = "none",
            grants = AdminClient.Texts("password", "refresh_token"),
            scope = AdminClient.Texts("openid", "profile", "files.read", "files.write", "files.share", "admin"),
        });
        await Post("/demo/admin/groups", inside, new { id = "family", name = "Family", owner = (string?)null });

        Task Post(string path, string? token, object json) => Send(HttpMethod.Post, path, token, 201, JsonContent.Create(json));
    }

    Task<string> SignIn(string user, string? scope = null) => Token("demo",
        [("grant_type", "password"), ("client_id", "first-party"), ("username", user), ("password", $"{user}-password"),
            .. scope is null ? [] : new[] { ("scope", scope) }]);

    async Task<string> Token(string tenant, params (string, string)[] form) =>
        (await Send(HttpMethod.Post, $"/{tenant}/oauth/token", null, 200, TestHost.Form(form))).GetProperty("access_token").GetString()!;

    async Task<JsonElement> Send(HttpMethod method, string path, string? token, int status, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await TestHost.Json(await worker.Http.SendAsync(request), status);
    }

    public async ValueTask DisposeAsync()
    {
        await local.StopAsync();
        await local.DisposeAsync();
        await worker.DisposeAsync();
        if (platform is not null) await platform.DisposeAsync();
    }
}
