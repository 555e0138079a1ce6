namespace Latchkey;

/// <summary>How mail is sent.</summary>
public enum MailMode
{
    /// <summary>Not at all: administrators reset forgotten passwords.</summary>
    None,

    /// <summary>To files; Development only.</summary>
    File,

    /// <summary>Through an SMTP server, with TLS.</summary>
    Smtp,

    /// <summary>Through Azure Communication Services Email, with the app's identity.</summary>
    Azure,
}

/// <summary>The mail settings.</summary>
/// <param name="Mode">How mail is sent.</param>
/// <param name="From">The sender's address.</param>
/// <param name="Folder">The folder of the files.</param>
/// <param name="SmtpHost">The SMTP server.</param>
/// <param name="SmtpPort">Its port: 587 for submission with STARTTLS (RFC 6409); 465 for TLS from the first byte (RFC 8314).</param>
/// <param name="SmtpUser">The user name there; null if none is needed.</param>
/// <param name="SmtpPassword">The password there.</param>
/// <param name="Endpoint">The URL of the Communication Services resource.</param>
public sealed record MailSettings(
    MailMode Mode, string From, string Folder, string SmtpHost, int SmtpPort, string? SmtpUser, string? SmtpPassword, Uri? Endpoint)
{
    internal static MailSettings Read(SettingsReader read, bool development)
    {
        var mode = read.OneOf("Mail:Mode", development ? MailMode.File : MailMode.None);
        if (mode == MailMode.File && !development) read.Fault("Mail:Mode", "can be File only in Development; use Smtp, Azure or None");
        var sends = mode is MailMode.Smtp or MailMode.Azure;
        var from = sends ? read.Required("Mail:From") : read.Text("Mail:From") ?? "latchkey@localhost";
        if (from.Length > 0 && !System.Net.Mail.MailAddress.TryCreate(from, out _))
            read.Fault("Mail:From", $"must be an email address, not '{from}'");
        return new MailSettings(mode, from, read.Text("Mail:Folder") ?? ".local/mail",
            mode == MailMode.Smtp ? read.Required("Mail:SmtpHost") : "", (int)read.Number("Mail:SmtpPort", 587, 1, 65535),
            read.Text("Mail:SmtpUser"), read.Text("Mail:SmtpPassword"), mode == MailMode.Azure ? read.Https("Mail:Endpoint") : null);
    }
}
