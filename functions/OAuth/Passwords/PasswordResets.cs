using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>A reset link that is good now.</summary>
/// <param name="User">Whose password it sets.</param>
public sealed record ResetLink(User User);

/// <summary>
/// Password resets (SCHEMA.md, tables Requests…) by a link <c>{bucket}.{secret}</c> that goes to the user's mail address and
/// of which only a hash is kept. It is good once, for half an hour, and only while the password is what it was.
/// </summary>
public sealed partial class PasswordResets(
    RequestTables tables, UserStore users, PasswordChange passwords, SignInLockout attempts, KnownDevices devices, TimeProvider clock,
    AuditLog audit, ILogger<PasswordResets> logger, IMail? mail)
{
    static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    const string ByAdministrators = "administrators";
    const int RetryMailAfterSeconds = 60;

    // Known or not, mail taken fast or slowly: the answer comes after this.
    static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    /// <summary>False if there is no way to send mail.</summary>
    public bool Possible => mail is not null;

    /// <summary>Sends a link if there is such a user. Whoever asks does not learn whether, neither by the answer nor by its time.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userName">As typed.</param>
    /// <param name="place">Where the request comes from.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="OAuthError">429: too many from there.</exception>
    public async Task Ask(Tenant tenant, string userName, SignInPlace place, CancellationToken cancel)
    {
        var device = await devices.Read(tenant, place.Device, cancel);
        using (var attempt = await attempts.ReserveReset(
            tenant.Id, UserStore.Normalize(userName), device is null ? place.Address : $"known|{device.Id}", cancel))
        {
            await attempt.Failed(); // Every request counts, a good one too.
        }
        // Not awaited: a slow mail server would tell that there is mail to send. It outlives the caller's connection.
        _ = TrySend(tenant, userName, device);
        await Task.Delay(AnswerTime, clock, cancel);
    }

    /// <summary>Sends a link for an administrator, who is told how that went. It counts apart from what others ask for.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user, who has a mail address.</param>
    /// <param name="cancel">The caller hung up; what has begun is finished all the same.</param>
    /// <exception cref="Problem">409 <c>no_mail</c>; 429 <c>too_many_mails</c>; 503 <c>mail_unavailable</c>: it was not taken.</exception>
    public async Task Send(Tenant tenant, User user, CancellationToken cancel)
    {
        if (mail is null) throw Problem.Conflict("no_mail", "This deployment sends no mail.");
        using var attempt = await Reserve(tenant, user, cancel);
        var message = ResetMessage.Of(tenant, user.Email!, await Make(tenant, user), byAdministrator: true);
        try
        {
            await mail.Send(message, CancellationToken.None);
        }
        catch (Exception fault)
        {
            Log.NotSent(logger, tenant.Id, fault);
            await attempt.Withdraw();
            throw Problem.Unavailable("mail_unavailable", "The mail was not taken; try again later.", RetryMailAfterSeconds);
        }
        await attempt.Failed(); // Each mail that went out counts.
        Log.Sent(logger, tenant.Id, user.Id);
    }

    async Task<LockoutAttempt> Reserve(Tenant tenant, User user, CancellationToken cancel)
    {
        try
        {
            return await attempts.ReserveMail(tenant.Id, user.Id, ByAdministrators, cancel);
        }
        catch (OAuthError refusal)
        {
            throw new Problem(429, "too_many_mails", "The user has got as many of these mails as are of use; the last ones are good still.") { RetryAfter = refusal.RetryAfter };
        }
    }

    /// <summary>The link, if it is good; looking does not use it up, because mail scanners look.</summary>
    public async Task<ResetLink?> Find(Tenant tenant, string? link, CancellationToken cancel)
    {
        if (BucketId.Parse(link) is not (var bucket, { Length: 43 } secret)) return null;
        var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, Ids.Hash(secret)), RowKeys.Reset, cancel);
        if (row is null || clock.GetUtcNow() >= row.GetDateTimeOffset("ExpiresAt")) return null;
        var user = await users.Find(tenant, row.GetString("UserId"), cancel);
        return user is { Disabled: false } && Ids.Hash(user.PasswordHash) == row.GetString("Password")
            ? new ResetLink(user) : null;
    }

    /// <summary>Uses the link up and sets the password; false if somebody else has used it first. Ends all of the user's sessions.</summary>
    public async Task<bool> TryUse(Tenant tenant, ResetLink link, string password, CancellationToken cancel)
    {
        // The one write that uses it up is the password's: the link is good only while that is what it was.
        if (await passwords.TrySet(tenant, link.User, password, cancel) is null) return false;
        await attempts.ForgetMails(tenant.Id, link.User.Id, CancellationToken.None); // The links in them are good no more.
        return true;
    }

    async Task TrySend(Tenant tenant, string userName, KnownDevice? device)
    {
        try
        {
            var user = await users.FindByName(tenant, userName, CancellationToken.None);
            if (mail is null || user is not { Disabled: false, Email: { } address }) return;
            using var attempt = await attempts.ReserveMail(tenant.Id, user.Id, device?.IsOf(user) is true ? device.Id : "", CancellationToken.None);
            await Send(mail, attempt, ResetMessage.Of(tenant, address, await Make(tenant, user), byAdministrator: false));
            audit.Add(tenant.Id, "password-reset-mail", user.Id, null);
            Log.Sent(logger, tenant.Id, user.Id);
        }
        catch (OAuthError)
        {
            // There are good links in the mailbox already.
        }
#pragma warning disable CA1031 // Whatever went wrong, only the log may know that there was something to send.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotSent(logger, tenant.Id, fault);
        }
    }

    static async Task Send(IMail mail, LockoutAttempt attempt, Message message)
    {
        try
        {
            await mail.Send(message, CancellationToken.None);
        }
        catch
        {
            await attempt.Withdraw();
            throw;
        }
        await attempt.Failed(); // Each mail that went out counts.
    }

    async Task<string> Make(Tenant tenant, User user)
    {
        var expires = clock.GetUtcNow() + Life;
        var (bucket, secret) = (ExpiringTables.Bucket(expires), Ids.NewSecret());
        await tables.Of(bucket).Put(new TableEntity(RowKeys.RequestPartition(tenant.Id, Ids.Hash(secret)), RowKeys.Reset)
        {
            ["UserId"] = user.Id,
            ["Password"] = Ids.Hash(user.PasswordHash),
            ["ExpiresAt"] = expires,
        }, CancellationToken.None);
        return $"{bucket}.{secret}";
    }

    static partial class Log
    {
        [LoggerMessage(24, LogLevel.Information, "Tenant {Tenant}, user {UserId}: reset link sent")]
        public static partial void Sent(ILogger logger, string tenant, string userId);

        [LoggerMessage(25, LogLevel.Error, "Tenant {Tenant}: a reset link could not be sent")]
        public static partial void NotSent(ILogger logger, string tenant, Exception fault);
    }
}
