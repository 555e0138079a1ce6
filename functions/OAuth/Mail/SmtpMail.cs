using System.Net;
using System.Net.Mail;

namespace Latchkey.OAuth.Mail;

/// <summary>
/// Hands messages to an SMTP server (RFC 6409) with STARTTLS, which it insists on. .NET's own client: it knows no TLS from
/// the first byte (port 465).
/// </summary>
public sealed class SmtpMail(MailSettings settings) : IMail
{
    /// <inheritdoc/>
    public async Task Send(Message message, CancellationToken cancel)
    {
        using var client = new SmtpClient(settings.SmtpHost, settings.SmtpPort) { EnableSsl = true };
        if (settings.SmtpUser is { } user) client.Credentials = new NetworkCredential(user, settings.SmtpPassword);
        using var mail = new MailMessage(settings.From, message.To, message.Subject, message.Text);
        await client.SendMailAsync(mail, cancel);
    }
}
