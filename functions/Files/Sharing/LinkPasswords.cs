using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Identity;

namespace Latchkey.Files;

/// <summary>
/// Verifies the passwords of links. Ten wrong ones lock a link for a quarter of an hour, whoever gives the right one in between: that
/// somebody knows it says nothing about who guesses.
/// </summary>
public sealed class LinkPasswords(PasswordHashing hashing, Lockout lockout)
{
    const int MaxGuesses = 10;

    static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The hash to store from now on if the password is right, otherwise null. Each attempt reserves its place in the lockout
    /// before the password is verified.
    /// </summary>
    /// <exception cref="OAuthError">429: too many wrong passwords.</exception>
    public Task<string?> Verify(Share link, string password, CancellationToken cancel) =>
        Verify(link.Tenant, link.Id, link.PasswordHash!, password, cancel);

    /// <summary>The same for whatever has an id of its own and a password.</summary>
    /// <exception cref="OAuthError">429: too many wrong passwords.</exception>
    public async Task<string?> Verify(string tenant, string id, string hash, string password, CancellationToken cancel)
    {
        var counter = new LockoutCounter(RowKeys.Attempts(tenant, "link", id), MaxGuesses, LockTime)
        {
            SlowFrom = MaxGuesses,
        };
        using var attempt = await lockout.Reserve([counter], cancel);
        PasswordVerificationResult verdict;
        string? rehashed = null;
        try
        {
            verdict = await hashing.Verify(hash, password, [], cancel);
            if (verdict == PasswordVerificationResult.SuccessRehashNeeded) rehashed = await hashing.Hash(password, cancel);
        }
        catch
        {
            await attempt.Withdraw();
            throw;
        }
        if (verdict == PasswordVerificationResult.Failed)
        {
            await attempt.Failed();
            return null;
        }
        await attempt.Succeeded();
        return rehashed ?? hash;
    }
}
