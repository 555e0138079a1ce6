using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Keys;

/// <summary>A private signing key in this process: ES256 (P-256) or RS256. Any number of threads may sign at once.</summary>
sealed class PrivateKey
{
    // The platform's key objects are not documented as thread-safe, and importing a key costs more than a signature.
    readonly ConcurrentBag<AsymmetricAlgorithm> idle = [];
    readonly byte[] pkcs8;

    /// <summary>Reads a key from PKCS #8 (RFC 5958).</summary>
    /// <exception cref="CryptographicException">It is not such a key, or it is too weak.</exception>
    public PrivateKey(string algorithm, byte[] pkcs8)
    {
        this.pkcs8 = pkcs8;
        var key = Import(algorithm, pkcs8);
        Public = key is ECDsa ec ? PublicKey.Of(ec.ExportParameters(false)) : PublicKey.Of(((RSA)key).ExportParameters(false));
        idle.Add(key);
    }

    /// <summary>The published form of this key.</summary>
    public JsonWebKey Public { get; }

    /// <summary>Creates a key and returns its secret PKCS #8. RSA keys have 2048 bits and take up to a second.</summary>
    public static byte[] Create(string algorithm)
    {
        using AsymmetricAlgorithm key = algorithm == PublicKey.ES256
            ? ECDsa.Create(ECCurve.NamedCurves.nistP256)
            : RSA.Create(PublicKey.MinRsaBits);
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>Signs in the format of RFC 7518 §3.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        if (!idle.TryTake(out var key)) key = Import(Public.Alg, pkcs8);
        var signature = key is ECDsa ec
            ? ec.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : ((RSA)key).SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        idle.Add(key);
        return signature;
    }

    static AsymmetricAlgorithm Import(string algorithm, byte[] pkcs8)
    {
        AsymmetricAlgorithm key = algorithm == PublicKey.ES256 ? ECDsa.Create() : RSA.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
