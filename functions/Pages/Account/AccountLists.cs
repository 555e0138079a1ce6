using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;


namespace Latchkey.Pages;

/// <summary>The lists of the account page, in words.</summary>
public sealed class AccountLists(
    UserSessions lines, SessionStore sessions, Consents approvals, ClientStore clients, TimeProvider clock)
{
    // The newest; whoever has more ends all at once.
    const int Max = 50;

    /// <summary>The user's sessions that are alive, the last used first.</summary>
    public async Task<IReadOnlyList<SessionLine>> Sessions(Tenant tenant, User user, CancellationToken cancel)
    {
        var newest = (await lines.List(tenant, user.Id, cancel)).OrderByDescending(line => line.CreatedAt).Take(Max).ToList();
        var found = await Task.WhenAll(newest.Select(line => sessions.Find(tenant.Id, line.SessionId, cancel)));
        var now = clock.GetUtcNow();
        var alive = newest.Zip(found, (line, session) => (Line: line, Session: session))
            .Where(pair => pair.Session ?.IsAlive(now) is true)
            .OrderByDescending(pair => pair.Session!.RotatedAt);
        var shown = new List<SessionLine>();
        foreach (var (line, session) in alive)
        {
            // A mark on the user, client or tenant ends sessions too, without touching their rows.
            if (await clients.Find(tenant, line.ClientId, cancel) is not { } client || session!.HasEnded(tenant, client, user.State)) continue;
            shown.Add(new SessionLine(line.SessionId, client.Name, DeviceNames.Of(line.Device),
                DeviceNames.Place(line.Device), Strings.SessionTimes(now - line.CreatedAt, now - session.RotatedAt)));
        }
        return shown;
    }

    /// <summary>The apps that the user has allowed, by name. One that is no longer registered is there under its id, to be removed.</summary>
    public async Task<IReadOnlyList<ConsentLine>> Consents(Tenant tenant, User user, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var shown = new List<ConsentLine>();
        foreach (var approval in await approvals.List(tenant, user.Id, cancel))
        {
            if (!user.State.KeepsApp(approval.ClientId, approval.AppMark)) continue;
            var client = await clients.Find(tenant, approval.ClientId, cancel);
            if (client?.Incarnation != approval.ClientIncarnation) client = null; // Another that was made later says nothing about this one.
            shown.Add(new ConsentLine(approval.ClientId, client?.Name ?? approval.ClientId, client?.VouchedWebsite, approval.Scope,
                Strings.AllowedSince(now - approval.ApprovedAt)));
        }
        return [.. shown.OrderBy(line => line.App, StringComparer.OrdinalIgnoreCase)];
    }
}
