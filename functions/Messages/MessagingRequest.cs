using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Messages;

/// <summary>What every request about messages has to be.</summary>
static class MessagingRequest
{
    const int MaxName = 64;

    /// <summary>What a name that an app chooses has to be.</summary>
    public static readonly string NameRule = $"must be 1 to {MaxName} letters, digits, hyphens or underscores";

    /// <summary>True if the text can be a name that an app chooses: of a device, or of a message.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxName && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>The id of the user who asks.</summary>
    /// <exception cref="Problem">403 <c>insufficient_scope</c>: the token has no user. 404 <c>messages_off</c>.</exception>
    public static string User(Caller caller, Settings settings)
    {
        if (settings.Messages is null || !caller.Tenant.Messages.Enabled)
            throw Problem.NotFound("messages_off", "This tenant has no messages.");
        return caller.Token.SessionId is null ? throw Problem.InsufficientScope(Scopes.Messages) : caller.Token.Subject;
    }
}
