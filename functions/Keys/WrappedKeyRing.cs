using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace Latchkey.Keys;

/// <summary>A symmetric key as it is stored: wrapped by an RSA key of the vault (RSA-OAEP-256, RFC 7518 section 4.3).</summary>
/// <param name="Id">Names the key within its tenant; the first is <c>1</c>.</param>
/// <param name="WrapKeyId">The address of the vault key, with its version, that wrapped it.</param>
/// <param name="Wrapped">The wrapped 32 bytes.</param>
/// <param name="Created">When it was made.</param>
public sealed record WrappedKey(string Id, string WrapKeyId, byte[] Wrapped, DateTimeOffset Created);

/// <summary>
/// The wrapped half of <see cref="KeyRing"/>: a tenant's keys are loaded and unwrapped once and stay in memory while we
/// run. The first to find none makes one; of several that do so at once the store lets one win and the others take its key.
/// </summary>
internal sealed class WrappedKeyRing(
    Vault vault,
    string wrapKeyName,
    Func<string, CancellationToken, Task<IReadOnlyList<WrappedKey>>> load,
    Func<string, WrappedKey, CancellationToken, Task<bool>> tryAdd)
{
    private const string FirstId = "1";
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<byte[]>>>> rings = new(StringComparer.Ordinal);

    public ValueTask<IReadOnlyList<byte[]>> Keys(string tenant, CancellationToken cancel)
    {
        // Detached from the first caller: its going away must not fail the others.
        var ring = rings.GetOrAdd(tenant, tenant => new(() => Task.Run(() => Fill(tenant))));
        return new(ring.Value.WaitAsync(cancel));
    }

    private async Task<IReadOnlyList<byte[]>> Fill(string tenant)
    {
        using var limit = new CancellationTokenSource(patience, vault.Clock);
        try
        {
            return await LoadOrMake(tenant, limit.Token);
        }
        catch (Exception e)
        {
            // A failure is not kept: the next caller tries again.
            rings.TryRemove(tenant, out _);
            if (e is OperationCanceledException) throw new SigningUnavailableException($"Loading the MAC keys of tenant {tenant} took too long.", e);
            throw;
        }
    }

    private async Task<IReadOnlyList<byte[]>> LoadOrMake(string tenant, CancellationToken cancel)
    {
        var stored = await load(tenant, cancel);
        if (stored.Count == 0)
        {
            await tryAdd(tenant, await Make(cancel), cancel);
            // Whoever won, only what is stored counts.
            stored = await load(tenant, cancel);
        }
        if (stored.Count == 0) throw new SigningUnavailableException($"The MAC key of tenant {tenant} was added but is not stored.");

        List<byte[]> keys = [];
        foreach (var key in stored.OrderByDescending(key => key.Created).ThenByDescending(key => key.Id, StringComparer.Ordinal))
            keys.Add(await Unwrap(tenant, key, cancel));
        return keys;
    }

    private Task<WrappedKey> Make(CancellationToken cancel) => vault.Call($"wrap with key {wrapKeyName}", async limited =>
    {
        // An address without a version means the newest; the answer names the version that it was.
        var wrapKey = await vault.Resolver.ResolveAsync(new Uri(vault.Client.VaultUri, $"keys/{wrapKeyName}"), limited);
        var result = await wrapKey.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, RandomNumberGenerator.GetBytes(KeyRing.MacBytes), limited);
        return new WrappedKey(FirstId, result.KeyId, result.EncryptedKey, vault.Clock.GetUtcNow());
    }, cancel);

    private async Task<byte[]> Unwrap(string tenant, WrappedKey key, CancellationToken cancel)
    {
        // The address comes out of a table: it must not lead us, and our token, to another vault.
        if (!Uri.TryCreate(key.WrapKeyId, UriKind.Absolute, out var address)
            || !KeyVaultKeyIdentifier.TryCreate(address, out var id) || id.Version is null || id.VaultUri != vault.Client.VaultUri)
        {
            throw new SigningUnavailableException(
                $"MAC key {key.Id} of tenant {tenant} was wrapped by {key.WrapKeyId}, no key version in {vault.Client.VaultUri}.");
        }

        var client = vault.Client.GetCryptographyClient(id.Name, id.Version);
        var result = await vault.Call($"unwrap MAC key {key.Id} of tenant {tenant}",
            limited => client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, key.Wrapped, limited), cancel);
        return result.Key.Length == KeyRing.MacBytes
            ? result.Key
            : throw new SigningUnavailableException($"MAC key {key.Id} of tenant {tenant} has {result.Key.Length} bytes instead of {KeyRing.MacBytes}.");
    }
}
