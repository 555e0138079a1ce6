using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// What attempts to sign in, and whatever else can be guessed here, are counted under. Strangers count under the account
/// and under their address; a device on which the user has signed in before counts by itself (OWASP's device cookies), so
/// that no stranger can lock its user out. Small letters are in no user name's count (<see cref="UserStore.Normalize"/>).
/// </summary>
public sealed class SignInLockout(Lockout attempts, Settings settings)
{
    // Each is good for half an hour, so that whoever asks for one more has got one ten minutes ago at most.
    const int MaxMails = 5;

    const string Apart = "apart";
    const string Mail = "mail";

    static readonly TimeSpan MailLock = TimeSpan.FromMinutes(10);

    /// <summary>A sign-in by somebody who is not known.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> Reserve(string tenant, string account, string address, CancellationToken cancel) => attempts.Reserve(
        [
            Account(tenant, account) with { SuccessClears = true },
            Address(tenant, address) with { SuccessOf = account, ExtraPerSuccess = settings.LockoutAddressRoom },
        ], cancel);

    /// <summary>A sign-in that counts by itself: on a device of the user's, or, without one, by a user who is signed in.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveApart(string tenant, string userId, string? device, CancellationToken cancel) =>
        attempts.Reserve([Count(RowKeys.AttemptsOf(tenant, Apart, userId, device ?? "")) with { SuccessClears = true }], cancel);

    /// <summary>A guess at a device's code by a user who is signed in.</summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveDevice(string tenant, string userId, string address, CancellationToken cancel) =>
        attempts.Reserve([Account(tenant, $"device|{userId}"), Address(tenant, $"device|{address}")], cancel);

    /// <summary>
    /// A request for a reset mail; each counts. It counts for this name from this address, and for the address, so that no
    /// stranger uses up the owner's.
    /// </summary>
    /// <exception cref="OAuthError">429 with the seconds to wait.</exception>
    public Task<LockoutAttempt> ReserveReset(string tenant, string account, string address, CancellationToken cancel) =>
        attempts.Reserve([Account(tenant, $"reset|{account}|{address}"), Address(tenant, $"reset|{address}")], cancel);

    /// <summary>
    /// A reset mail to a user. Those that were asked for on a device of the user's count apart, and so do administrators': nobody's
    /// use up another's.
    /// </summary>
    /// <exception cref="OAuthError">429: the last ones are so fresh that one more is of no use to the owner.</exception>
    public Task<LockoutAttempt> ReserveMail(string tenant, string userId, string by, CancellationToken cancel) =>
        attempts.Reserve([new(RowKeys.AttemptsOf(tenant, Mail, userId, by), MaxMails, MailLock) { SlowFrom = MaxMails }], cancel);

    /// <summary>Forgets the mails: what they lead to is used up.</summary>
    public Task ForgetMails(string tenant, string userId, CancellationToken cancel) => attempts.Clear(RowKeys.AttemptsOf(tenant, Mail, userId, null), cancel);

    /// <summary>Forgets the failures that lock an account, for strangers and on every device of the user's, and the mails to it.</summary>
    public async Task Unlock(string tenant, User user, CancellationToken cancel)
    {
        await attempts.Clear(RowKeys.Attempts(tenant, "account", UserStore.Normalize(user.UserName)), cancel);
        await attempts.Clear(RowKeys.AttemptsOf(tenant, Apart, user.Id, null), cancel);
        await ForgetMails(tenant, user.Id, cancel);
    }

    LockoutCounter Account(string tenant, string account) => Count(RowKeys.Attempts(tenant, "account", account));

    LockoutCounter Count(string partition) => new(partition, settings.LockoutAccountTries, settings.LockoutTime);

    // Many people may share an address, so it may fail more often.
    LockoutCounter Address(string tenant, string address) =>
        new(RowKeys.Attempts(tenant, "address", address), settings.LockoutAddressTries, settings.LockoutTime);
}
