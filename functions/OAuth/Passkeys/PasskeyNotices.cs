using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.OAuth;

/// <summary>
/// Tells users by mail that a passkey was added or removed, because whoever did it may be somebody else. It is not waited for, and a
/// mail that fails changes nothing. The mail contains no text that anybody chose.
/// </summary>
public sealed partial class PasskeyNotices(ILogger<PasskeyNotices> logger, IMail? mail)
{
    /// <summary>A passkey was added.</summary>
    public void Added(Tenant tenant, User user, Passkey passkey) => Send(tenant, user, "a new passkey", $"""
        A passkey was added to your account on {passkey.CreatedAt:yyyy-MM-dd HH:mm} UTC. It can be used to sign in.
        """);

    /// <summary>A passkey was removed.</summary>
    public void Removed(Tenant tenant, User user, Passkey passkey) => Send(tenant, user, "a passkey was removed", $"""
        A passkey was removed from your account. It had been added on {passkey.CreatedAt:yyyy-MM-dd HH:mm} UTC.
        """);

    void Send(Tenant tenant, User user, string subject, string text)
    {
        if (mail is null || user.Email is not { } address) return;
        var name = ResetMessage.Name(tenant.Name);
        _ = TrySend(tenant, new Message(address, $"{name}: {subject}", $"""
            {text}

            If this was you, there is nothing to do. If it was not, look at your passkeys and change your password at once:

            {tenant.Issuer}/account
            """));
    }

    async Task TrySend(Tenant tenant, Message message)
    {
        try
        {
            await mail!.Send(message, CancellationToken.None);
        }
#pragma warning disable CA1031 // The passkey is added or removed, whatever becomes of the mail.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotSent(logger, tenant.Id, fault);
        }
    }

    static partial class Log
    {
        [LoggerMessage(80, LogLevel.Error, "Tenant {Tenant}: a mail about a passkey could not be sent")]
        public static partial void NotSent(ILogger logger, string tenant, Exception fault);
    }
}
