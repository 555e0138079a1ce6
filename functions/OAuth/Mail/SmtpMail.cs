using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;
using MimeKit.Utils;

namespace Latchkey.OAuth;

/// <summary>
/// Hands messages to an SMTP server (RFC 6409), always over TLS with a certificate that this machine trusts for the server's
/// name: with STARTTLS (RFC 3207), which it insists on, or on ports 465 and 2465 from the first byte (RFC 8314 §3.3).
/// </summary>
public sealed class SmtpMail(MailSettings settings, TimeProvider clock) : IMail
{
    /// <summary>How long a message may take, from the first packet to the server's word that it has it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    /// <exception cref="TimeoutException">The server did not take it in time.</exception>
    public async Task Send(Message message, CancellationToken cancel)
    {
        using var mail = Mail(message);
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            await Send(mail, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"{settings.SmtpHost}:{settings.SmtpPort} did not take the message within {Patience.TotalSeconds} seconds.");
        }
    }

    async Task Send(MimeMessage mail, CancellationToken cancel)
    {
        // As .NET's HTTP client: an authority's list of revoked certificates that can't be reached must not stop mail.
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        var tls = settings.SmtpPort is 465 or 2465 ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
        await client.ConnectAsync(settings.SmtpHost, settings.SmtpPort, tls, cancel);
        if (settings.SmtpUser is { } user) await client.AuthenticateAsync(user, settings.SmtpPassword ?? "", cancel);
        await client.SendAsync(mail, cancel);
        // No QUIT: the server has said that it has the message, and what it says afterwards changes nothing.
    }

    // MimeKit refuses an address that is more than one and encodes a subject's line breaks: neither adds a header.
    MimeMessage Mail(Message message)
    {
        var from = MailboxAddress.Parse(settings.From);
        return new MimeMessage([from], [new MailboxAddress(null, message.To)], message.Subject, new TextPart(TextFormat.Plain) { Text = message.Text })
        {
            Date = clock.GetUtcNow(),
            MessageId = MimeUtils.GenerateMessageId(from.Domain), // Otherwise it names this machine.
        };
    }
}
