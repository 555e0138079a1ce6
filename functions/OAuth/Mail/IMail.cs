namespace Latchkey.OAuth;

/// <summary>A message in plain text.</summary>
/// <param name="To">A mail address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">What it says.</param>
public sealed record Message(string To, string Subject, string Text);

/// <summary>Sends mail. It takes the message or throws; nothing is tried again, because the user can ask again.</summary>
public interface IMail
{
    /// <summary>Hands a message over.</summary>
    /// <exception cref="Exception">It was not taken; any exception may say so.</exception>
    Task Send(Message message, CancellationToken cancel);
}
