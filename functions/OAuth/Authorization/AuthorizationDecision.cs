using Latchkey.Protocol;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>What has to happen next.</summary>
public enum NextStep
{
    /// <summary>The user signs in.</summary>
    SignIn,

    /// <summary>The user consents, or says that they want to go on.</summary>
    Consent,

    /// <summary>Nothing: the app gets its answer.</summary>
    Answer,
}

/// <summary>Decides what an authorization request still needs (OIDC Core §3.1.2.3, §3.1.2.4).</summary>
public sealed class AuthorizationDecision(Consents approvals, IdTokenHints hints, TimeProvider clock)
{
    /// <summary>The next step.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="request">The request.</param>
    /// <param name="signedIn">Who is signed in, or null.</param>
    /// <param name="since">When the request came in, if that was before this: a sign-in since then was made for it.</param>
    /// <param name="clicked">The user has just done something for this request.</param>
    /// <param name="cancel">The caller hung up.</param>
    /// <exception cref="OAuthError">The app has forbidden what would be needed, or the user may have nothing of it.</exception>
    public async Task<NextStep> Next(Tenant tenant, AuthorizationRequest request, SignedIn? signedIn,
        DateTimeOffset? since, bool clicked, CancellationToken cancel)
    {
        if (signedIn is null || await MustSignInAgain(tenant, request, signedIn, since, cancel))
            return request.Asks(Prompt.None) ? throw OAuthError.LoginRequired() : NextStep.SignIn;
        if (await NeedsConsent(tenant, request, signedIn.User, cancel))
            return request.Asks(Prompt.None) ? throw OAuthError.ConsentRequired() : NextStep.Consent;
        if (clicked) return NextStep.Answer;
        // RFC 8252 §8.6: any program may have claimed the scheme or the port, so the user must at least see where this goes.
        if (request.To.NeedsClick)
            return request.Asks(Prompt.None)
                ? throw OAuthError.InteractionRequired("The user has to agree to go back to the app.") : NextStep.Consent;
        return request.Asks(Prompt.SelectAccount) ? NextStep.Consent : NextStep.Answer;
    }

    /// <summary>What the user is asked for: what the app wants and the user may give.</summary>
    /// <exception cref="OAuthError"><c>invalid_scope</c>: that is nothing.</exception>
    public static Scope Granted(Tenant tenant, AuthorizationRequest request, User user) =>
        GrantedScope.ForUser(tenant, request.To.Client, user.Roles, request.Scope);

    /// <summary>True if there is anything that the user has to say yes to.</summary>
    public async Task<bool> NeedsConsent(Tenant tenant, AuthorizationRequest request, User user, CancellationToken cancel)
    {
        var granted = Granted(tenant, request, user);
        if (request.Asks(Prompt.Consent)) return true;
        if (request.To.Client.FirstParty) return false;
        return !granted.Except(await approvals.Find(tenant, user, request.To.Client, cancel)).IsEmpty;
    }

    async Task<bool> MustSignInAgain(
        Tenant tenant, AuthorizationRequest request, SignedIn signedIn, DateTimeOffset? since, CancellationToken cancel)
    {
        var time = signedIn.Authentication.Time;
        var forThis = since is { } start && time >= start;
        if (request.IdTokenHint is { } sent
            && (await hints.Read(tenant, sent, cancel) is not { } hint || hint.Subject != signedIn.User.Id))
        {
            // The app expects somebody else. If they have signed in for this already, they will not do it better again.
            return forThis ? throw OAuthError.LoginRequired() : true;
        }
        if (forThis) return false;
        if (request.Asks(Prompt.Login)) return true;
        return request.MaxAge is { } seconds && clock.GetUtcNow() > time.AddSeconds(seconds);
    }
}
