using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Storage;

namespace Latchkey.Tests.Storage;

/// <summary>One for the tests of a class, which leave nothing that the others would see.</summary>
public sealed class SecureStorage : IAsyncLifetime
{
    internal SecureAzurite Azurite { get; private set; } = null!;

    public async Task InitializeAsync() => Azurite = await SecureAzurite.Start();

    public async Task DisposeAsync() => await Azurite.DisposeAsync();
}

/// <summary>
/// Azurite as Azure is: https (a certificate made on the spot) and an identity in place of the account key, which is
/// what delegation keys need.
/// </summary>
sealed class SecureAzurite : IAsyncDisposable
{
    const string Account = "secure";

    readonly string folder = Directory.CreateTempSubdirectory("latchkey-secure").FullName;
    readonly X509Certificate2 certificate = MakeCertificate();
    readonly int blobPort = Azurite.FreePort();
    readonly int queuePort = Azurite.FreePort();
    readonly int tablePort = Azurite.FreePort();
    Process process = null!;

    SecureAzurite() => Http = new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.GetCertHashString() == certificate.GetCertHashString() },
    });

    /// <summary>Trusts its certificate, and no other.</summary>
    public HttpClient Http { get; }

    public RoundTrips RoundTrips { get; } = new();

    public Uri TableEndpoint => new($"https://127.0.0.1:{tablePort}/{Account}");

    public Uri BlobEndpoint => new($"https://127.0.0.1:{blobPort}/{Account}");

    public Uri QueueEndpoint => new($"https://127.0.0.1:{queuePort}/{Account}");

    /// <summary>What a process of its own must trust to come in.</summary>
    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>The same in a file.</summary>
    public string CertificatePath => Path.Combine(folder, "cert.pem");

    /// <summary>For a program that has no identity of its own.</summary>
    public static string Token => new Identity().GetToken(default, default).Token;

    public StorageClients Clients =>
        new(TableEndpoint, BlobEndpoint, QueueEndpoint, new Identity(), RoundTrips, StorageRetries.Default, new HttpClientTransport(Http));

    public static async Task<SecureAzurite> Start()
    {
        var azurite = new SecureAzurite();
        await azurite.Launch();
        return azurite;
    }

    public void Kill()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    public async Task Launch()
    {
        var (certPath, keyPath) = (CertificatePath, Path.Combine(folder, "key.pem"));
        await File.WriteAllTextAsync(certPath, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var start = new ProcessStartInfo("node", [
            .. Azurite.Preloads, Repository.Path("tests/azurite/node_modules/azurite/dist/src/azurite.js"),
            "--blobPort", $"{blobPort}", "--tablePort", $"{tablePort}", "--queuePort", $"{queuePort}",
            "--skipApiVersionCheck", "--disableTelemetry", "--silent", "--inMemoryPersistence",
            "--oauth", "basic", "--cert", certPath, "--key", keyPath])
        {
            RedirectStandardInput = true, // Its end tells it that this process is gone.
        };
        start.Environment["AZURITE_ACCOUNTS"] = $"{Account}:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
        process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill(entireProcessTree: true);
        var patience = Stopwatch.StartNew();
        while (!await Answers())
        {
            if (process.HasExited
                || patience.Elapsed > TimeSpan.FromMinutes(1)) throw new InvalidOperationException("Azurite did not start.");
            await Task.Delay(100);
        }
    }

    async Task<bool> Answers()
    {
        try
        {
            await Http.GetAsync(new Uri($"https://127.0.0.1:{blobPort}/"));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited) Kill();
        Http.Dispose();
        certificate.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    // A token as Entra ID would give; Azurite reads it and does not check the signature.
    internal sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = TimeProvider.System.GetUtcNow();
            var claims = new Dictionary<string, object>
            {
                ["aud"] = "https://storage.azure.com",
                ["iss"] = "https://sts.windows.net/00000000-0000-0000-0000-000000000001/",
                ["iat"] = now.ToUnixTimeSeconds(),
                ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
                ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
                ["oid"] = "00000000-0000-0000-0000-000000000002",
                ["tid"] = "00000000-0000-0000-0000-000000000001",
            };
            return new($"{Part(new { alg = "RS256", typ = "JWT" })}.{Part(claims)}.c2lnbmF0dXJl", now.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));

        static string Part<T>(T json) =>
            System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(json)));
    }
}
