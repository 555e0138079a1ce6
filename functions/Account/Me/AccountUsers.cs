using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// The user whose account a request with the scope <c>account</c> is about: the token's. How they sign in is changed only with a
/// token of a sign-in that is fresh and as strong as theirs can be, so that a token that leaked can't take over the account
/// (RFC 9470), and only by an app that an administrator vouches for: an app can ask for a fresh sign-in whenever it likes.
/// </summary>
public sealed class AccountUsers(UserStore users, ClientStore clients, TimeProvider clock)
{
    /// <summary>How old a sign-in may be for a change of how the user signs in.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>The user as stored now. What pages bind to the browser (codes, passkey options) is bound to the token's session
    /// here.</summary>
    /// <exception cref="Problem">401 <c>invalid_token</c>: the user is gone. 403 <c>insufficient_scope</c>: the token has no
    /// user.</exception>
    public async Task<SignedIn> Find(Caller caller)
    {
        if (caller.Token.SessionId is not { } session) throw Problem.InsufficientScope(Scopes.Account);
        var user = await users.Find(caller.Tenant, caller.Token.Subject, caller.Cancel);
        if (user is null || user.State.Disabled) throw Problem.UserGone();
        var how = caller.Token.Authentication;
        return new SignedIn(user,
            new Authentication(DateTimeOffset.FromUnixTimeSeconds(how?.Time ?? 0), how?.Methods ?? [], $"session|{session}"));
    }

    /// <summary>The same, for a change of how the user signs in.</summary>
    /// <exception cref="Problem">The same, and 401 <c>insufficient_user_authentication</c> with what the app has to ask for. 403
    /// <c>client_not_vouched_for</c>.</exception>
    public async Task<SignedIn> FindFresh(Caller caller)
    {
        var client = await clients.Find(caller.Tenant, caller.Token.ClientId, caller.Cancel);
        if (client is null || !RegisteredFields.HasVouchedScope(client))
        {
            throw new Problem(403, "client_not_vouched_for",
                "This app registered itself. An administrator has to set its scope before it may change how users sign in.");
        }
        var signedIn = await Find(caller);
        var isStrong = !SecondFactors.IsAskedOf(caller.Tenant, signedIn.User) || signedIn.Authentication.IsMultiFactor;
        if (isStrong && clock.GetUtcNow() <= signedIn.Authentication.Time + MaxAge) return signedIn;
        throw Problem.InsufficientAuthentication(
            isStrong ? "The user must have signed in within the last ten minutes."
                : "The user must have signed in with the second factor within the last ten minutes.",
            MaxAge, SecondFactors.IsAskedOf(caller.Tenant, signedIn.User) ? Authentication.MultiFactor : null);
    }
}
