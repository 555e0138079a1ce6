using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace Latchkey.Storage;

/// <summary>
/// The user delegation key that signs SAS in Azure (Get User Delegation Key; at most 7 days). A new key is requested once a day,
/// well before the current one expires. If that fails, the current key goes on signing every SAS that it outlives.
/// </summary>
/// <param name="blobs">The blob service, with an identity that may request the key.</param>
/// <param name="maxLifetime">The longest lifetime of a SAS, at most 5 days.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class DelegationKeys(
    BlobServiceClient blobs, TimeSpan maxLifetime, TimeProvider clock, ILogger<DelegationKeys> logger)
{
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    static readonly TimeSpan RenewBefore = TimeSpan.FromHours(2);
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(1);

    readonly Lock renewalLock = new();
    UserDelegationKey? current;
    Task<UserDelegationKey>? renewal;
    DateTimeOffset pausedUntil;

    /// <summary>A key that is valid at least until then.</summary>
    /// <exception cref="Azure.RequestFailedException">There is no such key, and storage refused to issue one.</exception>
    public async ValueTask<UserDelegationKey> ValidUntil(DateTimeOffset expires, CancellationToken cancel)
    {
        Task<UserDelegationKey> asked;
        lock (renewalLock)
        {
            var now = clock.GetUtcNow();
            var usable = current is { } key && expires <= key.SignedExpiresOn;
            if (usable && (now < pausedUntil || now + maxLifetime + RenewBefore < current!.SignedExpiresOn)) return current!;
            if (renewal is null or { IsCompleted: true }) renewal = Task.Run(Renew, CancellationToken.None);
            if (usable) return current!; // Nobody waits for the new key while the current one is good enough.
            asked = renewal;
        }
        return await asked.WaitAsync(cancel);
    }

    async Task<UserDelegationKey> Renew()
    {
        try
        {
            var now = clock.GetUtcNow();
            var begin = now - Sas.Backdate - Sas.MaxWindow; // A SAS may have begun a window ago.
            UserDelegationKey key = await blobs.GetUserDelegationKeyAsync(
                new BlobGetUserDelegationKeyOptions(now + maxLifetime + Lifetime) { StartsOn = begin });
            lock (renewalLock) current = key;
            return key;
        }
        catch (Exception fault)
        {
            lock (renewalLock) pausedUntil = clock.GetUtcNow() + PauseAfterFailure;
            Log.NotRenewed(logger, fault);
            throw;
        }
    }

    static partial class Log
    {
        [LoggerMessage(50, LogLevel.Error, "Storage did not issue a user delegation key")]
        public static partial void NotRenewed(ILogger logger, Exception fault);
    }
}
