using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>A reset link that is valid now.</summary>
/// <param name="User">The user whose password it sets.</param>
public sealed record ResetLink(User User);

/// <summary>
/// Password resets (SCHEMA.md, tables Requests…). A link, <c>{bucket}.{secret}</c>, goes to the user's email address; only
/// its hash is stored. It works once, for half an hour, and only until the password changes.
/// </summary>
public sealed partial class PasswordResets(
    RequestTables tables, UserStore users, PasswordChange passwords, SignInLockout lockout, KnownDevices devices,
    TimeProvider clock, AuditLog audit, ILogger<PasswordResets> logger, IMail? mail)
{
    static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    const string ByAdministrators = "administrators";
    const int RetryMailAfterSeconds = 60;

    // The answer always comes after this time, whether the user exists or not and however fast the mail server is.
    static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    /// <summary>False if this deployment can't send email.</summary>
    public bool Possible => mail is not null;

    /// <summary>Sends a link if the user exists. The caller can't tell, neither from the answer nor from its timing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userName">The user name as typed.</param>
    /// <param name="place">Where the request comes from.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="OAuthError">429: too many requests from there.</exception>
    public async Task Ask(Tenant tenant, string userName, SignInPlace place, CancellationToken cancel)
    {
        var device = await devices.Read(tenant, place.Device, cancel);
        using (var attempt = await lockout.ReserveReset(
            tenant.Id, UserStore.Normalize(userName), device is null ? place.Address : $"known|{device.Id}", cancel))
        {
            await attempt.Failed(); // Every request counts, successful or not.
        }
        // Not awaited: a slow mail server would reveal that there is mail to send. It goes on after the caller hangs up.
        _ = TrySend(tenant, userName, device);
        await Task.Delay(AnswerTime, clock, cancel);
    }

    /// <summary>
    /// Sends a link for an administrator, who learns whether the mail was accepted. These mails have a count of their own.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user, who must have an email address.</param>
    /// <param name="cancel">Cancelled when the caller hangs up. A mail that is being sent is finished all the same.</param>
    /// <exception cref="Problem">
    /// 409 <c>no_mail</c>; 429 <c>too_many_mails</c>; 503 <c>mail_unavailable</c>: the mail was not accepted.
    /// </exception>
    public async Task Send(Tenant tenant, User user, CancellationToken cancel)
    {
        if (mail is null) throw Problem.Conflict("no_mail", "This deployment can't send email.");
        MailReader.BeginForAdministrator(tenant, user);
        using var attempt = await Reserve(tenant, user, cancel);
        var message = ResetMessage.Of(tenant, user.Email!, await MakeLink(tenant, user), byAdministrator: true);
        try
        {
            await mail.Send(message, CancellationToken.None);
        }
        catch (Exception fault)
        {
            Log.NotSent(logger, tenant.Id, fault);
            await attempt.Withdraw();
            throw Problem.Unavailable(
                "mail_unavailable", "The mail server did not accept the message. Try again later.", RetryMailAfterSeconds);
        }
        await attempt.Failed(); // Every mail that was sent counts.
        Log.Sent(logger, tenant.Id, user.Id);
    }

    async Task<LockoutAttempt> Reserve(Tenant tenant, User user, CancellationToken cancel)
    {
        try
        {
            return await lockout.ReserveMail(tenant.Id, user.Id, ByAdministrators, cancel);
        }
        catch (OAuthError refusal)
        {
            throw new Problem(429, "too_many_mails", "The user was sent too many of these mails. The last links still work.")
            {
                RetryAfter = refusal.RetryAfter,
            };
        }
    }

    /// <summary>The link, if it is valid. This does not use it up, because mail scanners open links.</summary>
    public async Task<ResetLink?> Find(Tenant tenant, string? link, CancellationToken cancel)
    {
        if (BucketId.Parse(link) is not (var bucket, { Length: 43 } secret)) return null;
        var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, Ids.Hash(secret)), RowKeys.Reset, cancel);
        if (row is null || clock.GetUtcNow() >= row.GetDateTimeOffset("ExpiresAt")) return null;
        var user = await users.Find(tenant, row.GetString("UserId"), cancel);
        return user is { Disabled: false } && Ids.Hash(user.PasswordHash) == row.GetString("Password")
            && (row.GetString("Email") is not { } email || Ids.Hash(user.Email ?? "") == email) ? new ResetLink(user) : null;
    }

    /// <summary>Uses up the link and sets the password; false if it was used before. Ends all of the user's sessions.</summary>
    public async Task<bool> TryUse(Tenant tenant, ResetLink link, string password, CancellationToken cancel)
    {
        // Writing the password uses up the link, because the link is valid only for the old password.
        if (await passwords.TrySet(tenant, link.User, password, cancel) is null) return false;
        await lockout.ForgetMails(tenant.Id, link.User.Id, CancellationToken.None); // Their links no longer work.
        await EmailChanges.Prove(users, tenant, link.User, CancellationToken.None);
        return true;
    }

    async Task TrySend(Tenant tenant, string userName, KnownDevice? device)
    {
        try
        {
            var user = await users.FindByName(tenant, userName, CancellationToken.None);
            if (mail is null || user is not { Disabled: false, Email: { } address }) return;
            var requestedBy = device?.IsOf(user) is true ? device.Id : "";
            using var attempt = await lockout.ReserveMail(tenant.Id, user.Id, requestedBy, CancellationToken.None);
            MailReader.Begin(tenant, user);
            await Send(mail, attempt, ResetMessage.Of(tenant, address, await MakeLink(tenant, user), byAdministrator: false));
            audit.Add(tenant.Id, "password-reset-mail", user.Id, null);
            Log.Sent(logger, tenant.Id, user.Id);
        }
        catch (OAuthError)
        {
            // The mailbox already holds links that work.
        }
#pragma warning disable CA1031 // Only the log may know that there was something to send.
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
        await attempt.Failed(); // Every mail that was sent counts.
    }

    async Task<string> MakeLink(Tenant tenant, User user)
    {
        var expires = clock.GetUtcNow() + Life;
        var (bucket, secret) = (ExpiringTables.Bucket(expires), Ids.NewSecret());
        await tables.Of(bucket).Put(new TableEntity(RowKeys.RequestPartition(tenant.Id, Ids.Hash(secret)), RowKeys.Reset)
        {
            ["UserId"] = user.Id,
            ["Password"] = Ids.Hash(user.PasswordHash),
            ["Email"] = Ids.Hash(user.Email!), // What went to a former address ends with it.
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
