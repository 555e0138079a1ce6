using Microsoft.Extensions.Logging;

namespace Latchkey.Keys;

/// <summary>
/// Adds new keys and removes old ones without an outage: a new key is published for 10 minutes before it signs, and an old one
/// stays published until everything that it signed has expired.
/// </summary>
public sealed partial class KeyRotation
{
    readonly ManagedKeys keys;
    readonly ISigner signer;
    readonly TimeSpan period;
    readonly ILogger<KeyRotation> logger;

    internal KeyRotation(ManagedKeys keys, ISigner signer, TimeSpan period, ILogger<KeyRotation> logger) =>
        (this.keys, this.signer, this.period, this.logger) = (keys, signer, period, logger);

    /// <summary>A tenant's signing keys and MAC keys with their times, newest first of each kind.</summary>
    /// <exception cref="SigningUnavailableException">They cannot be read at the moment.</exception>
    public async Task<IReadOnlyList<KeyInfo>> List(string tenant, CancellationToken cancel) =>
        [.. await signer.Keys(tenant, cancel), .. (await keys.ReadNow(tenant, cancel)).Info(KeyRow.HS256)];

    /// <summary>
    /// Rotates all keys of a tenant now, for an administrator, and returns the new <see cref="List"/>. It adds nothing while
    /// the keys of the last rotation do not sign yet.
    /// </summary>
    /// <exception cref="VaultRotatesKeysException">The vault rotates its keys itself (mode KeyVault); nothing was done.</exception>
    /// <exception cref="SigningUnavailableException">The vault cannot wrap a new key at the moment.</exception>
    public async Task<IReadOnlyList<KeyInfo>> Rotate(string tenant, CancellationToken cancel)
    {
        if (signer is KeyVaultSigner) throw new VaultRotatesKeysException();
        await keys.Rotate(tenant, _ => true, cancel);
        return await List(tenant, cancel);
    }

    /// <summary>
    /// The timer's work: rotates keys that are older than the period, and removes keys whose every signature has expired. It reads
    /// the rows of all tenants once, a page at a time, and calls the vault only for tenants with something to do. A failure of one tenant
    /// is logged and does not stop the others; the next run tries again.
    /// </summary>
    /// <param name="each">Called for each tenant whose keys changed, with the numbers of added and removed keys.</param>
    /// <param name="cancel">Cancels the work.</param>
    /// <returns>The numbers of added keys, removed keys and failed tenants.</returns>
    public async Task<(int Rotated, int Removed, int Failed)> Maintain(Action<string, int, int> each, CancellationToken cancel)
    {
        var (rotated, removed, failed) = (0, 0, 0);
        await foreach (var tenant in keys.Rows(cancel))
        {
            try
            {
                var made = await RotateDue(tenant, cancel);
                rotated += made;
                var expired = await RemoveExpired(tenant, cancel);
                removed += expired;
                if (made + expired > 0) each(tenant.Tenant, made, expired);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                Log.Failed(logger, tenant.Tenant, fault);
                failed++;
            }
        }
        return (rotated, removed, failed);
    }

    async Task<int> RotateDue(TenantKeyRows tenant, CancellationToken cancel)
    {
        var newest = keys.Algorithms.Select(algorithm => tenant.Rows.Where(row => row.Algorithm == algorithm).MaxBy(row => row.Number));
        return newest.Any(row => row is not null && IsDue(row)) ? await keys.Rotate(tenant.Tenant, IsDue, cancel) : 0;
    }

    async Task<int> RemoveExpired(TenantKeyRows tenant, CancellationToken cancel)
    {
        // This considers the rows alone: it may report a key that is still needed, but never misses one that is not.
        var candidates = new TenantKeys([], [.. tenant.Rows.Where(row => keys.Algorithms.Contains(row.Algorithm))], null);
        return candidates.MayHaveExpired(keys.Now) ? await keys.RemoveExpired(tenant.Tenant, cancel) : 0;
    }

    bool IsDue(KeyRow newest) => newest.Created + period <= keys.Now;

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The keys of tenant {Tenant} could not be rotated; the next run tries again")]
        public static partial void Failed(ILogger logger, string tenant, Exception fault);
    }
}

/// <summary>
/// In mode KeyVault the vault rotates the signing keys: our role there (Key Vault Crypto User) may not, and tenants may share
/// keys. The endpoint responds with 409 <see cref="Code"/>.
/// </summary>
public sealed class VaultRotatesKeysException() : Exception(
    "In mode KeyVault the vault rotates the signing keys: by its rotation policy, or at once with `az keyvault key rotate`.")
{
    /// <summary>The stable code of the response.</summary>
    public const string Code = "rotation_not_ours";
}
