using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Bench.Pure;

/// <summary>What every request does without asking anybody, by BenchmarkDotNet.</summary>
[MemoryDiagnoser]
public class PurePaths
{
    const string Issuer = "https://login.example.com/demo";
    const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    readonly JwtWriter jwt = new(new OneKey());
    readonly BearerToken bearer = new(new OneKey(), TimeProvider.System);
    readonly byte[] photo = [0xFF, 0xD8, 0xFF, 0xE0, .. new byte[64 * 1024]];
    readonly byte[] text = [.. Enumerable.Repeat((byte)'a', 64 * 1024)];
    string token = "";

    /// <summary>In this process: the generated programs that BenchmarkDotNet would build know nothing of our central versions.</summary>
    internal static void Run(string[] filter) => BenchmarkRunner.Run<PurePaths>(
        DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(Path.GetFullPath($"{Paths.Local}/pure")).WithOptions(ConfigOptions.DisableOptimizationsValidator),
        filter.Length > 0 ? ["--filter", .. filter.Select(name => $"*{name}*")] : []);

    [GlobalSetup]
    public async Task Setup() => token = await WriteAccessToken();

    [Benchmark]
    public Task<string> WriteAccessToken()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return jwt.Write("demo", SecurityAlgorithms.EcdsaSha256, "at+jwt", new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = BearerToken.FilesAudience(Issuer),
            ["sub"] = "alice",
            ["client_id"] = "web",
            ["scope"] = "files.read files.write",
            ["jti"] = "0123456789012345678901",
            ["tid"] = "demo",
            ["sid"] = "0123456789012345678901",
            ["iat"] = now,
            ["exp"] = now + 3600,
        }, default);
    }

    [Benchmark]
    public Task<AccessToken> VerifyAccessToken() => bearer.Verify(token, _ => new(Issuer), default);

    [Benchmark]
    public bool VerifyCode() => Pkce.Verify(Verifier, Challenge);

    [Benchmark]
    public string HashClientSecret() => Client.HashSecret("service-secret-for-local-runs-only");

    [Benchmark]
    public string RowKeyOfListedFile() => RowKeys.ListedByName("/photos/2026", "Ünïcödé (1).jpg", "0123456789012345678901");

    [Benchmark]
    public string? SniffPhoto() => ContentSniffer.Sniff(photo)?.Type;

    [Benchmark]
    public string? SniffText() => ContentSniffer.Sniff(text)?.Type;

    // One ES256 key in memory: neither store nor vault.
    sealed class OneKey : ISigner
    {
        static readonly PrivateKey key = new(SecurityAlgorithms.EcdsaSha256, PrivateKey.Create(SecurityAlgorithms.EcdsaSha256));

        public ValueTask<SigningKey> Current(string tenant, string algorithm, CancellationToken cancel) =>
            new(new SigningKey(key.Public.Kid, algorithm));

        public Task<byte[]> Sign(string tenant, SigningKey signing, ReadOnlyMemory<byte> data, CancellationToken cancel) =>
            Task.FromResult(key.Sign(data.Span));

        public ValueTask<IReadOnlyList<JsonWebKey>> PublicKeys(string tenant, CancellationToken cancel) => new([key.Public]);

        public ValueTask<IReadOnlyList<JsonWebKey>> RenewedPublicKeys(string tenant, CancellationToken cancel) =>
            PublicKeys(tenant, cancel);

        public ValueTask<IReadOnlyList<KeyInfo>> Keys(string tenant, CancellationToken cancel) => new([]);
    }
}
