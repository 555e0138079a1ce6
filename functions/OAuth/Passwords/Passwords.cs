using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Identity;

namespace Latchkey.OAuth;

/// <summary>
/// Checks the passwords of users. An unknown user name takes as long as a wrong password and gets the same answer. Every
/// attempt is counted (<see cref="Lockout"/>) before its password is checked.
/// </summary>
public sealed class Passwords(UserStore users, PasswordHashing hashing, SignInLockout lockout, KnownDevices devices)
{
    readonly string hashOfNobody = hashing.Dummy();

    /// <summary>The minimum number of characters of a new password.</summary>
    public const int MinChars = 10;

    /// <summary>The maximum number of UTF-16 units of any password.</summary>
    public const int MaxChars = PasswordHashing.MaxChars;

    /// <summary>The hash to store for a password.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public Task<string> Hash(string password, CancellationToken cancel) => hashing.Hash(password, cancel);

    /// <summary>A hash to store that no password matches.</summary>
    public string HashOfNothing() => hashing.Dummy();

    /// <summary>
    /// True if it is the user's password. It counts nothing, so it is only for callers who have proved more than a password.
    /// </summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public async Task<bool> Verifies(User user, string password, CancellationToken cancel) =>
        await hashing.Verify(user.PasswordHash, password, [], cancel) != PasswordVerificationResult.Failed;

    /// <summary>What is wrong with a new password, or null.</summary>
    public static PasswordFault? Fault(User user, string password)
    {
        if (!PasswordHashing.IsTypable(password)) return PasswordFault.NotTypable;
        if (password.Length > MaxChars) return PasswordFault.TooLong;
        if (PasswordHashing.Normalize(password).EnumerateRunes().Count() < MinChars) return PasswordFault.TooShort;
        return UserStore.Normalize(password) == UserStore.Normalize(user.UserName) ? PasswordFault.IsName : null;
    }

    /// <summary>Signs in a user by name and password.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userName">The user name as typed.</param>
    /// <param name="password">The password as typed.</param>
    /// <param name="place">Where the request comes from.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="OAuthError"><c>invalid_grant</c>, or 429 after too many failures.</exception>
    /// <exception cref="Problem">503 <c>server_busy</c>; the attempt was not counted.</exception>
    public async Task<User> SignIn(Tenant tenant, string userName, string password, SignInPlace place, CancellationToken cancel)
    {
        if (!tenant.Accounts.Passwords) throw OAuthError.InvalidGrant("Passwords are turned off for this tenant.");
        // The name is normalized before the attempt is counted, so its length must be bounded first.
        if (userName.Length > MaxChars || password.Length > MaxChars)
            throw OAuthError.InvalidGrant("The user name or the password is wrong.", "too long");
        if (await devices.Read(tenant, place.Device, cancel) is { } device)
        {
            var (known, user) = await Begin(tenant, () => lockout.ReserveSeparately(tenant.Id, device.UserId, device.Id, cancel), Find);
            using (known)
            {
                if (device.IsOf(user)) return await Verify(known, tenant, user, password, cancel);
                await known.Withdraw();
            }
        }
        var (attempt, found) = await Begin(
            tenant, () => lockout.Reserve(tenant.Id, UserStore.Normalize(userName), place.Address, cancel), Find);
        using (attempt) return await Verify(attempt, tenant, found, password, cancel);

        Task<User?> Find() => users.FindByName(tenant, userName, cancel);
    }

    /// <summary>
    /// Checks the password of a user who is signed in. These attempts have a count of their own, so that strangers can't keep
    /// the user from changing the password, and whoever holds the user's browser gets no extra guesses.
    /// </summary>
    /// <exception cref="OAuthError"><c>invalid_grant</c>, or 429 after too many failures.</exception>
    /// <exception cref="Problem">503 <c>server_busy</c>; the attempt was not counted.</exception>
    public async Task<User> Confirm(Tenant tenant, User user, string password, CancellationToken cancel)
    {
        var (attempt, found) = await Begin(tenant, () => lockout.ReserveSeparately(tenant.Id, user.Id, device: null, cancel),
            () => users.Find(tenant, user.Id, cancel));
        using (attempt) return await Verify(attempt, tenant, found, password, cancel);
    }

    async Task<User> Verify(LockoutAttempt attempt, Tenant tenant, User? user, string password, CancellationToken cancel)
    {
        // The right password of somebody who may not sign in fails like any other, and takes as long.
        var hash = user is { Disabled: false } ? user.PasswordHash : hashOfNobody;
        var verdict = await WithdrawOnFailure(attempt, () => hashing.Verify(hash, password, tenant.ImportedHashes, cancel));
        if (user is null || user.Disabled || verdict == PasswordVerificationResult.Failed)
        {
            Instruments.SignInFailed(tenant.Id, "wrong_password");
            await attempt.Failed();
            throw OAuthError.InvalidGrant("The user name or the password is wrong.",
                user is null ? "unknown user" : user.Disabled ? "user is disabled" : "wrong password", user?.Id);
        }
        await attempt.Succeeded();
        return verdict == PasswordVerificationResult.SuccessRehashNeeded ? await Rehashed(tenant, user, password, cancel) : user;
    }

    // A failure before the password was checked is not a failed attempt.
    static async Task<T> WithdrawOnFailure<T>(LockoutAttempt attempt, Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch
        {
            await attempt.Withdraw();
            throw;
        }
    }

    // The user is read while a place is reserved: one wait, not two. What the row says may be older than the place then, and that is fine,
    // because the session will bear the mark that was read with the password (decision 0043).
    static async Task<(LockoutAttempt Attempt, User? User)> Begin(
        Tenant tenant, Func<Task<LockoutAttempt>> reserve, Func<Task<User?>> find)
    {
        var reserving = reserve();
        var finding = reserving.IsFaulted ? Task.FromResult<User?>(null) : find(); // A refusal that is known costs no request.
        LockoutAttempt attempt;
        try
        {
            attempt = await reserving;
        }
        catch (Exception refused)
        {
            await ((Task)finding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Attempts on a locked account are failed sign-ins too, so that the alert sees a guesser who goes on.
            if (refused is OAuthError) Instruments.SignInFailed(tenant.Id, "locked");
            throw;
        }
        try
        {
            return (attempt, await WithdrawOnFailure(attempt, () => finding));
        }
        catch
        {
            attempt.Dispose();
            throw;
        }
    }

    async Task<User> Rehashed(Tenant tenant, User user, string password, CancellationToken cancel)
    {
        try
        {
            var hash = await hashing.Hash(password, cancel);
            return await users.TryRehash(tenant, user, hash, cancel) ? user with { PasswordHash = hash } : user;
        }
        catch (Problem)
        {
            return user; // The next sign-in tries again.
        }
    }
}

/// <summary>What can be wrong with a new password.</summary>
public enum PasswordFault
{
    /// <summary>It has fewer than <see cref="Passwords.MinChars"/> characters.</summary>
    TooShort,

    /// <summary>It has more than <see cref="Passwords.MaxChars"/>.</summary>
    TooLong,

    /// <summary>It is the user's name.</summary>
    IsName,

    /// <summary>It contains U+0000, which forms can't carry.</summary>
    NotTypable,
}
