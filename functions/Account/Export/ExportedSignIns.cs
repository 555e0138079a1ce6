using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>How a user signs in and where they are signed in, in the download of their data.</summary>
public sealed class ExportedSignIns(UserSessions sessions, PasskeyStore passkeys, LinkedIdentities identities)
{
    /// <summary>Writes <c>sessions</c>, <c>passkeys</c> and <c>providers</c>.</summary>
    public async Task Write(JsonDownload.Writer json, Tenant tenant, User user, CancellationToken cancel)
    {
        json.Write("sessions", (await sessions.List(tenant, user.Id, cancel)).Select(session => new
        {
            app = session.ClientId,
            createdAt = session.CreatedAt.UtcDateTime,
            expiresAt = session.ExpiresAt.UtcDateTime,
            device = session.Device.UserAgent,
            network = session.Device.Address,
        }));
        json.Write("passkeys", (await passkeys.List(tenant, user.Id, cancel)).Select(passkey =>
            new { passkey.Name, createdAt = passkey.CreatedAt.UtcDateTime, lastUsedAt = passkey.LastUsedAt?.UtcDateTime }));
        json.Write("providers", (await identities.Of(tenant, user.Id, cancel)).Select(identity =>
            new { identity.Provider, account = identity.Label, linkedAt = identity.Since.UtcDateTime }));
    }
}
