using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Latchkey.Telemetry;

/// <summary>
/// Latchkey's metrics and spans (docs/operating/telemetry.md). Tags have few values: a tenant's id, never a user, a file or a
/// token. They cost nothing until somebody listens (<see cref="Exporting"/>).
/// </summary>
public static class Instruments
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Latchkey";

    /// <summary>The tag that names the tenant.</summary>
    public const string TenantTag = "latchkey.tenant";

    internal static readonly ActivitySource Source = new(Name);

    internal static readonly Meter Meter = new(Name);

    // Name, unit and buckets follow OpenTelemetry's semantic conventions for HTTP.
    internal static readonly Histogram<double> RequestDuration = Meter.CreateHistogram(
        "http.server.request.duration", "s", "Duration of HTTP server requests.", tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
        });

    internal static readonly UpDownCounter<long> ActiveRequests = Meter.CreateUpDownCounter<long>(
        "http.server.active_requests", "{request}", "Number of active HTTP server requests.");

    internal static readonly Histogram<long> StorageRoundTrips = Meter.CreateHistogram(
        "latchkey.storage.roundtrips", "{request}", "Requests to storage that a request waited for, retries included", tags: null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 1, 2, 3, 4, 5, 7, 10, 20, 50, 100] });

    static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "latchkey.tokens.issued", "{token}", "Access tokens handed out");

    static readonly Counter<long> FailedSignIns = Meter.CreateCounter<long>(
        "latchkey.signin.failed", "{attempt}", "Sign-ins that were refused");

    static readonly Counter<long> SignUps = Meter.CreateCounter<long>(
        "latchkey.signup.made", "{user}", "Accounts that people made themselves");

    static readonly Counter<long> AccountDeletions = Meter.CreateCounter<long>(
        "latchkey.account.deletions", "{step}", "Steps of deletions that people asked for themselves");

    static readonly Counter<long> ProviderSignIns = Meter.CreateCounter<long>(
        "latchkey.signin.provider", "{attempt}", "Sign-ins at other providers");

    static readonly Counter<long> LogoutsSent = Meter.CreateCounter<long>(
        "latchkey.logout.sent", "{notice}", "Apps that were told of ended sessions");

    static readonly Counter<long> EventsSent = Meter.CreateCounter<long>(
        "latchkey.events.sent", "{try}", "Tries to tell others of an event");

    static readonly Counter<long> ReusedRefreshTokens = Meter.CreateCounter<long>(
        "latchkey.refresh.reused", "{session}", "Sessions that ended because an old refresh token was used again");

    static readonly Counter<long> RetriedRefreshes = Meter.CreateCounter<long>(
        "latchkey.refresh.retried", "{retry}", "Refresh tokens that were sent again inside the retry window");

    static readonly Counter<long> SignedUrls = Meter.CreateCounter<long>(
        "latchkey.sas.issued", "{url}", "Signed URLs (SAS) handed out");

    static readonly Counter<long> InfectedFiles = Meter.CreateCounter<long>(
        "latchkey.files.infected", "{file}", "Files in which malware was found");

    static readonly Counter<long> MessagesSent = Meter.CreateCounter<long>(
        "latchkey.messages.sent", "{message}", "Messages that were published, keys to hear them among them");

    static readonly Counter<long> PoisonMessages = Meter.CreateCounter<long>(
        "latchkey.queues.poison", "{message}", "Messages that failed and lie in a poison queue, counted again at each look");

    static readonly Counter<long> DroppedAudit = Meter.CreateCounter<long>(
        "latchkey.audit.dropped", "{entry}", "Audit entries that could not be kept");

    /// <summary>An access token was issued, by a grant (RFC 6749) or to an operator.</summary>
    public static void TokenIssued(string tenant, string grant) =>
        Tokens.Add(1, new(TenantTag, tenant), new("latchkey.grant", grant));

    /// <summary>
    /// A sign-in was refused: <c>wrong_password</c> (also for unknown names and disabled users), <c>wrong_code</c>, <c>locked</c> or
    /// <c>passkey</c>.
    /// </summary>
    public static void SignInFailed(string tenant, string reason) =>
        FailedSignIns.Add(1, new(TenantTag, tenant), new("latchkey.reason", reason));

    /// <summary>Somebody came back from a provider: <c>ok</c>, or the code of what went wrong.</summary>
    public static void ProviderSignIn(string tenant, string result) =>
        ProviderSignIns.Add(1, new(TenantTag, tenant), new("latchkey.result", result));

    /// <summary>An app was told of a logout: <c>accepted</c>, <c>refused</c> or <c>needless</c>.</summary>
    public static void LogoutSent(string tenant, string result) =>
        LogoutsSent.Add(1, new(TenantTag, tenant), new("latchkey.result", result));

    /// <summary>A <c>webhook</c>, <c>eventgrid</c> or <c>inboxes</c> has <c>accepted</c> or <c>refused</c> an event, or it is given up
    /// (<c>dead</c>).</summary>
    public static void EventSent(string tenant, string to, string result) =>
        EventsSent.Add(1, new(TenantTag, tenant), new("latchkey.to", to), new("latchkey.result", result));

    /// <summary>Somebody made an account: with a <c>code</c>, or by an <c>invitation</c>.</summary>
    public static void SignedUp(string tenant, string by) => SignUps.Add(1, new(TenantTag, tenant), new("latchkey.by", by));

    /// <summary>Somebody's deletion of their own account: <c>planned</c>, <c>kept</c> or <c>deleted</c>.</summary>
    public static void AccountDeletion(string tenant, string step) =>
        AccountDeletions.Add(1, new(TenantTag, tenant), new("latchkey.step", step));

    /// <summary>A refresh token was reused and its session ended.</summary>
    public static void RefreshReused(string tenant) => ReusedRefreshTokens.Add(1, new KeyValuePair<string, object?>(TenantTag, tenant));

    /// <summary>A refresh token was sent again inside the retry window.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="result"><c>ok</c>, or <c>refused</c> after too many retries.</param>
    public static void RefreshRetried(string tenant, string result) =>
        RetriedRefreshes.Add(1, new(TenantTag, tenant), new("latchkey.result", result));

    /// <summary>A URL was signed.</summary>
    /// <param name="tenant">The tenant of the container.</param>
    /// <param name="permission">The URL's <c>sp</c>: <c>c</c>, <c>cw</c> or <c>r</c>.</param>
    public static void SasIssued(string tenant, string permission) =>
        SignedUrls.Add(1, new(TenantTag, tenant), new("latchkey.sas.permission", permission));

    /// <summary>Malware was found in a file.</summary>
    public static void FileInfected(string tenant) => InfectedFiles.Add(1, new KeyValuePair<string, object?>(TenantTag, tenant));

    /// <summary>A message was published to a <c>user</c>, a <c>group</c> or a <c>topic</c>; <c>unheard</c>: it only waits in inboxes,
    /// because
    /// the service for messages did not respond. <c>connect</c>: a key was issued.</summary>
    public static void MessageSent(string tenant, string to) => MessagesSent.Add(1, new(TenantTag, tenant), new("latchkey.to", to));

    /// <summary>Messages of a queue lie where those go that failed five times.</summary>
    public static void PoisonFound(string queue, int count) =>
        PoisonMessages.Add(count, new KeyValuePair<string, object?>("latchkey.queue", queue));

    /// <summary>Audit entries were lost.</summary>
    public static void AuditDropped(string tenant, int count) =>
        DroppedAudit.Add(count, new KeyValuePair<string, object?>(TenantTag, tenant));
}
