using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>Tells apps by a signed logout token that sessions have ended (OpenID Connect Back-Channel Logout 1.0).</summary>
public sealed partial class BackchannelLogout(
    TenantStore tenants, ClientStore clients, LogoutNotices notices, JwtWriter jwt, ProviderHttp http, AuditLog audit, TimeProvider clock,
    ILogger<BackchannelLogout> logger)
{
    /// <summary>The event that a logout token is about (§2.4).</summary>
    public const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>How long a logout token is valid (§2.4 recommends two minutes at most). Each try has a new one.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(2);

    /// <summary>How many notices are sent at the same time: an app that does not answer takes eight seconds.</summary>
    public const int AtOnce = 8;

    static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    readonly SendingLanes<LogoutNotice> lanes = new(clock, notice => $"{notice.Tenant}|{notice.ClientId}", notice => notice.Row.RowKey);

    /// <summary>
    /// Sends a notice. Once the app has accepted it, or will never need it, the notice is removed; if not, it stays for the next try.
    /// It never throws.
    /// </summary>
    public Task Send(LogoutNotice notice, CancellationToken cancel) => lanes.Run(notice, SendOne, mayWait: true, cancel);

    /// <summary>Ends once everything that waits now is sent.</summary>
    public Task Drained() => lanes.Drained();

    async Task SendOne(LogoutNotice notice, CancellationToken cancel)
    {
        try
        {
            if (await tenants.Find(notice.Tenant, cancel) is not { } tenant) return; // It is deleted, with its notices.
            var (isPaused, now) = (lanes.IsPaused(notice), clock.GetUtcNow());
            var begun = clock.GetTimestamp();
            var result = isPaused ? Outcome.Refused : await TrySend(tenant, notice, cancel);
            if (!isPaused) Instruments.LogoutSent(tenant.Id, result);
            // One that is slow gets a rest as well: it must not hold those who send.
            if (!isPaused && (result == Outcome.Refused || clock.GetElapsedTime(begun) > Slow)) lanes.Failed(notice, now);
            if (result == Outcome.Refused && notice.CreatedAt + LogoutNotices.Life > now) return;
            if (result == Outcome.Refused) audit.Add(tenant.Id, "backchannel-logout-failed", notice.UserId, notice.ClientId);
            await notices.Remove(notice);
        }
#pragma warning disable CA1031 // The notice stays, and the timer tries again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotSent(logger, notice.Tenant, notice.ClientId, fault);
        }
    }

    async Task<string> TrySend(Tenant tenant, LogoutNotice notice, CancellationToken cancel)
    {
        if (await clients.Find(tenant, notice.ClientId, cancel) is not { BackchannelLogoutUri: { } uri } client) return Outcome.Needless;
        var token = await Token(tenant, client, notice, cancel);
        try
        {
            // §2.8: 200 means that the app has logged out; some frameworks answer 204.
            var (status, _) = await http.Post(uri, [new("logout_token", token)], basic: null, cancel);
            if (status is 200 or 204) return Outcome.Accepted;
            Log.Refused(logger, tenant.Id, client.Id, $"status {status}");
        }
        catch (ProviderException fault)
        {
            Log.Refused(logger, tenant.Id, client.Id, fault.Message);
        }
        return Outcome.Refused;
    }

    // §2.4
    Task<string> Token(Tenant tenant, Client client, LogoutNotice notice, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = tenant.Issuer,
            ["sub"] = notice.UserId,
            ["aud"] = client.ClientId,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + TokenLife).ToUnixTimeSeconds(),
            ["jti"] = Ids.New(),
            ["events"] = new Dictionary<string, object> { [Event] = new Dictionary<string, object>() },
        };
        if (notice.SessionId is { } session) claims["sid"] = session;
        return jwt.Write(tenant.Id, client.IdTokenAlgorithm, "logout+jwt", claims, cancel);
    }

    static class Outcome
    {
        public const string Accepted = "accepted";
        public const string Refused = "refused";
        public const string Needless = "needless";
    }

    static partial class Log
    {
        [LoggerMessage(33, LogLevel.Warning, "Tenant {Tenant}: client {Client} was not told of a logout: {Reason}")]
        public static partial void Refused(ILogger logger, string tenant, string client, string reason);

        [LoggerMessage(34, LogLevel.Error, "Tenant {Tenant}: a logout notice for client {Client} could not be sent")]
        public static partial void NotSent(ILogger logger, string tenant, string client, Exception fault);
    }
}
