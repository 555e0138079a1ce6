using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// The lockout of sign-ins and of everything else that can be guessed. Attempts by strangers are counted for the account and
/// for their address. A device on which the user has signed in before has a count of its own (OWASP's device cookies), so
/// that strangers can't lock out the user. Normalized user names contain no lower-case letters
/// (<see cref="UserStore.Normalize"/>), so other keys, which do, never collide with them.
/// </summary>
public sealed class SignInLockout(Lockout lockout, Settings settings)
{
    // After these, one mail every ten minutes. A link works for half an hour, so whoever is refused has one that works.
    const int MaxMails = 5;
    const int MaxMailsByStrangers = 30;

    // Of a million codes three are right at any time, so few tries must do.
    const int MaxCodes = 5;

    const string KnownDeviceKind = "apart";
    const string SecondFactorKind = "second";
    const string MailKind = "mail";
    const string CodeMailKind = "code-mail";
    const string ExportKind = "export";

    // A download of somebody's data reads all of it.
    const int MaxExports = 5;

    static readonly TimeSpan MailLock = TimeSpan.FromMinutes(10);
    static readonly TimeSpan ExportLock = TimeSpan.FromHours(1);

    /// <summary>A sign-in from an unknown device.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> Reserve(string tenant, string account, string address, CancellationToken cancel) =>
        lockout.Reserve(
        [
            Account(tenant, account) with { SuccessClears = true },
            Address(tenant, address) with { SuccessOf = account, ExtraPerSuccess = settings.LockoutAddressRoom },
        ], cancel);

    /// <summary>A sign-in with a count of its own: on one of the user's devices or, without a device, by a user who is signed in.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveSeparately(string tenant, string userId, string? device, CancellationToken cancel) =>
        lockout.Reserve([AccountCounter(RowKeys.AttemptsOf(tenant, KnownDeviceKind, userId, device ?? "")) with { SuccessClears = true }],
            cancel);

    /// <summary>
    /// A code of the second factor, by somebody who has given the first. These have a count of their own, so that it takes the first
    /// factor to use them up.
    /// </summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveSecondFactor(string tenant, string userId, CancellationToken cancel) => lockout.Reserve(
        [new(RowKeys.AttemptsOf(tenant, SecondFactorKind, userId, ""), MaxCodes, settings.LockoutTime)
            { SlowFrom = MaxCodes, SuccessClears = true }], cancel);

    /// <summary>Forgets the wrong codes of the second factor.</summary>
    public Task UnlockSecondFactor(string tenant, string userId, CancellationToken cancel) =>
        lockout.Clear(RowKeys.AttemptsOf(tenant, SecondFactorKind, userId, null), cancel);

    /// <summary>A guess at a device's code by a user who is signed in.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveDevice(string tenant, string userId, string address, CancellationToken cancel) =>
        lockout.Reserve([Account(tenant, $"device|{userId}"), Address(tenant, $"device|{address}")], cancel);

    /// <summary>
    /// A request for a reset mail; each one counts. It is counted for this name from this address, and for the address, so
    /// that strangers can't use up the owner's requests.
    /// </summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveReset(string tenant, string account, string address, CancellationToken cancel) =>
        lockout.Reserve([Account(tenant, $"reset|{account}|{address}"), Address(tenant, $"reset|{address}")], cancel);

    /// <summary>
    /// A reset mail to a user. Requests from the user's own devices and those by administrators have counts of their own, so
    /// that nobody can use up another's.
    /// </summary>
    /// <exception cref="OAuthError">429: the last mails are so recent that another would not help the owner.</exception>
    public Task<LockoutAttempt> ReserveMail(string tenant, string userId, string by, CancellationToken cancel) => lockout.Reserve(
        [Mails(RowKeys.AttemptsOf(tenant, MailKind, userId, by), MaxMails)], cancel);

    /// <summary>Forgets the mails, because their links were used.</summary>
    public Task ForgetMails(string tenant, string userId, CancellationToken cancel) =>
        lockout.Clear(RowKeys.AttemptsOf(tenant, MailKind, userId, null), cancel);

    /// <summary>Unlocks an account, for strangers and on all of the user's devices: forgets its failures and the mails to it.</summary>
    public async Task Unlock(string tenant, User user, CancellationToken cancel)
    {
        foreach (var name in user.Names)
        {
            await lockout.Clear(RowKeys.Attempts(tenant, "account", name), cancel);
            await lockout.Clear(RowKeys.Attempts(tenant, CodeMailKind, name), cancel);
        }
        await lockout.Clear(RowKeys.AttemptsOf(tenant, CodeMailKind, user.Id, null), cancel);
        await lockout.Clear(RowKeys.AttemptsOf(tenant, KnownDeviceKind, user.Id, null), cancel);
        await UnlockSecondFactor(tenant, user.Id, cancel);
        await ForgetMails(tenant, user.Id, cancel);
    }

    /// <summary>
    /// A mail with a one-time code, to an address that may be nobody's; each one counts. Requests from the user's own browser, or
    /// of a user who is signed in, count apart from strangers', and each stranger's apart from others' up to a bound for all of them:
    /// so it takes many networks to keep the owner from getting a code.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="email">The address or the user name as typed.</param>
    /// <param name="address">The caller's network address.</param>
    /// <param name="own">What the request is known by as the owner's: the id of the device or of the user; null for a stranger's.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="OAuthError">429: too many were asked for.</exception>
    public Task<LockoutAttempt> ReserveCodeMail(string tenant, string email, string address, string? own, CancellationToken cancel)
    {
        var name = UserStore.Normalize(email);
        var network = Address(tenant, $"{CodeMailKind}|{address}");
        return own is not null ? lockout.Reserve([CodeMails($"{name}|own|{own}", MaxMails), network], cancel)
            : lockout.Reserve([CodeMails($"{name}|from|{address}", MaxMails), CodeMails(name, MaxMailsByStrangers), network], cancel);

        LockoutCounter CodeMails(string key, int most) => Mails(RowKeys.Attempts(tenant, CodeMailKind, key), most);
    }

    /// <summary>A download of a user's own data, which is work; each one counts.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveExport(string tenant, string userId, CancellationToken cancel) => lockout.Reserve(
        [new(RowKeys.AttemptsOf(tenant, ExportKind, userId, ""), MaxExports, ExportLock) { SlowFrom = MaxExports }], cancel);

    /// <summary>
    /// Counts a code for a user whom strangers can name in two ways, by the user name and by the address: together they get no more
    /// codes to guess than by one. Nobody may be shown the refusal, which would tell that both names are one user's.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The user; null if the name is nobody's: the same is counted for the name then, and takes as long.</param>
    /// <param name="name">The user name or address as typed.</param>
    /// <param name="address">The caller's network address.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>False if no code may be sent.</returns>
    public async Task<bool> TryReserveCode(string tenant, string? userId, string name, string address, CancellationToken cancel)
    {
        try
        {
            using var attempt = await lockout.Reserve([Codes($"from|{address}", MaxMails), Codes("all", MaxMailsByStrangers)], cancel);
            await attempt.Failed();
            return true;
        }
        catch (OAuthError)
        {
            return false;
        }

        LockoutCounter Codes(string key, int most) => Mails(userId is not null ? RowKeys.AttemptsOf(tenant, CodeMailKind, userId, key)
            : RowKeys.AttemptsOf(tenant, CodeMailKind, "-", $"{UserStore.Normalize(name)}|{key}"), most);
    }

    static LockoutCounter Mails(string partition, int most) => new(partition, most, MailLock) { SlowFrom = most };

    LockoutCounter Account(string tenant, string account) => AccountCounter(RowKeys.Attempts(tenant, "account", account));

    LockoutCounter AccountCounter(string partition) => new(partition, settings.LockoutAccountTries, settings.LockoutTime);

    // Many people may share an address, so it allows more failures.
    LockoutCounter Address(string tenant, string address) =>
        new(RowKeys.Attempts(tenant, "address", address), settings.LockoutAddressTries, settings.LockoutTime);
}
