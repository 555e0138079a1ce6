using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The kind of a code that was tried.</summary>
public enum SecondFactorCode
{
    /// <summary>Wrong, or used before.</summary>
    Wrong,

    /// <summary>The authenticator app's code.</summary>
    App,

    /// <summary>A recovery code, which is used up now.</summary>
    Recovery,
}

/// <summary>
/// Second factors: an authenticator app (<see cref="AuthenticatorApp"/>) and <see cref="RecoveryCodes"/>. A code counts once, by a
/// conditional write; of two right codes at once one counts. Wrong ones are counted for the user, and only whoever has given the first
/// factor can try one: strangers can't lock the user out.
/// </summary>
public sealed class SecondFactors(
    SecondFactorStore store, UserStore users, SecretEncryption encryption, SignInLockout lockout, SecondFactorMail mail,
    TimeProvider clock)
{
    const int MaxChars = 40;

    /// <summary>True if the user signs in with a second factor, because there is one.</summary>
    public static bool IsAskedOf(Tenant tenant, User user) =>
        user.SecondFactor is not null && tenant.Accounts.SecondFactor != SecondFactorMode.Off;

    /// <summary>True if the user signs in with a second factor, because the tenant requires one.</summary>
    public static bool IsRequiredOf(Tenant tenant, User user) => tenant.Accounts.SecondFactor == SecondFactorMode.Required
        && (tenant.Accounts.SecondFactorRoles.Count == 0
            || tenant.Names(user.Roles).Intersect(tenant.Accounts.SecondFactorRoles).Any());

    /// <summary>The user's second factor, or null.</summary>
    public Task<SecondFactor?> Find(Tenant tenant, User user, CancellationToken cancel) => store.Find(tenant, user, cancel);

    /// <summary>Tries a code of the app, or a recovery code. A right one counts once.</summary>
    /// <exception cref="OAuthError">429 after too many wrong ones.</exception>
    /// <exception cref="SigningUnavailableException">The vault cannot unwrap the key at the moment.</exception>
    public async Task<SecondFactorCode> Use(Tenant tenant, User user, string? code, CancellationToken cancel)
    {
        using var attempt = await Reserve(tenant, user, cancel);
        SecondFactorCode used;
        try
        {
            used = await TryUse(tenant, user, code ?? "", cancel);
        }
        catch
        {
            await attempt.Withdraw();
            throw;
        }
        if (used == SecondFactorCode.Wrong) Instruments.SignInFailed(tenant.Id, "wrong_code");
        await (used == SecondFactorCode.Wrong ? attempt.Failed() : attempt.Succeeded());
        return used;
    }

    // Attempts on a locked account are failed sign-ins too, so that the alert sees a guesser who goes on.
    async Task<LockoutAttempt> Reserve(Tenant tenant, User user, CancellationToken cancel)
    {
        try
        {
            return await lockout.ReserveSecondFactor(tenant.Id, user.Id, cancel);
        }
        catch (OAuthError)
        {
            Instruments.SignInFailed(tenant.Id, "locked");
            throw;
        }
    }

    /// <summary>New recovery codes; the old ones no longer work. Null if the user has no second factor any more.</summary>
    public async Task<IReadOnlyList<string>?> RenewCodes(Tenant tenant, User user, CancellationToken cancel)
    {
        while (await store.Find(tenant, user, cancel) is { } factor)
        {
            var (secret, codes) = (await Secret(tenant, user, factor, cancel), RecoveryCodes.New());
            var renewed = factor with { RecoveryCodes = [.. codes.Select(one => RecoveryCodes.Mac(secret, one))] };
            if (!await store.TryReplace(tenant, user, renewed, cancel)) continue;
            mail.Notify(tenant, user, SecondFactorEvent.NewCodes);
            return codes;
        }
        return null;
    }

    /// <summary>Removes the user's second factor: what was remembered of it in browsers ends, too.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The user.</param>
    /// <param name="byAdministrator">True if an administrator does it; the user is told.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>The user as stored; null if there is no such user.</returns>
    public async Task<User?> Remove(Tenant tenant, string userId, bool byAdministrator, CancellationToken cancel)
    {
        while (await users.Find(tenant, userId, cancel) is { } user)
        {
            if (user.SecondFactor is null) return user;
            if (!await store.TryRemove(tenant, user, cancel)) continue;
            await lockout.UnlockSecondFactor(tenant.Id, userId, cancel);
            mail.Notify(tenant, user, byAdministrator ? SecondFactorEvent.Reset : SecondFactorEvent.Removed);
            return user with { SecondFactor = null };
        }
        return null;
    }

    async Task<SecondFactorCode> TryUse(Tenant tenant, User user, string code, CancellationToken cancel)
    {
        if (code.Length > MaxChars) return SecondFactorCode.Wrong;
        while (await store.Find(tenant, user, cancel) is { } factor && factor.Incarnation == user.SecondFactor)
        {
            var secret = await Secret(tenant, user, factor, cancel);
            var step = AuthenticatorApp.StepOf(secret, Digits(code), clock.GetUtcNow());
            var codes = step is null ? RecoveryCodes.Without(factor.RecoveryCodes, secret, code) : null;
            // RFC 6238 §5.2: a code that was accepted is not accepted again.
            if (step <= factor.LastStep || (step is null && codes is null)) return SecondFactorCode.Wrong;
            var used = factor with { LastStep = step ?? factor.LastStep, RecoveryCodes = codes ?? factor.RecoveryCodes };
            if (!await store.TryReplace(tenant, user, used, cancel)) continue; // Another code came first.
            if (codes is null) return SecondFactorCode.App;
            mail.Notify(tenant, user, SecondFactorEvent.CodeUsed, codes.Count);
            return SecondFactorCode.Recovery;
        }
        return SecondFactorCode.Wrong;
    }

    async Task<byte[]> Secret(Tenant tenant, User user, SecondFactor factor, CancellationToken cancel) =>
        await encryption.TryDecrypt(tenant.Id, Purpose(user, factor.Incarnation), factor.Secret, cancel)
        ?? throw new InvalidOperationException($"The second factor of user {user.Id} of tenant {tenant.Id} is damaged.");

    // "123 456" is how apps show it.
    internal static string Digits(string? code) => string.Concat((code ?? "").Where(c => !char.IsWhiteSpace(c)).Take(MaxChars));

    internal static string Purpose(User user, string incarnation) => $"totp|{user.Id}|{incarnation}";
}
