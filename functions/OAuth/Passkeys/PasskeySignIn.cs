using System.Buffers.Text;
using Latchkey.Sessions;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>Signs users in by a passkey of theirs, without a user name (WebAuthn Level 3 §7.2).</summary>
public sealed partial class PasskeySignIn(
    PasskeyStore passkeys, PasskeyChallenges challenges, UserStore users, TimeProvider clock, ILogger<PasskeySignIn> logger)
{
    /// <summary>
    /// What a sign-in proves (RFC 8176): possession of a key, by somebody whom the authenticator has verified (by a finger, a face or a
    /// PIN: it does not say which). So there are two factors.
    /// </summary>
    public static IReadOnlyList<string> Methods { get; } =
        [Authentication.ProofOfPossession, Authentication.UserPresence, Authentication.MultipleFactors];

    /// <summary>The options with which a browser offers the passkeys that it has, as JSON.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="browser">What ties the sign-in to this request and this browser.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<string> Options(Tenant tenant, string browser, CancellationToken cancel) =>
        new RelyingParty(tenant).RequestOptions(await challenges.Make(tenant, Binding(browser), cancel)).ToJson();

    /// <summary>The user whose passkey has signed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="browser">What ties the sign-in to this request and this browser.</param>
    /// <param name="json">The browser's response.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="PasskeyRefusal">The response was refused.</exception>
    public async Task<(User User, Passkey Passkey)> Verify(Tenant tenant, string browser, string? json, CancellationToken cancel)
    {
        try
        {
            return await Check(tenant, browser, json, cancel);
        }
        catch (PasskeyRefusal refusal)
        {
            Instruments.SignInFailed(tenant.Id, "passkey");
            Log.Refused(logger, tenant.Id, refusal.Code);
            throw;
        }
    }

    async Task<(User User, Passkey Passkey)> Check(Tenant tenant, string browser, string? json, CancellationToken cancel)
    {
        var party = new RelyingParty(tenant);
        var response = PasskeyResponse.Read(json);
        var challenge = await challenges.Read(tenant, Binding(browser), response.Challenge, cancel)
            ?? throw new PasskeyRefusal(PasskeyRefusal.Challenge);
        party.CheckOrigin(response);
        var passkey = await passkeys.FindByCredential(tenant, Base64Url.EncodeToString(response.Id), cancel);
        if (passkey is null || passkey.UserId != response.UserHandle) throw new PasskeyRefusal(PasskeyRefusal.Unknown);
        var (counter, backedUp) = await party.Verify(passkey, response);
        if (!await challenges.TryUse(tenant, challenge, cancel))
            throw new PasskeyRefusal(PasskeyRefusal.Replayed) { About = passkey.UserId };
        var used = await Record(tenant, passkey, counter, backedUp, cancel);
        // Last, so that the mark with which the browser signs in is as new as can be.
        return await users.Find(tenant, passkey.UserId, cancel) is { } user && !user.State.Disabled ? (user, used)
            : throw new PasskeyRefusal(PasskeyRefusal.Disabled) { About = passkey.UserId };
    }

    // §7.2 step 22: of two answers with one count, the second to be recorded is refused. Synced passkeys always say 0.
    async Task<Passkey> Record(Tenant tenant, Passkey read, uint counter, bool backedUp, CancellationToken cancel)
    {
        Task<Passkey?>? known = Task.FromResult<Passkey?>(read);
        return await OptimisticUpdate.Run(
            () => Interlocked.Exchange(ref known, null) ?? passkeys.FindByCredential(tenant, read.CredentialId, cancel),
            passkey => passkey.Id != read.Id ? null
                : (counter != 0 || passkey.Counter != 0) && counter <= passkey.Counter
                    ? throw new PasskeyRefusal(PasskeyRefusal.Counter) { About = passkey.UserId }
                    : passkey with { Counter = counter, BackedUp = backedUp, LastUsedAt = clock.GetUtcNow() },
            passkey => passkeys.TryReplace(tenant, passkey, cancel)) ?? throw new PasskeyRefusal(PasskeyRefusal.Unknown);
    }

    static string Binding(string browser) => $"sign-in|{browser}";

    static partial class Log
    {
        [LoggerMessage(81, LogLevel.Information, "Tenant {Tenant}: sign-in by passkey refused: {Code}")]
        public static partial void Refused(ILogger logger, string tenant, string code);
    }
}
