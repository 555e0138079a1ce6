using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Latchkey.Keys;

namespace Latchkey.Tests.Keys;

/// <summary>
/// RSA keys take long to make, so all deployments under test have the same ones. Within one deployment (whoever shares keys) each is
/// unlike any other, however many make them at once.
/// </summary>
static class RsaKeys
{
    static readonly ConcurrentDictionary<int, Lazy<byte[]>> made = new();
    static readonly ConcurrentDictionary<string, StrongBox<int>> counts = new(StringComparer.Ordinal);
    static readonly ConditionalWeakTable<object, KeyMaker> makers = [];

    /// <summary>The maker of a deployment, by the name of its account or key file.</summary>
    public static KeyMaker Of(string deployment) => Counting(counts.GetOrAdd(deployment, _ => new()));

    /// <summary>The maker of those that share a store.</summary>
    public static KeyMaker Of(object store) => makers.GetValue(store, _ => Counting(new()));

    static KeyMaker Counting(StrongBox<int> count) => new(algorithm => algorithm != PublicKey.RS256 ? PrivateKey.Create(algorithm)
        : made.GetOrAdd(Interlocked.Increment(ref count.Value), _ => new(() => PrivateKey.Create(algorithm))).Value);
}
