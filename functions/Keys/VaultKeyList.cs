using System.Collections.Concurrent;

namespace Latchkey.Keys;

/// <summary>
/// The enabled versions of one key in the vault, held for 5 minutes; renewed in the background from the fourth minute.
/// One listing runs at a time, however many callers wait for it. While the vault can't be read, the last list serves for
/// up to 24 hours: it verifies tokens without the vault (signing needs the vault anyway).
/// </summary>
internal sealed class VaultKeyList(Vault vault, string name)
{
    private static readonly TimeSpan renewFrom = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan servesAtMost = TimeSpan.FromHours(24);
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, VaultKeyMaterial> materials = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private Listing? held;
    private Task<SigningUnavailableException?>? running;
    private DateTimeOffset lastTry = DateTimeOffset.MinValue;

    /// <summary>The versions, from memory if the list is fresh.</summary>
    /// <exception cref="SigningUnavailableException">There is no list yet, or it is too old, and the vault can't be read.</exception>
    public ValueTask<IReadOnlyList<VaultKeyVersion>> Get(CancellationToken cancel)
    {
        Task<SigningUnavailableException?>? listing;
        lock (gate)
        {
            var age = Age();
            if (age < renewFrom) return new(held!.Versions);
            if (age >= servesAtMost || Rested()) running ??= Start();
            // Without a listing under way the last one failed a moment ago: serve what there is.
            if (age < fresh || (age < servesAtMost && running is null)) return new(held!.Versions);
            listing = running;
        }
        return Await(listing!, cancel);
    }

    /// <summary>Lists again now, unless that was tried in the last 30 seconds; falls back on the list that is held.</summary>
    /// <exception cref="SigningUnavailableException">There is no list yet, or it is too old, and the vault can't be read.</exception>
    public ValueTask<IReadOnlyList<VaultKeyVersion>> Renewed(CancellationToken cancel)
    {
        Task<SigningUnavailableException?>? listing;
        lock (gate)
        {
            if (Rested()) running ??= Start();
            listing = running;
        }
        return listing is null ? Get(cancel) : Await(listing, cancel);
    }

    /// <summary>Lists again in the background, unless that was tried in the last 30 seconds.</summary>
    public void RenewSoon()
    {
        lock (gate)
        {
            if (Rested()) running ??= Start();
        }
    }

    private TimeSpan Age() => held is null ? TimeSpan.MaxValue : vault.Clock.GetUtcNow() - held.At;

    private bool Rested() => vault.Clock.GetUtcNow() - lastTry >= pause;

    private async ValueTask<IReadOnlyList<VaultKeyVersion>> Await(Task<SigningUnavailableException?> listing, CancellationToken cancel)
    {
        var failure = await listing.WaitAsync(cancel);
        lock (gate)
        {
            if (failure is null || Age() < servesAtMost) return held!.Versions;
        }
        throw new SigningUnavailableException(failure.Message, failure, failure.RetryAfter);
    }

    // Detached from the first caller: its going away must not fail the others.
    private Task<SigningUnavailableException?> Start()
    {
        lastTry = vault.Clock.GetUtcNow();
        return Task.Run(Load);
    }

    private async Task<SigningUnavailableException?> Load()
    {
        Listing? loaded = null;
        try
        {
            var started = vault.Clock.GetUtcNow();
            var versions = await vault.Call($"list the versions of key {name}", List, CancellationToken.None);
            loaded = new Listing(versions, started);
            return null;
        }
        catch (SigningUnavailableException e)
        {
            return e;
        }
        finally
        {
            lock (gate)
            {
                held = loaded ?? held;
                running = null;
            }
        }
    }

    private async Task<IReadOnlyList<VaultKeyVersion>> List(CancellationToken cancel)
    {
        List<VaultKeyVersion> versions = [];
        await foreach (var properties in vault.Client.GetPropertiesOfKeyVersionsAsync(name, cancel))
        {
            if (properties.Enabled != true) continue;
            // A version is read once and after each update; a listing that ran out of time goes on where it was.
            if (!materials.TryGetValue(properties.Version, out var material) || material.Updated != properties.UpdatedOn)
                materials[properties.Version] = material = await VaultKeyMaterial.Read(vault, properties, cancel);
            if (VaultKeyVersion.Of(material, properties) is { } version) versions.Add(version);
        }
        return versions;
    }

    private sealed record Listing(IReadOnlyList<VaultKeyVersion> Versions, DateTimeOffset At);
}
