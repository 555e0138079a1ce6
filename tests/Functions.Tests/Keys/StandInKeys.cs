using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Tests.Keys;

/// <summary>The keys of a <see cref="StandInVault"/> and the REST operations on them.</summary>
public sealed class StandInKeys(string address, TimeProvider clock) : IDisposable
{
    // RSA keys take long to make, so the vaults of all tests have the same ones.
    private static readonly ConcurrentDictionary<(int Bits, int Nth), RSAParameters> rsaKeys = new();

    private readonly ConcurrentDictionary<string, List<StandInKey>> keys = new(StringComparer.OrdinalIgnoreCase);
    private int rsaCount;

    /// <summary>How many versions one page of a list holds; Azure's is 25.</summary>
    public int PageSize { get; set; } = 25;

    /// <summary>Adds an ES256 key, or a version of it, made now.</summary>
    public StandInKey AddEc(string name, ECCurve? curve = null) => Add(name, ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256));

    /// <summary>Adds an RSA key, or a version of it, made now; unlike any other in this vault.</summary>
    public StandInKey AddRsa(string name, int bits = 2048) =>
        Add(name, RSA.Create(rsaKeys.GetOrAdd((bits, Interlocked.Increment(ref rsaCount)), static of => MakeRsa(of.Bits, of.Nth))));

    public void Dispose()
    {
        foreach (var key in keys.Values.SelectMany(versions => versions)) key.Dispose();
    }

    /// <summary>The call's name, the status, and the body or, on an error, its code.</summary>
    internal async Task<(string Call, int Status, object Body)> Answer(HttpRequest request)
    {
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is not ["keys", var name, ..]) return ("unknown", 404, "NotFound");
        var versions = keys.TryGetValue(name, out var found) ? found.ToArray() : [];
        if (request.Method == "GET" && path is [_, _, "versions"]) return ("list", 200, List(name, versions, request.Query["$skiptoken"]));

        var key = path.Length > 2 ? versions.SingleOrDefault(version => version.Version == path[2]) : versions.LastOrDefault();
        if (request.Method == "GET" && path.Length <= 3) return key is null ? ("get", 404, "KeyNotFound") : ("get", 200, key.Read());
        if (request.Method != "POST" || path is not [_, _, _, var last]) return ("unknown", 404, "NotFound");
        var operation = last.ToLowerInvariant();
        if (key is null) return (operation, 404, "KeyNotFound");
        if (!key.Allows(operation, clock.GetUtcNow())) return (operation, 403, "Forbidden");

        using var body = await JsonDocument.ParseAsync(request.Body);
        var algorithm = body.RootElement.GetProperty("alg").GetString()!;
        var value = Base64Url.DecodeFromChars(body.RootElement.GetProperty("value").GetString());
        try
        {
            return (operation, 200, new { kid = key.Id, value = Base64Url.EncodeToString(key.Operate(operation, algorithm, value)) });
        }
        catch (CryptographicException)
        {
            return (operation, 400, "BadParameter");
        }
    }

    private object List(string name, StandInKey[] versions, string? skip)
    {
        var from = skip is null ? 0 : int.Parse(skip, System.Globalization.CultureInfo.InvariantCulture);
        var next = from + PageSize < versions.Length ? $"{address}/keys/{name}/versions?api-version=7.5&$skiptoken={from + PageSize}"
            : null;
        return new { value = versions.Skip(from).Take(PageSize).Select(version => version.List()), nextLink = next };
    }

    private static RSAParameters MakeRsa(int bits, int nth)
    {
        if (bits == 2048) return RsaKeys.Nth(nth);
        using var made = RSA.Create(bits);
        return made.ExportParameters(true);
    }

    private StandInKey Add(string name, AsymmetricAlgorithm material)
    {
        var key = new StandInKey($"{address}/keys/{name}", material, clock);
        keys.AddOrUpdate(name, [key], (_, versions) => [.. versions, key]);
        return key;
    }
}

/// <summary>One version of a key in the stand-in.</summary>
public sealed class StandInKey(string address, AsymmetricAlgorithm material, TimeProvider clock) : IDisposable
{
    private readonly Lock gate = new();

    public string Version { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public string Id => $"{address}/{Version}";

    public DateTimeOffset Created { get; } = clock.GetUtcNow();

    public DateTimeOffset Updated { get; private set; } = clock.GetUtcNow();

    public DateTimeOffset? NotBefore { get; set => Touch(out field, value); }

    public DateTimeOffset? Expires { get; set => Touch(out field, value); }

    public string[] Operations { get; set; } = ["sign", "verify", "wrapKey", "unwrapKey"];

    public bool Enabled { get; set => Touch(out field, value); } = true;

    public void Dispose() => material.Dispose();

    // As in Azure: outside its dates a key still unwraps.
    internal bool Allows(string operation, DateTimeOffset now) =>
        Enabled && (operation == "unwrapkey" || (!(now < NotBefore) && !(now >= Expires)));

    internal object List() => new { kid = Id, attributes = Attributes() };

    internal object Read()
    {
        if (material is ECDsa ec)
        {
            var point = ec.ExportParameters(false);
            var crv = ec.KeySize == 256 ? "P-256" : "P-384";
            var key = new { kid = Id, kty = "EC", key_ops = Operations, crv, x = Text(point.Q.X), y = Text(point.Q.Y) };
            return new { key, attributes = Attributes() };
        }
        else
        {
            var numbers = ((RSA)material).ExportParameters(false);
            var key = new { kid = Id, kty = "RSA", key_ops = Operations, n = Text(numbers.Modulus), e = Text(numbers.Exponent) };
            return new { key, attributes = Attributes() };
        }
    }

    internal byte[] Operate(string operation, string algorithm, byte[] value)
    {
        lock (gate)
        {
            return (operation, algorithm, material) switch
            {
                ("sign", "ES256", ECDsa ec) => ec.SignHash(value, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
                ("sign", "RS256", RSA rsa) => rsa.SignHash(value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                ("wrapkey", "RSA-OAEP-256", RSA rsa) => rsa.Encrypt(value, RSAEncryptionPadding.OaepSHA256),
                ("unwrapkey", "RSA-OAEP-256", RSA rsa) => rsa.Decrypt(value, RSAEncryptionPadding.OaepSHA256),
                _ => throw new InvalidOperationException($"The stand-in can't {operation} {algorithm}."),
            };
        }
    }

    private void Touch<T>(out T field, T value)
    {
        field = value;
        Updated = clock.GetUtcNow();
    }

    private object Attributes() => new
    {
        enabled = Enabled,
        created = Created.ToUnixTimeSeconds(),
        updated = Updated.ToUnixTimeSeconds(),
        nbf = NotBefore?.ToUnixTimeSeconds(),
        exp = Expires?.ToUnixTimeSeconds(),
    };

    private static string Text(byte[]? bytes) => Base64Url.EncodeToString(bytes);
}
