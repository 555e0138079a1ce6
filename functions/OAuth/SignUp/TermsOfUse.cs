using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The terms of use that a tenant's users accept (<see cref="AccountRules.TermsVersion"/>): at sign-up, and again at a new version.
/// </summary>
public sealed class TermsOfUse(UserStore users, TimeProvider clock)
{
    /// <summary>True if the user has not accepted the terms as they are now.</summary>
    public static bool IsDue(Tenant tenant, User user) =>
        tenant.Accounts.TermsVersion is { } version && user.TermsVersion != version;

    /// <summary>Records that the user has accepted a version now; null if the user is gone.</summary>
    public Task<User?> Accept(Tenant tenant, User user, string version, CancellationToken cancel) => OptimisticUpdate.Run(
        () => users.Find(tenant, user.Id, cancel),
        found => found with { TermsVersion = version, TermsAt = clock.GetUtcNow() },
        found => users.TryReplace(tenant, found, cancel));
}
