using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Latchkey.Keys;

namespace Latchkey.Tests.Keys;

/// <summary>
/// RSA keys of 2048 bits take long to make, because of their primes. So all deployments under test have the same ones, and those are
/// pairs of few primes. Within one deployment (whoever shares keys) each is unlike any other, however many make them at once.
/// </summary>
static class RsaKeys
{
    static readonly ConcurrentDictionary<int, Lazy<RSAParameters>> made = new();
    static readonly ConcurrentDictionary<string, StrongBox<int>> counts = new(StringComparer.Ordinal);
    static readonly ConditionalWeakTable<object, KeyMaker> makers = [];
    static readonly List<BigInteger> primes = [];
    static int singles;

    /// <summary>Makes keys of which no two are alike, whoever asks.</summary>
    public static KeyMaker Single { get; } = new(algorithm => Make(algorithm, () => Interlocked.Increment(ref singles)));

    /// <summary>The maker of a deployment, by the name of its account or key file.</summary>
    public static KeyMaker Of(string deployment) => Counting(counts.GetOrAdd(deployment, _ => new()));

    /// <summary>The maker of those that share a store.</summary>
    public static KeyMaker Of(object store) => makers.GetValue(store, _ => Counting(new()));

    /// <summary>One of the keys, counted from 1.</summary>
    public static RSAParameters Nth(int nth) => made.GetOrAdd(nth, nth => new(() => Pair(nth))).Value;

    static KeyMaker Counting(StrongBox<int> count) => new(algorithm => Make(algorithm, () => Interlocked.Increment(ref count.Value)));

    static byte[] Make(string algorithm, Func<int> next)
    {
        if (algorithm != PublicKey.RS256) return PrivateKey.Create(algorithm);
        using var key = RSA.Create(Nth(next()));
        return key.ExportPkcs8PrivateKey();
    }

    // The pairs in the order (0, 1), (0, 2), (1, 2), (0, 3) …, so that n primes make n (n - 1) / 2 keys.
    static RSAParameters Pair(int nth)
    {
        var (first, second) = (nth - 1, 1);
        while (first >= second) first -= second++;
        var (p, q) = (Prime(second), Prime(first));
        // RFC 8017 §3.1 and §3.2. E is a prime, and RSA.Create has chosen each of the primes to fit to it.
        var e = new BigInteger(65537);
        var lambda = (p - 1) * (q - 1) / BigInteger.GreatestCommonDivisor(p - 1, q - 1);
        var d = (1 + lambda * (e - BigInteger.ModPow(lambda % e, e - 2, e))) / e;
        return new()
        {
            Modulus = Bytes(p * q, 256),
            Exponent = Bytes(e, 3),
            D = Bytes(d, 256),
            P = Bytes(p, 128),
            Q = Bytes(q, 128),
            DP = Bytes(d % (p - 1), 128),
            DQ = Bytes(d % (q - 1), 128),
            InverseQ = Bytes(BigInteger.ModPow(q, p - 2, p), 128),
        };
    }

    static BigInteger Prime(int index)
    {
        lock (primes)
        {
            while (primes.Count <= index)
            {
                using var key = RSA.Create(PublicKey.MinRsaBits);
                var parameters = key.ExportParameters(true);
                primes.Add(new(parameters.P, isUnsigned: true, isBigEndian: true));
                primes.Add(new(parameters.Q, isUnsigned: true, isBigEndian: true));
            }
            return primes[index];
        }
    }

    static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = new byte[length];
        var written = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(bytes.AsSpan(length - written), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
