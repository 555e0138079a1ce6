using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>
/// Sends mail without revealing anything to whoever asked for it: neither whether there was a mail to send, nor whether it was sent.
/// The answer always comes after the same time, and the mail goes on after the caller hangs up.
/// </summary>
public sealed partial class UnseenMail(TimeProvider clock, ILogger<UnseenMail> logger, IMail? mail)
{
    static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    /// <summary>False if this deployment can't send email.</summary>
    public bool Possible => mail is not null;

    /// <summary>Sends what <paramref name="write"/> returns, and returns after the time that it always takes.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="write">Writes the message; null sends none. Its failures are logged and not thrown.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task Send(Tenant tenant, Func<Task<Message?>> write, CancellationToken cancel)
    {
        // Not awaited: a slow mail server, or one read more, would reveal whom the mail is for.
        _ = TrySend(tenant, write);
        await Task.Delay(AnswerTime, clock, cancel);
    }

    /// <summary>Sends a user a message in their language, in the background, and reports nothing to the caller.</summary>
    public Task TrySend(Tenant tenant, User user, Func<Message> write) => TrySend(tenant, () =>
    {
        MailReader.Begin(tenant, user);
        return Task.FromResult<Message?>(write());
    });

    /// <summary>Sends a message in the background and reports nothing to the caller.</summary>
    public async Task TrySend(Tenant tenant, Func<Task<Message?>> write)
    {
        try
        {
            if (mail is not null && await write() is { } message) await mail.Send(message, CancellationToken.None);
        }
#pragma warning disable CA1031 // Only the log may know that there was something to send.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotSent(logger, tenant.Id, fault);
        }
    }

    static partial class Log
    {
        [LoggerMessage(27, LogLevel.Error, "Tenant {Tenant}: a mail could not be sent")]
        public static partial void NotSent(ILogger logger, string tenant, Exception fault);
    }
}
