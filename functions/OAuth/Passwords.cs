using Latchkey.Protocol;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Latchkey.OAuth;

/// <summary>
/// Checks passwords with ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA512). An unknown name takes as long, and gets
/// the same answer, as a wrong password.
/// </summary>
public sealed class Passwords(UserStore users, SignInAttempts attempts, Settings settings)
{
    readonly PasswordHasher<User> hasher = new(Options.Create(new PasswordHasherOptions
    {
        IterationCount = settings.PasswordIterations,
    }));

    string? hashOfNobody;

    /// <summary>The fewest characters of a new password.</summary>
    public const int LeastChars = 10;

    /// <summary>The most UTF-16 units of any password.</summary>
    public const int MaxChars = 256;

    /// <summary>The hash to store for a password.</summary>
    public string Hash(string password) => hasher.HashPassword(null!, password);

    /// <summary>True if it is the user's password; for those who are no sign-in.</summary>
    public bool Verifies(User user, string password) =>
        hasher.VerifyHashedPassword(null!, user.PasswordHash, password) != PasswordVerificationResult.Failed;

    /// <summary>What is wrong with a new password; null if nothing is.</summary>
    public static PasswordFault? Fault(User user, string password)
    {
        if (password.EnumerateRunes().Count() < LeastChars) return PasswordFault.TooShort;
        if (password.Length > MaxChars) return PasswordFault.TooLong;
        return UserStore.Normalize(password) == UserStore.Normalize(user.UserName) ? PasswordFault.IsName : null;
    }

    /// <summary>The user of this name and password.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userName">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="address">Where the request comes from (<see cref="Http.CallerAddress"/>).</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="OAuthError"><c>invalid_grant</c>, or 429 after too many failures.</exception>
    public async Task<User> SignIn(
        Tenant tenant, string userName, string password, string address, CancellationToken cancel)
    {
        var account = UserStore.Normalize(userName);
        await EnsureAllowed(() => attempts.EnsureAllowed(tenant.Id, account, address, cancel), tenant);
        var user = await users.FindByName(tenant, userName, cancel);
        var hash = user?.PasswordHash ?? (hashOfNobody ??= Hash(""));
        var verdict = hasher.VerifyHashedPassword(null!, hash, password);
        if (user is null || user.Disabled || verdict == PasswordVerificationResult.Failed)
        {
            Instruments.SignInFailed(tenant.Id, "wrong_password");
            await attempts.Failed(tenant.Id, account, address, cancel);
            throw OAuthError.InvalidGrant("The user name or the password is wrong.",
                user is null ? "no such user" : user.Disabled ? "user is disabled" : "wrong password", user?.Id);
        }
        await EnsureAllowed(() => attempts.Succeeded(tenant.Id, account, address, cancel), tenant);
        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
            return await Rehashed(tenant, user, Hash(password), cancel);
        return user;
    }

    // A locked account's tries are failed sign-ins too: the alert must see a guesser who goes on.
    static async Task EnsureAllowed(Func<Task> check, Tenant tenant)
    {
        try
        {
            await check();
        }
        catch (OAuthError)
        {
            Instruments.SignInFailed(tenant.Id, "locked");
            throw;
        }
    }

    async Task<User> Rehashed(Tenant tenant, User user, string hash, CancellationToken cancel) =>
        await users.TryRehash(tenant, user, hash, cancel) ? user with { PasswordHash = hash } : user;
}

/// <summary>What can be wrong with a new password.</summary>
public enum PasswordFault
{
    /// <summary>It has fewer than <see cref="Passwords.LeastChars"/> characters.</summary>
    TooShort,

    /// <summary>It has more than <see cref="Passwords.MaxChars"/>.</summary>
    TooLong,

    /// <summary>It is the user's name.</summary>
    IsName,
}
