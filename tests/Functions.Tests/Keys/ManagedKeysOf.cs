using System.Collections.Concurrent;
using Latchkey.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

/// <summary>What one process would have of its own keys, wired as Services does.</summary>
internal sealed class ManagedKeysOf(IKeyStore store, TimeProvider? clock = null, KeyMaker? maker = null)
{
    public ManagedKeys Keys { get; } = new(store, ManagedKey.All, maker ?? RsaKeys.Single, clock ?? TimeProvider.System,
        NullLogger<ManagedKeys>.Instance);

    public LocalSigner Signer => new(Keys);

    public MacKeyRing Ring => new(Keys);

    /// <summary>The keys of one tenant, so that two processes can be compared.</summary>
    public async Task<string> Describe()
    {
        var mac = await Ring.MacKeys("demo", CancellationToken.None);
        var keys = await Signer.PublicKeys("demo", CancellationToken.None);
        return string.Join(' ', [.. keys.Select(key => key.Kid), Convert.ToHexStringLower(mac[0])]);
    }
}

/// <summary>A store of sealed keys in memory, so that a test can change what is stored.</summary>
internal sealed class SealedStore : ConcurrentDictionary<(string Tenant, string Algorithm, int Number), SealedKey>
{
    private int loads;

    /// <summary>How often a tenant was read.</summary>
    public int Loads => loads;

    /// <summary>Thrown by every reading while it is set.</summary>
    public Exception? Fault { get; set; }

    /// <summary>An instance's view of the store, with a vault of its own making.</summary>
    public IKeyStore By(Vault vault) => new Instance(this, new KeySeal(vault, "wrap", NullLogger<KeySeal>.Instance));

    private sealed class Instance(SealedStore rows, KeySeal seal) : IKeyStore
    {
        public Task<TenantKeys> Load(string tenant, IReadOnlyCollection<string> algorithms, IReadOnlyList<ManagedKey> known,
            CancellationToken cancel)
        {
            Interlocked.Increment(ref rows.loads);
            if (rows.Fault is { } fault) throw fault;
            return seal.Decrypt(tenant,
                [.. rows.Where(row => row.Key.Tenant == tenant && algorithms.Contains(row.Key.Algorithm)).Select(row => row.Value)], known,
                cancel);
        }

        public Task Check(CancellationToken cancel) => seal.Check(cancel);

        public async Task<bool> TryAdd(string tenant, ManagedKey key, CancellationToken cancel)
        {
            var closed = await seal.Encrypt(tenant, key, cancel);
            return rows.TryAdd((tenant, key.Row.Algorithm, key.Row.Number), closed);
        }

        public Task Remove(string tenant, KeyRow row, CancellationToken cancel)
        {
            rows.TryRemove((tenant, row.Algorithm, row.Number), out _);
            return Task.CompletedTask;
        }

        public IAsyncEnumerable<TenantKeyRows> All(CancellationToken cancel) => rows.GroupBy(row => row.Key.Tenant)
            .Select(tenant => new TenantKeyRows(tenant.Key, [.. tenant.Select(row => row.Value.Row)])).ToAsyncEnumerable();
    }
}
