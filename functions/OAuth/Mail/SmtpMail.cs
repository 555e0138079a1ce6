using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;
using MimeKit.Utils;

namespace Latchkey.OAuth;

/// <summary>
/// Sends messages through an SMTP server (RFC 6409), always over TLS and with a certificate that this machine trusts for the
/// server's name. STARTTLS (RFC 3207) is mandatory; ports 465 and 2465 use TLS from the first byte (RFC 8314 §3.3).
/// </summary>
public sealed class SmtpMail(MailSettings settings, TimeProvider clock) : IMail
{
    /// <summary>How long sending a message may take, from the first packet to the server's acceptance.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    /// <exception cref="TimeoutException">The server did not accept the message in time.</exception>
    public async Task Send(Message message, CancellationToken cancel)
    {
        using var mail = ToMime(message);
        using var timeout = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            await Send(mail, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{settings.SmtpHost}:{settings.SmtpPort} did not accept the message within {Timeout.TotalSeconds} seconds.");
        }
    }

    async Task Send(MimeMessage mail, CancellationToken cancel)
    {
        // As in .NET's HTTP client: an unreachable revocation list must not stop mail.
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        var tls = settings.SmtpPort is 465 or 2465 ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
        await client.ConnectAsync(settings.SmtpHost, settings.SmtpPort, tls, cancel);
        if (settings.SmtpUser is { } user) await client.AuthenticateAsync(user, settings.SmtpPassword ?? "", cancel);
        await client.SendAsync(mail, cancel);
        // No QUIT: the server has accepted the message, and nothing that it answers later would change that.
    }

    // MimeKit refuses several addresses in one and encodes line breaks in a subject, so neither can add a header.
    MimeMessage ToMime(Message message)
    {
        var from = MailboxAddress.Parse(settings.From);
        var text = new TextPart(TextFormat.Plain) { Text = message.Text };
        // RFC 2046 §5.1.4: the last part is the one that a program shows if it can.
        MimeEntity body = message.Html is { } html ? new MultipartAlternative(text, new TextPart(TextFormat.Html) { Text = html }) : text;
        return new MimeMessage([from], [new MailboxAddress(null, message.To)], message.Subject, body)
        {
            Date = clock.GetUtcNow(),
            MessageId = MimeUtils.GenerateMessageId(from.Domain), // Otherwise the id would name this machine.
        };
    }
}
