using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>
/// Invitations: an administrator has somebody mailed a link, and whoever follows it makes an account with the roles and groups that
/// the administrator chose. Following the link proves the address, so no code is asked for.
/// </summary>
public sealed partial class Invitations(
    InvitationStore store, GroupStore groups, UserStore users, Passwords passwords, SignInLockout lockout,
    TimeProvider clock, ILogger<Invitations> logger, IMail? mail)
{
    const string ByAdministrators = "invitation";
    const int RetryMailAfterSeconds = 60;

    /// <summary>True if whoever is invited can make an account of the tenant.</summary>
    public static bool AreOn(Tenant tenant) => tenant.Accounts.SignUp != SignUpMode.Off;

    /// <summary>Invites somebody.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="invitation">Whom, and to what.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>The invitation as stored.</returns>
    /// <exception cref="Problem">
    /// 409 <c>sign_up_off</c>, <c>no_mail</c>, <c>email_taken</c>, <c>invitation_exists</c>; 429 <c>too_many_mails</c>; 503
    /// <c>mail_unavailable</c>: the mail was not accepted, and nobody is invited.
    /// </exception>
    public async Task<Invitation> Add(Tenant tenant, Invitation invitation, CancellationToken cancel)
    {
        EnsurePossible(tenant);
        if (!await users.IsFree(tenant, invitation.Email, cancel)) throw UserStore.EmailTaken();
        using var attempt = await Reserve(tenant, invitation.Id, cancel);
        if (await store.TryAdd(tenant, invitation, cancel) is not { } link)
        {
            await attempt.Withdraw();
            throw Problem.Conflict("invitation_exists", "This address is invited already. Send that invitation again, or delete it.");
        }
        try
        {
            await Send(tenant, invitation, link, attempt);
        }
        catch (Problem)
        {
            await store.TryDelete(tenant, invitation.Id, CancellationToken.None);
            throw;
        }
        return invitation with { ExpiresAt = clock.GetUtcNow() + InvitationStore.Life };
    }

    /// <summary>Sends an invitation again, with a new link that works for another week; the former one ends.</summary>
    /// <exception cref="Problem">
    /// 404 <c>invitation_not_found</c>; 409 <c>sign_up_off</c>, <c>no_mail</c>; 429 <c>too_many_mails</c>; 503
    /// <c>mail_unavailable</c>.
    /// </exception>
    public async Task Resend(Tenant tenant, string id, CancellationToken cancel)
    {
        EnsurePossible(tenant);
        using var attempt = await Reserve(tenant, id, cancel);
        if (await store.TryRenew(tenant, id, cancel) is not var (invitation, link))
        {
            await attempt.Withdraw();
            throw NotFound();
        }
        await Send(tenant, invitation, link, attempt);
    }

    /// <summary>404 <c>invitation_not_found</c>.</summary>
    public static Problem NotFound() => Problem.NotFound("invitation_not_found", "The invitation was not found.");

    /// <summary>The invitation of a link, or null if the link does not work. This does not use it up: mail scanners open links.</summary>
    public Task<Invitation?> Find(Tenant tenant, string? link, CancellationToken cancel) => store.Find(tenant, link, cancel);

    /// <summary>Makes the user of an invitation; null if the address has an account by now, or the invitation was used.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="invitation">The invitation.</param>
    /// <param name="account">What the user typed.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public async Task<User?> TryUse(Tenant tenant, Invitation invitation, NewAccount account, CancellationToken cancel)
    {
        var user = new User
        {
            Id = invitation.UserId,
            UserName = invitation.Email,
            Name = account.Name,
            Email = invitation.Email,
            EmailVerified = true,
            PasswordHash = await passwords.Hash(account.Password ?? Storage.Ids.NewSecret(), cancel),
            Roles = invitation.Roles,
            TermsVersion = account.TermsVersion,
            TermsAt = account.TermsVersion is null ? null : clock.GetUtcNow(),
        };
        // The groups come first: who dies before the user is made begins again with the same link and the same id. The other way round
        // a user could be left without the groups.
        foreach (var (id, role) in invitation.Groups)
        {
            // One that was deleted in the meantime is left out.
            if (await groups.FindGroup(tenant.Id, id, cancel) is { Deleting: false } group)
                await groups.SetMember(tenant.Id, new Membership(group, role), user.Id, cancel);
        }
        if (await store.TryUse(tenant, invitation, user, CancellationToken.None))
        {
            Instruments.SignedUp(tenant.Id, "invitation");
            return user;
        }
        // A write that was repeated, because its answer was lost, finds its own row.
        if (await users.Find(tenant, user.Id, CancellationToken.None) is { } made && made.PasswordHash == user.PasswordHash) return made;
        if (await users.Find(tenant, user.Id, CancellationToken.None) is null)
        {
            foreach (var (id, _) in invitation.Groups) await groups.TryRemoveMember(tenant.Id, id, user.Id, CancellationToken.None);
        }
        return null;
    }

    void EnsurePossible(Tenant tenant)
    {
        if (!AreOn(tenant))
            throw Problem.Conflict("sign_up_off", "The tenant invites nobody. Set signUp of its account rules to invited or open.");
        if (mail is null) throw Problem.Conflict("no_mail", "This deployment can't send email.");
    }

    async Task<LockoutAttempt> Reserve(Tenant tenant, string id, CancellationToken cancel)
    {
        try
        {
            return await lockout.ReserveMail(tenant.Id, id, ByAdministrators, cancel);
        }
        catch (OAuthError refusal)
        {
            throw new Problem(429, "too_many_mails", "The address has enough of these mails. The last one still works.")
            {
                RetryAfter = refusal.RetryAfter,
            };
        }
    }

    async Task Send(Tenant tenant, Invitation invitation, string link, LockoutAttempt attempt)
    {
        try
        {
            await mail!.Send(InvitationMessage.Of(tenant, invitation.Email, link), CancellationToken.None);
        }
        catch (Exception fault)
        {
            Log.NotSent(logger, tenant.Id, fault);
            await attempt.Withdraw();
            throw Problem.Unavailable("mail_unavailable", "The mail was not accepted. Try again later.", RetryMailAfterSeconds);
        }
        await attempt.Failed(); // Every mail that was sent counts.
    }

    static partial class Log
    {
        [LoggerMessage(28, LogLevel.Error, "Tenant {Tenant}: an invitation could not be sent")]
        public static partial void NotSent(ILogger logger, string tenant, Exception fault);
    }
}
