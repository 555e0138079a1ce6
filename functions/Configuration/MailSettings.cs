namespace Latchkey;

/// <summary>How mail is sent.</summary>
public enum MailMode
{
    /// <summary>Not at all: a forgotten password is an administrator's work.</summary>
    None,

    /// <summary>Into files; Development only.</summary>
    File,

    /// <summary>By an SMTP server, with TLS.</summary>
    Smtp,

    /// <summary>By Azure Communication Services Email, with the app's identity.</summary>
    Azure,
}

/// <summary>The settings of mail.</summary>
/// <param name="Mode">How it is sent.</param>
/// <param name="From">The sender's address.</param>
/// <param name="Folder">Where the files go.</param>
/// <param name="SmtpHost">The server.</param>
/// <param name="SmtpPort">Its port: 587 is the one for submission (RFC 6409), with STARTTLS; 465 speaks TLS from the first byte (RFC 8314).</param>
/// <param name="SmtpUser">Who signs in there; null if nobody has to.</param>
/// <param name="SmtpPassword">With what.</param>
/// <param name="Endpoint">The address of the Communication Services resource.</param>
public sealed record MailSettings(
    MailMode Mode, string From, string Folder, string SmtpHost, int SmtpPort, string? SmtpUser, string? SmtpPassword, Uri? Endpoint)
{
    internal static MailSettings Read(SettingsReader read, bool development)
    {
        var mode = read.OneOf("Mail:Mode", development ? MailMode.File : MailMode.None);
        if (mode == MailMode.File && !development) read.Fault("Mail:Mode", "File is for Development; elsewhere use Smtp, Azure or None");
        var sends = mode is MailMode.Smtp or MailMode.Azure;
        var from = sends ? read.Needed("Mail:From") : read.Text("Mail:From") ?? "latchkey@localhost";
        if (from.Length > 0 && !System.Net.Mail.MailAddress.TryCreate(from, out _)) read.Fault("Mail:From", $"must be a mail address, not '{from}'");
        return new MailSettings(mode, from, read.Text("Mail:Folder") ?? ".local/mail",
            mode == MailMode.Smtp ? read.Needed("Mail:SmtpHost") : "", (int)read.Number("Mail:SmtpPort", 587, 1, 65535),
            read.Text("Mail:SmtpUser"), read.Text("Mail:SmtpPassword"), mode == MailMode.Azure ? read.Https("Mail:Endpoint") : null);
    }
}
