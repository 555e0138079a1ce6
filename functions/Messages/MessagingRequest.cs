using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Messages;

/// <summary>What every request about messages has to be.</summary>
static class MessagingRequest
{
    /// <summary>The id of the user who asks.</summary>
    /// <exception cref="Problem">403 <c>insufficient_scope</c>: the token has no user. 404 <c>messages_off</c>.</exception>
    public static string User(Caller caller, Settings settings)
    {
        if (settings.Messages is null || !caller.Tenant.Messages.Enabled)
            throw Problem.NotFound("messages_off", "This tenant has no messages.");
        return caller.Token.SessionId is null ? throw Problem.InsufficientScope(Scopes.Messages) : caller.Token.Subject;
    }
}
