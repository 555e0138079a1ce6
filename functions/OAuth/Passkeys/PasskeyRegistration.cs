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
    /// Removes a passkey and tells the user by mail. The user's last way to sign in stays, unless it is forced: the user's row is
    /// written before the passkey's is deleted (<see cref="User.RemovedPasskeys"/>). A passkey that is written there and not yet
    /// deleted, after a crash, still works until its removal is asked for again.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The user.</param>
    /// <param name="id">The passkey.</param>
    /// <param name="force">True if an administrator removes it, who can give the user another way.</param>
    /// <param name="cancel">Cancelled when the caller hangs up. What has begun is finished all the same.</param>
    /// <returns>True once it is removed; false if it must stay; null if the user does not have it.</returns>
    public async Task<bool?> Remove(Tenant tenant, string userId, string id, bool force, CancellationToken cancel)
    {
        while (true)
        {
            if (await users.Find(tenant, userId, cancel) is not { } user) return null;
            var all = await passkeys.List(tenant, userId, cancel);
            if (all.FirstOrDefault(passkey => passkey.Id == id) is not { } passkey) return null;
            if (!user.RemovedPasskeys.Contains(id))
            {
                if (!force && !await ways.HasWithout(tenant, user, passkey, cancel)) return false;
                // Ids are never used again, so those whose passkeys are gone can be forgotten.
                var removed = all.Select(each => each.Id).Where(user.RemovedPasskeys.Contains);
                if (!await users.TryReplace(tenant, user with { RemovedPasskeys = [.. removed, id] }, cancel)) continue;
            }
            if (!await passkeys.TryRemove(tenant, passkey, CancellationToken.None)) continue; // It was used in between.
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
