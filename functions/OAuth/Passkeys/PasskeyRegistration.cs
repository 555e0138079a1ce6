using System.Buffers.Text;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>Registers passkeys of a user who is signed in, and takes them away (WebAuthn Level 3 §7.1).</summary>
public sealed class PasskeyRegistration(
    PasskeyStore passkeys, PasskeyChallenges challenges, UserStore users, WaysToSignIn ways, PasskeyNotices notices,
    TimeProvider clock)
{
    /// <summary>The options with which the user's browser makes a passkey, as JSON.</summary>
    public async Task<string> Options(Tenant tenant, SignedIn signedIn, IEnumerable<Passkey> existing, CancellationToken cancel) =>
        new RelyingParty(tenant).CreationOptions(
            signedIn.User, existing, await challenges.Make(tenant, Binding(signedIn), cancel)).ToJson();

    /// <summary>Registers the passkey that the browser has made, and tells the user by mail.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="signedIn">The user, in the browser that got the options.</param>
    /// <param name="json">The browser's response.</param>
    /// <param name="name">What the user calls it.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>The passkey, and whether it was stored.</returns>
    /// <exception cref="PasskeyRefusal">The response was refused.</exception>
    public async Task<(Passkey Passkey, PasskeyAddition Outcome)> Add(
        Tenant tenant, SignedIn signedIn, string? json, string name, CancellationToken cancel)
    {
        var (user, party) = (signedIn.User, new RelyingParty(tenant));
        var response = PasskeyResponse.Read(json);
        var challenge = await challenges.Read(tenant, Binding(signedIn), response.Challenge, cancel)
            ?? throw new PasskeyRefusal(PasskeyRefusal.Challenge);
        party.CheckOrigin(response);
        var credential = await party.Verify(user, response);
        if (!await challenges.TryUse(tenant, challenge, cancel)) throw new PasskeyRefusal(PasskeyRefusal.Replayed);
        var passkey = new Passkey
        {
            Id = Ids.New(),
            UserId = user.Id,
            CredentialId = Base64Url.EncodeToString(credential.Id),
            PublicKey = Base64Url.EncodeToString(credential.PublicKey),
            Counter = credential.SignCount,
            Name = name,
            CreatedAt = clock.GetUtcNow(),
            BackupEligible = credential.IsBackupEligible,
            BackedUp = credential.IsBackedUp,
            Transports = response.Transports,
        };
        var outcome = await passkeys.Add(tenant, passkey, cancel);
        if (outcome == PasskeyAddition.Added) await Complete(tenant, user, passkey);
        return (passkey, outcome);
    }

    /// <summary>Gives a passkey another name; null if the user does not have it.</summary>
    public Task<Passkey?> Rename(Tenant tenant, User user, string id, string name, CancellationToken cancel) => OptimisticUpdate.Run(
        () => Find(tenant, user.Id, id, cancel), passkey => passkey with { Name = name },
        passkey => passkeys.TryReplace(tenant, passkey, cancel));

    /// <summary>
    /// Removes a passkey and tells the user by mail. Its last one stays if the user has no other way to sign in, unless it is forced.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user.</param>
    /// <param name="id">The passkey.</param>
    /// <param name="force">True if an administrator removes it, who can give the user another way.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>True once it is removed; false if it must stay; null if the user does not have it.</returns>
    public async Task<bool?> Remove(Tenant tenant, User user, string id, bool force, CancellationToken cancel)
    {
        var mustKeepOne = !force && !await ways.HasWithoutPasskeys(tenant, user, cancel);
        while (true)
        {
            var all = await passkeys.List(tenant, user.Id, cancel);
            if (all.FirstOrDefault(passkey => passkey.Id == id) is not { } passkey) return null;
            var staying = mustKeepOne ? all.FirstOrDefault(other => other.Id != id) : null;
            if (mustKeepOne && staying is null) return false;
            if (!await passkeys.TryRemove(tenant, passkey, staying, cancel)) continue; // It was used, or another was removed.
            notices.Removed(tenant, user, passkey);
            return true;
        }
    }

    // The user may have begun to be deleted since the sign-in was read. Whoever deletes marks the user first and looks for passkeys
    // later, so either the mark is seen here or the passkey is seen there.
    async Task Complete(Tenant tenant, User user, Passkey passkey)
    {
        if (await users.Find(tenant, user.Id, CancellationToken.None) is { Deleting: false }) notices.Added(tenant, user, passkey);
        else await passkeys.RemoveAll(tenant, user.Id, CancellationToken.None);
    }

    async Task<Passkey?> Find(Tenant tenant, string userId, string id, CancellationToken cancel) =>
        (await passkeys.List(tenant, userId, cancel)).FirstOrDefault(passkey => passkey.Id == id);

    static string Binding(SignedIn signedIn) => $"register|{signedIn.User.Id}|{signedIn.Authentication.SignInId}";
}
