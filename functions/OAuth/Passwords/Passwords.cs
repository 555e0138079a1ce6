using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Identity;

namespace Latchkey.OAuth;

/// <summary>
/// Checks the passwords of users. An unknown name takes as long, and gets the same answer, as a wrong password; and an
/// attempt has its place among those that may fail (<see cref="Lockout"/>) before its password is looked at.
/// </summary>
public sealed class Passwords(UserStore users, PasswordHashing hashing, SignInLockout attempts, KnownDevices devices)
{
    readonly string hashOfNobody = hashing.Dummy();

    /// <summary>The fewest characters of a new password.</summary>
    public const int MinChars = 10;

    /// <summary>The most UTF-16 units of any password.</summary>
    public const int MaxChars = PasswordHashing.MaxChars;

    /// <summary>The hash to store for a password.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public Task<string> Hash(string password, CancellationToken cancel) => hashing.Hash(password, cancel);

    /// <summary>True if it is the user's password; for those who are no sign-in and have proved more than a password.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public async Task<bool> Verifies(User user, string password, CancellationToken cancel) =>
        await hashing.Verify(user.PasswordHash, password, cancel) != PasswordVerificationResult.Failed;

    /// <summary>What is wrong with a new password; null if nothing is.</summary>
    public static PasswordFault? Fault(User user, string password)
    {
        if (!PasswordHashing.IsTypable(password)) return PasswordFault.NotTypable;
        if (password.Length > MaxChars) return PasswordFault.TooLong;
        if (PasswordHashing.Normalize(password).EnumerateRunes().Count() < MinChars) return PasswordFault.TooShort;
        return UserStore.Normalize(password) == UserStore.Normalize(user.UserName) ? PasswordFault.IsName : null;
    }

    /// <summary>The user of this name and password.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userName">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="place">Where the request comes from.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="OAuthError"><c>invalid_grant</c>, or 429 after too many failures.</exception>
    /// <exception cref="Problem">503 <c>server_busy</c>; it was not counted.</exception>
    public async Task<User> SignIn(Tenant tenant, string userName, string password, SignInPlace place, CancellationToken cancel)
    {
        // The name is normalized before anything is counted, and that must not take long.
        if (userName.Length > MaxChars || password.Length > MaxChars)
            throw OAuthError.InvalidGrant("The user name or the password is wrong.", "too long");
        if (await devices.Read(tenant, place.Device, cancel) is { } device)
        {
            using var apart = await Begin(tenant, () => attempts.ReserveApart(tenant.Id, device.UserId, device.Id, cancel));
            var user = await Find(apart, tenant, userName, cancel);
            if (device.IsOf(user)) return await Judge(apart, tenant, user, password, cancel);
            await apart.Withdraw();
        }
        using var attempt = await Begin(tenant, () => attempts.Reserve(tenant.Id, UserStore.Normalize(userName), place.Address, cancel));
        return await Judge(attempt, tenant, await Find(attempt, tenant, userName, cancel), password, cancel);
    }

    /// <summary>
    /// The same for a user who is signed in: it counts by itself, so that no stranger keeps the user from changing the
    /// password, and nobody with the user's browser has more guesses.
    /// </summary>
    /// <exception cref="OAuthError"><c>invalid_grant</c>, or 429 after too many failures.</exception>
    /// <exception cref="Problem">503 <c>server_busy</c>; it was not counted.</exception>
    public async Task<User> Confirm(Tenant tenant, User user, string password, CancellationToken cancel)
    {
        using var attempt = await Begin(tenant, () => attempts.ReserveApart(tenant.Id, user.Id, device: null, cancel));
        return await Judge(attempt, tenant, await users.Find(tenant, user.Id, cancel), password, cancel);
    }

    async Task<User> Judge(LockoutAttempt attempt, Tenant tenant, User? user, string password, CancellationToken cancel)
    {
        var verdict = await Tried(attempt, () => hashing.Verify(user?.PasswordHash ?? hashOfNobody, password, cancel));
        if (user is null || user.Disabled || verdict == PasswordVerificationResult.Failed)
        {
            Instruments.SignInFailed(tenant.Id, "wrong_password");
            await attempt.Failed();
            throw OAuthError.InvalidGrant("The user name or the password is wrong.",
                user is null ? "no such user" : user.Disabled ? "user is disabled" : "wrong password", user?.Id);
        }
        await attempt.Succeeded();
        return verdict == PasswordVerificationResult.SuccessRehashNeeded ? await Rehashed(tenant, user, password, cancel) : user;
    }

    Task<User?> Find(LockoutAttempt attempt, Tenant tenant, string userName, CancellationToken cancel) =>
        Tried(attempt, () => users.FindByName(tenant, userName, cancel));

    // What fails before the password is looked at is nobody's failure.
    static async Task<T> Tried<T>(LockoutAttempt attempt, Func<Task<T>> step)
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

    // A locked account's tries are failed sign-ins too: the alert must see a guesser who goes on.
    static async Task<LockoutAttempt> Begin(Tenant tenant, Func<Task<LockoutAttempt>> reserve)
    {
        try
        {
            return await reserve();
        }
        catch (OAuthError)
        {
            Instruments.SignInFailed(tenant.Id, "locked");
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
            return user; // The next sign-in may have the time.
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

    /// <summary>It holds U+0000, which no form carries.</summary>
    NotTypable,
}
