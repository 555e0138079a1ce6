using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>Users change their own name and profile.</summary>
public sealed class ProfileChanges(UserStore users, ProfilePictures pictures, TimeProvider clock)
{
    /// <summary>What is wrong with new values, by their field, as the rest of a sentence.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The user.</param>
    /// <param name="change">The new values by their field; null removes one.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<IReadOnlyDictionary<string, string>> Faults(
        Tenant tenant, string userId, IReadOnlyDictionary<string, string?> change, CancellationToken cancel)
    {
        var faults = new Dictionary<string, string>();
        foreach (var (field, value) in change)
        {
            if (ProfileFields.Fault(field, value) is { } fault) faults[field] = fault;
        }
        if (change.GetValueOrDefault(ProfileFields.Picture) is { } picture && !faults.ContainsKey(ProfileFields.Picture)
            && !await pictures.IsGood(tenant, userId, picture, cancel))
            faults[ProfileFields.Picture] = ProfileFields.PictureFault;
        return faults;
    }

    /// <summary>Refuses new values that have a fault.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public async Task EnsureValid(
        Tenant tenant, string userId, IReadOnlyDictionary<string, string?> change, CancellationToken cancel)
    {
        foreach (var (field, fault) in await Faults(tenant, userId, change, cancel)) throw Problem.InvalidField(field, fault);
    }

    /// <summary>Writes new values that have no faults.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The user.</param>
    /// <param name="change">The new values by their field.</param>
    /// <param name="check">Looks at the user as they are before, at each attempt; what it throws leaves everything as it is.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>The user as stored afterwards; null if the user is gone.</returns>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>.</exception>
    public async Task<User?> Apply(
        Tenant tenant, string userId, IReadOnlyDictionary<string, string?> change, Action<User> check, CancellationToken cancel)
    {
        User? former = null;
        var now = await OptimisticUpdate.Run(() => users.Find(tenant, userId, cancel), user =>
        {
            check(user);
            former = user;
            var changed = ProfileFields.With(user, change);
            return user.State.Disabled ? null : changed == user ? user : changed.Updated(clock.GetUtcNow());
        }, user => users.TryReplace(tenant, user, cancel));
        if (now is not null && former!.Profile.Picture != now.Profile.Picture)
            await pictures.Forget(tenant, former, CancellationToken.None); // Nothing refers to it any more.
        return now;
    }
}
