using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Keys;

/// <summary>
/// A key vault on a free port of this machine, over HTTPS, that speaks the part of Azure's REST API (7.x) that we use.
/// It has a name of its own under vault.azure.net, which <see cref="Transport"/> leads here, so that the SDK's check of
/// the challenge's resource stays on as in production.
/// </summary>
public sealed class StandInVault : IAsyncDisposable
{
    internal const string Token = "stand-in-token";
    private static readonly JsonSerializerOptions json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly X509Certificate2 certificate;
    private readonly ConcurrentQueue<string> calls = new();
    private readonly ConcurrentQueue<Failure> failures = new();
    private WebApplication? app;
    private int port;
    private int inside;
    private Failure? always;

    private StandInVault(TimeProvider clock)
    {
        // The SDK remembers challenges by host for the whole process: each stand-in is a stranger.
        Host = $"stand-in-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.vault.azure.net";
        certificate = MakeCertificate(Host);
        Keys = new StandInKeys($"https://{Host}", clock);
        Transport = MakeTransport();
    }

    /// <summary>The vault's name; it leads here only through <see cref="Transport"/>.</summary>
    public string Host { get; }

    /// <summary>Where on this machine it listens.</summary>
    public int Port => port;

    /// <summary>What a process of its own must trust to come in.</summary>
    public string CertificatePem => certificate.ExportCertificatePem();

    public Uri Address => new($"https://{Host}/");

    /// <summary>Give this to the SDK's client.</summary>
    public HttpPipelineTransport Transport { get; }

    public StandInCredential Credential { get; } = new(Token);

    /// <summary>The keys in the vault.</summary>
    public StandInKeys Keys { get; }

    /// <summary>The resource that the challenge names.</summary>
    public string Resource { get; set; } = "https://vault.azure.net";

    /// <summary>How long each answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Every request since <see cref="Forget"/>: challenge, list, get, sign, wrapkey, unwrapkey, or failed.</summary>
    public IReadOnlyList<string> Calls => [.. calls];

    public static async Task<StandInVault> Start(TimeProvider clock)
    {
        var vault = new StandInVault(clock);
        await vault.Up();
        return vault;
    }

    public int Count(string call) => calls.Count(made => made == call);

    public void Forget()
    {
        calls.Clear();
        lock (calls) MostAtOnce = inside;
    }

    /// <summary>How many requests it had at the same time at most, since <see cref="Forget"/>.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Answers every request so until <see cref="Recover"/>.</summary>
    public void Fail(int status, string? retryAfter = null, string code = "Error") => always = new Failure(status, retryAfter, code);

    /// <summary>Answers the next request so; several calls line up.</summary>
    public void FailOnce(int status, string? retryAfter = null, string code = "Error") =>
        failures.Enqueue(new Failure(status, retryAfter, code));

    public void Recover() => always = null;

    /// <summary>Stops listening; the keys stay.</summary>
    public async Task Down()
    {
        if (app is null) return;
        await app.StopAsync();
        await app.DisposeAsync();
        app = null;
    }

    /// <summary>Listens on a fresh port.</summary>
    public async Task Up()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        app = builder.Build();
        app.Run(Answer);
        await app.StartAsync();
        port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await Down();
        Keys.Dispose();
        certificate.Dispose();
    }

    private async Task Answer(HttpContext http)
    {
        if (http.Request.Headers.Authorization != $"Bearer {Token}")
        {
            calls.Enqueue("challenge");
            http.Response.Headers.WWWAuthenticate = $"Bearer authorization=\"https://login.microsoftonline.com/stand-in\", "
                + $"resource=\"{Resource}\"";
            await Error(http, new Failure(401, null, "Unauthorized"));
            return;
        }
        lock (calls) MostAtOnce = Math.Max(MostAtOnce, ++inside);
        try
        {
            await Reply(http);
        }
        finally
        {
            lock (calls) inside--;
        }
    }

    private async Task Reply(HttpContext http)
    {
        if (Delay > TimeSpan.Zero) await Task.Delay(Delay, http.RequestAborted);
        if (failures.TryDequeue(out var failure) || (failure = always) is not null)
        {
            calls.Enqueue("failed");
            await Error(http, failure);
            return;
        }
        var (call, status, body) = await Keys.Answer(http.Request);
        calls.Enqueue(call);
        if (status == 200) await http.Response.WriteAsJsonAsync(body, json);
        else await Error(http, new Failure(status, null, (string)body));
    }

    private static async Task Error(HttpContext http, Failure failure)
    {
        http.Response.StatusCode = failure.Status;
        if (failure.RetryAfter is not null) http.Response.Headers.RetryAfter = failure.RetryAfter;
        await http.Response.WriteAsJsonAsync(new { error = new { code = failure.Code, message = "The stand-in says no." } });
    }

    private HttpClientTransport MakeTransport() => new(new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.GetCertHashString() == certificate.GetCertHashString() },
    }));

    private static X509Certificate2 MakeCertificate(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        // Windows serves only certificates whose key went through a PKCS #12.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private sealed record Failure(int Status, string? RetryAfter, string Code);
}

/// <summary>Who we are to the stand-in; refuses to hand its token to any other resource.</summary>
public sealed class StandInCredential(string token) : TokenCredential
{
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        requestContext.Scopes is ["https://vault.azure.net/.default"]
            ? new AccessToken(token, DateTimeOffset.MaxValue)
            : throw new InvalidOperationException($"Asked for a token for {string.Join(' ', requestContext.Scopes)}.");

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new(GetToken(requestContext, cancellationToken));
}
