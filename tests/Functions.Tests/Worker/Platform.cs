using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Latchkey.Tests.Keys;
using Latchkey.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Worker;

/// <summary>
/// What Azure gives a worker in Production, on this machine: storage over https with an identity (Azurite), a key vault, the
/// identity endpoint of App Service, a way out to the vault's name, and certificates to trust. The worker is told of it as of
/// Azure's own, by variables that .NET and the Azure SDK read: no setting or line of Latchkey knows of it.
/// </summary>
sealed class Platform : IAsyncDisposable
{
    public const string Origin = "https://login.example.com";
    public const string OperatorSecret = "one-time-secret-of-the-tests-only";

    readonly string certificates = Path.GetTempFileName();
    readonly CancellationTokenSource ending = new();
    readonly TcpListener proxy = new(IPAddress.Loopback, 0);
    readonly SecureAzurite azurite;
    readonly StandInVault vault;
    readonly WebApplication identity;
    readonly Task proxying;

    Platform(SecureAzurite azurite, StandInVault vault, WebApplication identity)
    {
        (this.azurite, this.vault, this.identity) = (azurite, vault, identity);
        vault.Keys.AddRsa("wrap");
        File.WriteAllText(certificates, $"{azurite.CertificatePem}\n{vault.CertificatePem}\n");
        proxy.Start();
        proxying = Proxy();
    }

    /// <summary>Speaks to storage as a phone does, by the URLs that it gets.</summary>
    public HttpClient Storage => azurite.Http;

    /// <summary>For <see cref="WorkerProcess.Start"/>.</summary>
    public (string Name, string? Value)[] Settings =>
    [
        ("AZURE_FUNCTIONS_ENVIRONMENT", "Production"),
        ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"),
        ("AzureWebJobsDisableHomepage", "true"),
        ("Latchkey__Origin", Origin),
        ("Latchkey__Storage__ConnectionString", null),
        ("Latchkey__Storage__TableEndpoint", $"{azurite.TableEndpoint}"),
        ("Latchkey__Storage__BlobEndpoint", $"{azurite.BlobEndpoint}"),
        ("Latchkey__Storage__QueueEndpoint", $"{azurite.QueueEndpoint}"),
        ("AzureWebJobsStorage", null),
        ("Latchkey__Signing__Mode", "KeyVaultWrapped"),
        ("Latchkey__Signing__KeyFile", null),
        ("Latchkey__Signing__Vault", $"{vault.Address}"),
        ("Latchkey__Signing__WrapKey", "wrap"),
        ("Latchkey__PasswordIterations", null),
        ("Latchkey__OperatorSecretHash", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(OperatorSecret)))),
        ("SSL_CERT_FILE", certificates),
        ("IDENTITY_ENDPOINT", $"{identity.Urls.Single()}/msi/token"),
        ("IDENTITY_HEADER", "stand-in"),
        ("HTTPS_PROXY", $"http://{proxy.LocalEndpoint}"),
        ("NO_PROXY", "127.0.0.1,localhost"),
    ];

    public static async Task<Platform> Start()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var identity = builder.Build();
        identity.MapGet("/msi/token", (string resource) =>
        {
            var expires = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
            var token = resource == "https://vault.azure.net" ? StandInVault.Token
                : new SecureAzurite.Identity().GetToken(new TokenRequestContext([$"{resource}/.default"]), default).Token;
            return Results.Json(new Dictionary<string, string>
            {
                ["access_token"] = token,
                ["expires_on"] = $"{expires}",
                ["resource"] = resource,
                ["token_type"] = "Bearer",
            });
        });
        await identity.StartAsync();
        return new Platform(await SecureAzurite.Start(), await StandInVault.Start(TimeProvider.System), identity);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        proxy.Stop();
        await proxying;
        await identity.DisposeAsync();
        await vault.DisposeAsync();
        await azurite.DisposeAsync();
        ending.Dispose();
        File.Delete(certificates);
    }

    // RFC 9110 §9.3.6: every name leads to the vault.
    async Task Proxy()
    {
        try
        {
            while (true) _ = Tunnel(await proxy.AcceptTcpClientAsync(ending.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // The end.
        }
    }

    async Task Tunnel(TcpClient client)
    {
        using var both = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, vault.Port, ending.Token);
            var (near, far) = (client.GetStream(), server.GetStream());
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)
                && await near.ReadAsync(one, ending.Token) > 0) head.Append((char)one[0]);
            await near.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ending.Token);
            await Task.WhenAny(near.CopyToAsync(far, ending.Token), far.CopyToAsync(near, ending.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or IOException)
        {
            // One side has hung up.
        }
    }
}
