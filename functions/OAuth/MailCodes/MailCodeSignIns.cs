using Azure.Data.Tables;
using Latchkey.Access;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A code that was sent for a sign-in.</summary>
/// <param name="Name">The user name or address as typed.</param>
/// <param name="CodeId">The code that was sent last; no other works.</param>
public sealed record SentMailCode(string Name, string CodeId);

/// <summary>
/// Sign-in by a code that goes to the user's verified address, without a password (SCHEMA.md, tables Requests…). Whether the name
/// has an account shows only in the mailbox: for a name without one everything happens but the mail.
/// </summary>
public sealed class MailCodeSignIns(
    RequestTables tables, OneTimeCodes codes, UserStore users, SignInLockout lockout, AnonymousLimiter rows, KnownDevices devices,
    UnseenMail mail)
{
    const string Purpose = "mail-sign-in";

    /// <summary>True if the tenant's users can sign in this way.</summary>
    public static bool IsOn(Tenant tenant, Settings settings) => tenant.Accounts.MailCodes && settings.Mail.Mode != MailMode.None;

    /// <summary>Sends a code, which ends the former one. Neither the answer nor its time says whether there is an account.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="name">The user name or address as typed, at most <see cref="Passwords.MaxChars"/>.</param>
    /// <param name="place">Where the request comes from.</param>
    /// <exception cref="Protocol.OAuthError">429: too many mails for this name, or from there.</exception>
    /// <exception cref="Http.Problem">429 <c>too_many_requests</c></exception>
    public async Task Ask(TenantRequest request, PendingRequest pending, string name, SignInPlace place)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        rows.Take(request.Http);
        var user = await users.FindByName(tenant, name, cancel);
        var device = await devices.Read(tenant, place.Device, cancel);
        var own = device?.IsOf(user) is true ? device.Id : null;
        using (var attempt = await lockout.ReserveCodeMail(tenant.Id, own is null ? name : user!.Id, place.Address, own, cancel))
        {
            await attempt.Failed(); // Every mail counts, sent or not.
        }
        var maySend = own is not null || await lockout.TryReserveCode(tenant.Id, user?.Id, name, place.Address, cancel);
        var email = maySend && IsActive(user) ? user!.VerifiedEmail : null;
        // The code is bound to the address it went to: once the user has another, it is worth nothing.
        var (id, code) = await codes.Make(tenant, Use(pending), email is null ? "" : $"{user!.Id}|{Ids.Hash(email)}", cancel);
        await tables.Of(pending).Put(new TableEntity(pending.Row.PartitionKey, RowKeys.MailCode)
        {
            ["Name"] = name,
            ["CodeId"] = id,
            ["ExpiresAt"] = pending.Row.GetDateTimeOffset("ExpiresAt"),
        }, cancel);
        await mail.Send(tenant, () =>
        {
            if (email is null) return Task.FromResult<Message?>(null);
            MailReader.Begin(tenant, user!);
            return Task.FromResult<Message?>(Message(tenant, email, code, pending));
        }, cancel);
    }

    /// <summary>The code that was sent last for a pending request, or null.</summary>
    public async Task<SentMailCode?> Find(PendingRequest pending, CancellationToken cancel)
    {
        var row = await tables.Of(pending).Find(pending.Row.PartitionKey, RowKeys.MailCode, cancel);
        return row is null ? null : new SentMailCode(row.GetString("Name"), row.GetString("CodeId"));
    }

    /// <summary>Tries a code; a right one is used up.</summary>
    /// <returns>The verdict and, if the code is right and the account still in order, the user.</returns>
    public async Task<(CodeVerdict Verdict, User? User)> Confirm(
        TenantRequest request, PendingRequest pending, SentMailCode sent, string? code)
    {
        var tenant = request.Tenant;
        var (verdict, data) = await codes.Try(tenant, Use(pending), sent.CodeId, code, request.Cancel);
        if (verdict == CodeVerdict.Right && data?.Split('|') is [var id, var email])
        {
            var user = await users.Find(tenant, id, request.Cancel);
            if (IsActive(user) && user!.VerifiedEmail is { } now && Ids.Hash(now) == email) return (CodeVerdict.Right, user);
        }
        Instruments.SignInFailed(tenant.Id, "wrong_code");
        // A code that was right for nobody is over like any other.
        return (verdict == CodeVerdict.Wrong ? CodeVerdict.Wrong : CodeVerdict.Over, null);
    }

    static Message Message(Tenant tenant, string email, string code, PendingRequest pending) => CodeMessage.Of(
        tenant, email, code, $"login/code?request={pending.Id}",
        MailStrings.MailSignInAsked(MailWriter.NameOf(tenant)), MailStrings.MailSignInIgnore);

    static bool IsActive(User? user) => user?.State.Disabled is false;

    static CodeUse Use(PendingRequest pending) => CodeUse.For(Purpose, pending);
}
