using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What somebody typed to make an account; everything has been checked.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Email">The address.</param>
/// <param name="Password">The password; null if the tenant's users have none.</param>
/// <param name="TermsVersion">The version of the terms of use that was accepted, or null.</param>
public sealed record NewAccount(string Name, string Email, string? Password, string? TermsVersion);

/// <summary>How an attempt to finish a sign-up ended.</summary>
public enum SignUpVerdict
{
    /// <summary>The account is made.</summary>
    Made,

    /// <summary>The code is wrong; there are tries left.</summary>
    WrongCode,

    /// <summary>The code was tried too often or has expired; another can be sent.</summary>
    CodeOver,

    /// <summary>Somebody has the address as a name by now.</summary>
    AddressTaken,

    /// <summary>The account was made before, as by a form that was sent twice.</summary>
    MadeBefore,
}

/// <summary>
/// Sign-up: people make their own account. What they typed is kept, the password as a hash, until a code from a mail has shown that
/// the address is theirs; then one conditional write makes the user. Whether the address has an account shows only in the mail.
/// </summary>
public sealed class SignUps(
    SignUpDrafts drafts, OneTimeCodes codes, UserStore users, Passwords passwords, SignInLockout lockout, AnonymousLimiter rows,
    UnseenMail mail, AuditLog audit, TimeProvider clock)
{
    const string Purpose = "sign-up";

    /// <summary>True if anybody can make an account of the tenant. Without mail nobody can prove an address.</summary>
    public static bool IsOpen(Tenant tenant, Settings settings) =>
        tenant.Accounts.SignUp == SignUpMode.Open && settings.Mail.Mode != MailMode.None;

    /// <summary>The roles of whoever signs up.</summary>
    public static IReadOnlyList<HeldRole> Roles(Tenant tenant) =>
        [.. tenant.Accounts.SignUpRoles.Where(tenant.Roles.ContainsKey).Select(name => tenant.Roles[name].Held)];

    /// <summary>The draft of a pending request, or null.</summary>
    public Task<SignUpDraft?> Find(TenantRequest request, PendingRequest pending) => drafts.Find(pending, request.Cancel);

    /// <summary>Keeps what was typed and sends a code. The answer says nothing about the address, nor does its time.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="account">What was typed.</param>
    /// <param name="address">The caller's address.</param>
    /// <exception cref="OAuthError">429: too many mails to this address, or from there.</exception>
    /// <exception cref="Problem">429 <c>too_many_requests</c>; 503 <c>server_busy</c>.</exception>
    public async Task Ask(TenantRequest request, PendingRequest pending, NewAccount account, string address)
    {
        await Count(request, account.Email, address);
        var hash = await passwords.Hash(account.Password ?? Ids.NewSecret(), request.Cancel);
        await Send(request, pending, new SignUpDraft(Ids.New(), account.Name, account.Email, hash, account.TermsVersion));
    }

    /// <summary>Sends another code, which ends the former one.</summary>
    /// <exception cref="OAuthError">429: too many mails to this address, or from there.</exception>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public async Task Resend(TenantRequest request, PendingRequest pending, SignUpDraft draft, string address)
    {
        await Count(request, draft.Email, address);
        await Send(request, pending, draft);
    }

    /// <summary>Makes the user if the code is right.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="draft">Its draft.</param>
    /// <param name="code">The code as typed.</param>
    /// <returns>The verdict and, if it was made now, the user.</returns>
    public async Task<(SignUpVerdict Verdict, User? User)> Confirm(
        TenantRequest request, PendingRequest pending, SignUpDraft draft, string? code)
    {
        var tenant = request.Tenant;
        switch ((await codes.Try(tenant, Use(pending), draft.CodeId, code, request.Cancel)).Verdict)
        {
            case CodeVerdict.Wrong:
                return (SignUpVerdict.WrongCode, null);
            case CodeVerdict.Over:
                var isMade = await users.Find(tenant, draft.UserId, request.Cancel) is not null;
                return (isMade ? SignUpVerdict.MadeBefore : SignUpVerdict.CodeOver, null);
            default:
                var user = Made(tenant, draft);
                // The code is used up: whoever hangs up now has an account all the same, and signs in with the password.
                if (!await users.TryAdd(tenant, user, CancellationToken.None)
                    // A write that was repeated, because its answer was lost, finds its own row.
                    && await users.Find(tenant, user.Id, CancellationToken.None) is null) return (SignUpVerdict.AddressTaken, null);
                Instruments.SignedUp(tenant.Id, "code");
                return (SignUpVerdict.Made, user);
        }
    }

    User Made(Tenant tenant, SignUpDraft draft) => new()
    {
        Id = draft.UserId,
        UserName = draft.Email,
        Name = draft.Name,
        Email = draft.Email,
        EmailVerified = true,
        PasswordHash = draft.PasswordHash,
        Roles = Roles(tenant),
        TermsVersion = draft.TermsVersion,
        TermsAt = draft.TermsVersion is null ? null : clock.GetUtcNow(),
    };

    async Task Count(TenantRequest request, string email, string address)
    {
        rows.Take(request.Http);
        using var attempt = await lockout.ReserveCodeMail(request.Tenant.Id, email, address, own: null, request.Cancel);
        await attempt.Failed(); // Every mail counts, whatever it says.
    }

    async Task Send(TenantRequest request, PendingRequest pending, SignUpDraft draft)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        var (id, code) = await codes.Make(tenant, Use(pending), "", cancel);
        await drafts.Put(pending, draft with { CodeId = id }, cancel);
        await mail.Send(tenant, async () =>
        {
            if (await users.FindByName(tenant, draft.Email, CancellationToken.None) is not { } known)
                return SignUpMessage.Code(tenant, draft.Email, code, pending.Id);
            audit.Add(tenant.Id, "sign-up-known", known.Id, null);
            MailReader.Begin(tenant, known);
            return SignUpMessage.Known(tenant, draft.Email);
        }, cancel);
    }

    static CodeUse Use(PendingRequest pending) => CodeUse.For(Purpose, pending);
}
