using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>How an attempt to change an address ended.</summary>
public enum EmailVerdict
{
    /// <summary>The address is the user's now, and verified.</summary>
    Changed,

    /// <summary>The code is wrong; there are tries left.</summary>
    WrongCode,

    /// <summary>The code was used, tried too often or has expired.</summary>
    CodeOver,

    /// <summary>Somebody has the address as a name by now.</summary>
    Taken,
}

/// <summary>
/// A user's own address: a code goes to the new one and comes back in the same browser or session of an app; then one transaction changes
/// and verifies the
/// address, and the user name with it if that was the old address. The old address is told.
/// </summary>
public sealed class EmailChanges(
    OneTimeCodes codes, UserStore users, SignInLockout lockout, UnseenMail mail, AuditLog audit, TimeProvider clock)
{
    const string Purpose = "address";

    /// <summary>False if this deployment can't send email.</summary>
    public bool IsPossible => mail.Possible;

    /// <summary>Sends a code to an address. The answer says nothing about the address, nor does its time.</summary>
    /// <param name="request">The request.</param>
    /// <param name="signedIn">The user.</param>
    /// <param name="email">The address, whose form has been checked.</param>
    /// <param name="caller">The caller's network address.</param>
    /// <param name="onPage">True if the code is typed on our own page, to which the mail has a link.</param>
    /// <returns>The code's id.</returns>
    /// <exception cref="OAuthError">429: too many mails to this address, or from there.</exception>
    public async Task<string> Ask(TenantRequest request, SignedIn signedIn, string email, string caller, bool onPage)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        using (var attempt = await lockout.ReserveCodeMail(tenant.Id, email, caller, own: signedIn.User.Id, cancel))
        {
            await attempt.Failed(); // Every mail counts, whatever it says.
        }
        var (id, code) = await codes.Make(tenant, Use(signedIn), email, cancel);
        await mail.Send(tenant, async () =>
        {
            if (await users.FindByName(tenant, email, CancellationToken.None) is not { } known || known.Id == signedIn.User.Id)
            {
                MailReader.Begin(tenant, signedIn.User);
                return EmailMessage.Code(tenant, email, code, onPage ? id : null);
            }
            audit.Add(tenant.Id, "account-email-known", known.Id, null);
            MailReader.Begin(tenant, known);
            return EmailMessage.Taken(tenant, email);
        }, cancel);
        return id;
    }

    /// <summary>Changes the address if the code is right.</summary>
    /// <returns>The verdict and, if it was changed, the user as stored now.</returns>
    public async Task<(EmailVerdict Verdict, User? User)> Confirm(TenantRequest request, SignedIn signedIn, string? id, string? code)
    {
        var tenant = request.Tenant;
        var (verdict, email) = await codes.Try(tenant, Use(signedIn), id, code, request.Cancel);
        if (verdict != CodeVerdict.Right) return (verdict == CodeVerdict.Wrong ? EmailVerdict.WrongCode : EmailVerdict.CodeOver, null);
        string? former = null;
        try
        {
            // The code is used up, so whoever hangs up now gets the new address all the same.
            var changed = await OptimisticUpdate.Run(() => users.Find(tenant, signedIn.User.Id, CancellationToken.None), user =>
            {
                former = user.Email;
                return With(user, email!).Updated(clock.GetUtcNow());
            }, user => users.TryReplace(tenant, user, CancellationToken.None), maxAttempts: int.MaxValue);
            if (changed is null) return (EmailVerdict.CodeOver, null);
            if (former is not null && UserStore.Normalize(former) != UserStore.Normalize(email!))
                _ = mail.TrySend(tenant, changed, () => EmailMessage.Changed(tenant, former));
            return (EmailVerdict.Changed, changed);
        }
        catch (Problem taken) when (taken.Code == "email_taken")
        {
            return (EmailVerdict.Taken, null);
        }
    }

    /// <summary>
    /// Notes that a user has followed a link that was mailed to this address, which proves it. If somebody else has it as a name, it
    /// stays as it is.
    /// </summary>
    public static async Task Prove(UserStore users, Tenant tenant, User user, CancellationToken cancel)
    {
        if (user.Email is null || user.EmailVerified) return;
        try
        {
            await OptimisticUpdate.Run(() => users.Find(tenant, user.Id, cancel),
                found => found.Email == user.Email ? found with { EmailVerified = true } : null,
                found => users.TryReplace(tenant, found, cancel), maxAttempts: int.MaxValue);
        }
        catch (Problem taken) when (taken.Code == "email_taken")
        {
            // The password is set all the same.
        }
    }

    static User With(User user, string email)
    {
        var isName = user.Email is not null && UserStore.Normalize(user.UserName) == UserStore.Normalize(user.Email);
        return user with { UserName = isName ? email : user.UserName, Email = email, EmailVerified = true };
    }

    // The code counts only in the browser or session that asked for it, and while the user is signed in there.
    static CodeUse Use(SignedIn signedIn) => new(Purpose, $"{signedIn.User.Id}|{signedIn.Authentication.SignInId}");
}
