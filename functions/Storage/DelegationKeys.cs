using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace Latchkey.Storage;

/// <summary>
/// The user delegation key that signs SAS in Azure (Get User Delegation Key; it lives at most 7 days). It is asked for
/// once a day, well before the old one is needed no more: while storage does not give a new one the old one still
/// signs, for as long as it outlives what it signs.
/// </summary>
/// <param name="blobs">The service to ask, with an identity that may.</param>
/// <param name="longest">The longest life of a SAS, at most 5 days.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class DelegationKeys(
    BlobServiceClient blobs, TimeSpan longest, TimeProvider clock, ILogger<DelegationKeys> logger)
{
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    static readonly TimeSpan RenewBefore = TimeSpan.FromHours(2);
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(1);

    readonly Lock renewalLock = new();
    UserDelegationKey? current;
    Task<UserDelegationKey>? renewal;
    DateTimeOffset pausedUntil;

    /// <summary>A key that lives at least until then.</summary>
    /// <exception cref="Azure.RequestFailedException">There is none and storage gives none.</exception>
    public async ValueTask<UserDelegationKey> ValidUntil(DateTimeOffset expires, CancellationToken cancel)
    {
        Task<UserDelegationKey> asked;
        lock (renewalLock)
        {
            var now = clock.GetUtcNow();
            var usable = current is { } key && expires <= key.SignedExpiresOn;
            if (usable && (now < pausedUntil || now + longest + RenewBefore < current!.SignedExpiresOn)) return current!;
            if (renewal is null or { IsCompleted: true }) renewal = Task.Run(Renew, CancellationToken.None);
            if (usable) return current!; // Nobody waits for the new one while the old one is good.
            asked = renewal;
        }
        return await asked.WaitAsync(cancel);
    }

    async Task<UserDelegationKey> Renew()
    {
        try
        {
            var now = clock.GetUtcNow();
            UserDelegationKey key = await blobs.GetUserDelegationKeyAsync(
                new BlobGetUserDelegationKeyOptions(now + longest + Lifetime) { StartsOn = now - Sas.Backdate });
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
        [LoggerMessage(50, LogLevel.Error, "Storage gave no user delegation key")]
        public static partial void NotRenewed(ILogger logger, Exception fault);
    }
}
