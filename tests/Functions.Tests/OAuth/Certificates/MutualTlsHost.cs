using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Latchkey.Tests.OpenApi;

namespace Latchkey.Tests.OAuth.Certificates;

/// <summary>A host that has, beside its plain address, one that asks for client certificates over real TLS.</summary>
public sealed class MutualTlsHost : IAsyncLifetime
{
    readonly List<HttpClient> callers = [];

    public TestHost Host { get; private set; } = null!;

    /// <summary>The address for mutual TLS.</summary>
    public string Origin { get; } = $"https://localhost:{Azurite.FreePort()}";

    public async Task InitializeAsync() => Host = await TestHost.Start(settings: new()
    {
        ["Latchkey:MutualTls:Origin"] = Origin,
        ["Latchkey:MutualTls:FromPlatform"] = "true",
    });

    public async Task DisposeAsync()
    {
        foreach (var caller in callers) caller.Dispose();
        await Host.DisposeAsync();
    }

    /// <summary>A caller over mutual TLS; every answer is held to the OpenAPI document.</summary>
    internal HttpClient With(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost";
        if (certificate is not null) handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        var caller = new HttpClient(new ContractHandler(new Uri(Origin), handler)) { BaseAddress = new Uri(Origin) };
        callers.Add(caller);
        return caller;
    }

    /// <summary>A client's own token, asked for with a certificate.</summary>
    internal Task<HttpResponseMessage> Token(X509Certificate2? certificate, string client, string tenant = "demo") =>
        Token(With(certificate), client, tenant);

    internal static Task<HttpResponseMessage> Token(HttpClient caller, string client, string tenant = "demo") =>
        caller.PostAsync($"/{tenant}/oauth/token", Form(client));

    internal static FormUrlEncodedContent Form(string client) =>
        TestHost.Form(("grant_type", "client_credentials"), ("client_id", client), ("scope", "files.read"));

    /// <summary>Uses an access token at a protected endpoint.</summary>
    internal static Task<HttpResponseMessage> Use(HttpClient caller, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/demo/files");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return caller.SendAsync(request);
    }
}
