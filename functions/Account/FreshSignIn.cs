using Latchkey.Access;
using Latchkey.Http;

namespace Latchkey.Account;

/// <summary>What an app may do with a user's account only right after the user has signed in (RFC 9470).</summary>
public static class FreshSignIn
{
    /// <summary>How old the sign-in may be; as on the pages.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>Refuses a token whose user signed in longer ago.</summary>
    /// <exception cref="Problem">401 <c>insufficient_user_authentication</c> with the <c>max_age</c> to ask for.</exception>
    public static void Ensure(Caller caller, DateTimeOffset now)
    {
        if (caller.Token.Authentication is not { } signIn || now > DateTimeOffset.FromUnixTimeSeconds(signIn.Time) + MaxAge)
            throw Problem.InsufficientAuthentication("The user must have signed in within the last ten minutes.", MaxAge, null);
    }
}
