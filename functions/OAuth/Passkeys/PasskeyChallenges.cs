using System.Globalization;
using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A challenge that is one of ours and has not expired.</summary>
/// <param name="Id">Its random part.</param>
/// <param name="Expires">When it expires.</param>
public sealed record PasskeyChallenge(string Id, DateTimeOffset Expires);

/// <summary>
/// The challenges that authenticators sign (WebAuthn Level 3 §13.4.3): <c>{expiry}.{random}.{MAC}</c>. The MAC ties a challenge
/// to what it was made for, so none is stored until it comes back; then it is used up by an insert.
/// </summary>
public sealed class PasskeyChallenges(Macs macs, ReplayCache replays, TimeProvider clock)
{
    const string Purpose = "passkey";

    /// <summary>How long a challenge can be answered.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>A new challenge.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="binding">What it is for, and in which browser; for anything else it is no challenge of ours.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<byte[]> Make(Tenant tenant, string binding, CancellationToken cancel)
    {
        var text = $"{(clock.GetUtcNow() + Life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}.{Ids.New()}";
        return Encoding.ASCII.GetBytes($"{text}.{await macs.Make(Purpose, tenant.Id, $"{text}|{binding}", cancel)}");
    }

    /// <summary>The challenge, if it is ours for this binding and has not expired; otherwise null.</summary>
    public async Task<PasskeyChallenge?> Read(Tenant tenant, string binding, ReadOnlyMemory<byte> challenge, CancellationToken cancel)
    {
        if (Encoding.ASCII.GetString(challenge.Span).Split('.') is not [var seconds, var id, var mac] || !Ids.IsId(id)
            || !await macs.Verify(Purpose, tenant.Id, $"{seconds}.{id}|{binding}", mac, cancel)) return null;
        var expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture));
        return clock.GetUtcNow() < expires ? new PasskeyChallenge(id, expires) : null;
    }

    /// <summary>Uses the challenge up; false if it was used before.</summary>
    public Task<bool> TryUse(Tenant tenant, PasskeyChallenge challenge, CancellationToken cancel) =>
        replays.TryUse(tenant, Purpose, challenge.Id, challenge.Expires, cancel);
}
