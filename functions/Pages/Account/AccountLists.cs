using Latchkey.Access;
using Latchkey.Account;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>The lists of the account page, in words.</summary>
public sealed class AccountLists(
    UserSessions userSessions, SessionStore sessions, Consents consents, ClientStore clients, ProfilePictures pictures, TimeProvider clock)
{
    // Only the newest are shown. A user who has more can end all of them at once.
    const int MaxSessions = 50;

    /// <summary>The URL of the user's picture, or null.</summary>
    public Task<string?> Picture(TenantRequest request, User user) =>
        pictures.Url(request.Tenant, user, BuiltInPages.Account, request.Audit, request.Cancel);

    /// <summary>The user's live sessions, the most recently used first.</summary>
    public async Task<IReadOnlyList<SessionLine>> Sessions(Tenant tenant, SignedIn signedIn, CancellationToken cancel)
    {
        var user = signedIn.User;
        var listed = await userSessions.List(tenant, user.Id, after: null, UserSessions.AtOnce, cancel);
        var newest = listed.OrderByDescending(entry => entry.CreatedAt).Take(MaxSessions).ToList();
        var found = await Task.WhenAll(newest.Select(entry => sessions.Find(tenant.Id, entry.SessionId, cancel)));
        var now = clock.GetUtcNow();
        var alive = newest.Zip(found, (entry, session) => (Entry: entry, Session: session))
            .Where(pair => pair.Session?.IsAlive(now) is true)
            .OrderByDescending(pair => pair.Session!.RotatedAt);
        var lines = new List<SessionLine>();
        foreach (var (entry, session) in alive)
        {
            // A mark on the user, client or tenant ends sessions too, without touching their rows.
            if (await clients.Find(tenant, entry.ClientId, cancel) is not { } client
                || session!.HasEnded(tenant, client, user.State)) continue;
            lines.Add(new SessionLine(entry.SessionId, client.Name, DeviceNames.Of(entry.Device),
                DeviceNames.Place(entry.Device), Strings.SessionTimes(now - entry.CreatedAt, now - session.RotatedAt),
                IsHere: session.Authentication.SignInId is { } id && id == signedIn.Authentication.SignInId));
        }
        return lines;
    }

    /// <summary>
    /// The apps that the user has allowed, ordered by name. A deleted app appears under its id, so that it can be removed.
    /// </summary>
    public async Task<IReadOnlyList<ConsentLine>> Consents(Tenant tenant, User user, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var lines = new List<ConsentLine>();
        foreach (var consent in await consents.List(tenant, user.Id, cancel))
        {
            if (!user.State.KeepsApp(consent.ClientId, consent.AppMark)) continue;
            var client = await clients.Find(tenant, consent.ClientId, cancel);
            // An app that was registered later under the same id is another app.
            if (client?.Incarnation != consent.ClientIncarnation) client = null;
            var website = client?.MetadataUrl ?? client?.VouchedWebsite;
            lines.Add(new ConsentLine(consent.ClientId, client?.Name ?? consent.ClientId, website, consent.Allowed,
                Strings.AllowedSince(now - consent.ApprovedAt)));
        }
        return [.. lines.OrderBy(line => line.App, StringComparer.OrdinalIgnoreCase)];
    }
}
