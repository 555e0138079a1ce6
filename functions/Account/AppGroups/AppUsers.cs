using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>Who is a user of an app: whoever has allowed it something, or is signed in to it.</summary>
public sealed class AppUsers(UserStore users, Consents consents, UserSessions userSessions, SessionStore sessions, TimeProvider clock)
{
    const int MaxSessions = 10;

    /// <summary>True if the user uses the app. Of others it does not say, by answer or by time, whether they exist.</summary>
    public async Task<bool> Has(Tenant tenant, Client client, string userId, CancellationToken cancel)
    {
        if (!Ids.IsId(userId)) return false;
        var finding = users.Find(tenant, userId, cancel);
        var consenting = consents.Find(tenant, userId, client.Id, cancel);
        var listing = userSessions.List(tenant, userId, after: null, UserSessions.AtOnce, cancel);
        await Task.WhenAll(consenting, listing); // For nobody, too.
        if (await finding is not { State.Disabled: false } user) return false;
        if (await consenting is { } consent && consent.ClientIncarnation == client.Incarnation
            && user.State.KeepsApp(client.Id, consent.AppMark)) return true;
        var now = clock.GetUtcNow();
        var begun = (await listing).Where(entry => entry.ClientId == client.Id).TakeLast(MaxSessions);
        var found = await Task.WhenAll(begun.Select(entry => sessions.Find(tenant.Id, entry.SessionId, cancel)));
        return found.Any(session => session is not null && session.IsAlive(now) && !session.HasEnded(tenant, client, user.State));
    }
}
