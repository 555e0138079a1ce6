namespace Latchkey.OAuth;

/// <summary>An email.</summary>
/// <param name="To">The recipient's email address.</param>
/// <param name="Subject">The subject, one line.</param>
/// <param name="Text">The body as plain text.</param>
public sealed record Message(string To, string Subject, string Text)
{
    /// <summary>The same as an HTML document; null if there is only the text.</summary>
    public string? Html { get; init; }
}

/// <summary>Sends email. It accepts the message or throws. There are no retries, because the user can ask again.</summary>
public interface IMail
{
    /// <summary>Sends a message.</summary>
    /// <exception cref="Exception">The message was not accepted. It may be any exception.</exception>
    Task Send(Message message, CancellationToken cancel);
}
