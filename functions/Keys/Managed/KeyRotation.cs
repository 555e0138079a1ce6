using Microsoft.Extensions.Logging;

namespace Latchkey.Keys;

/// <summary>
/// Makes new keys and removes old ones, so that keys change without an outage: a new key is published for 10 minutes
/// before it signs, and an old one stays published until everything that it signed has expired.
/// </summary>
public sealed partial class KeyRotation
{
    private readonly ManagedKeys keys;
    private readonly ISigner signer;
    private readonly TimeSpan period;
    private readonly ILogger<KeyRotation> log;

    internal KeyRotation(ManagedKeys keys, ISigner signer, TimeSpan period, ILogger<KeyRotation> log) =>
        (this.keys, this.signer, this.period, this.log) = (keys, signer, period, log);

    /// <summary>A tenant's signing keys and MAC keys with their times, newest first of each kind.</summary>
    /// <exception cref="SigningUnavailableException">They can't be read at the moment.</exception>
    public async Task<IReadOnlyList<KeyInfo>> List(string tenant, CancellationToken cancel) =>
        [.. await signer.Keys(tenant, cancel), .. (await keys.ReadNow(tenant, cancel)).Info(KeyRow.HS256)];

    /// <summary>
    /// Rotates all keys of a tenant now, at an operator's command; answers what <see cref="List"/> then does. While the
    /// last rotation's keys wait out their lead it adds nothing.
    /// </summary>
    /// <exception cref="RotationNotOursException">The vault rotates its keys itself (mode KeyVault); nothing was done.</exception>
    /// <exception cref="SigningUnavailableException">The vault can't wrap a new key at the moment.</exception>
    public async Task<IReadOnlyList<KeyInfo>> Rotate(string tenant, CancellationToken cancel)
    {
        if (signer is KeyVaultSigner) throw new RotationNotOursException();
        await keys.Rotate(tenant, _ => true, cancel);
        return await List(tenant, cancel);
    }

    /// <summary>
    /// What the timer does: rotates the keys that are older than the period, removes those that nothing alive was signed
    /// with. It reads all tenants' rows once and asks the vault only about tenants with something to do. A tenant that
    /// fails is logged and does not stop the others; the next run tries again.
    /// </summary>
    /// <param name="each">Is told of each tenant whose keys changed: how many were made, how many removed.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>How many keys were made and removed, and how many tenants failed.</returns>
    public async Task<(int Rotated, int Removed, int Failed)> Maintain(Action<string, int, int> each, CancellationToken cancel)
    {
        var (rotated, removed, failed) = (0, 0, 0);
        foreach (var tenant in await keys.Rows(cancel))
        {
            try
            {
                var made = await RotateDue(tenant, cancel);
                rotated += made;
                var outlived = await RemoveOutlived(tenant, cancel);
                removed += outlived;
                if (made + outlived > 0) each(tenant.Key, made, outlived);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                Log.Failed(log, tenant.Key, e);
                failed++;
            }
        }
        return (rotated, removed, failed);
    }

    private async Task<int> RotateDue(IGrouping<string, KeyRow> rows, CancellationToken cancel)
    {
        var newest = keys.Algorithms.Select(algorithm => rows.Where(row => row.Algorithm == algorithm).MaxBy(row => row.Number));
        return newest.Any(row => row is not null && IsDue(row)) ? await keys.Rotate(rows.Key, IsDue, cancel) : 0;
    }

    private async Task<int> RemoveOutlived(IGrouping<string, KeyRow> rows, CancellationToken cancel)
    {
        // By the rows alone, so a key may be found here that is still needed, but never the other way round.
        var candidates = new TenantKeys([], [.. rows.Where(row => keys.Algorithms.Contains(row.Algorithm))], null);
        return candidates.MayBeOutlived(keys.Now) ? await keys.RemoveOutlived(rows.Key, cancel) : 0;
    }

    private bool IsDue(KeyRow newest) => newest.Created + period <= keys.Now;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The keys of tenant {Tenant} could not be rotated; the next run tries again")]
        public static partial void Failed(ILogger log, string tenant, Exception e);
    }
}

/// <summary>
/// In mode KeyVault the vault rotates the signing keys: our role there (Key Vault Crypto User) may not, and tenants may
/// share them. An endpoint answers 409 <see cref="Code"/>.
/// </summary>
public sealed class RotationNotOursException() : Exception(
    "In mode KeyVault the vault rotates the signing keys: by its rotation policy, or now with `az keyvault key rotate`.")
{
    /// <summary>The stable code of the answer.</summary>
    public const string Code = "rotation_not_ours";
}
