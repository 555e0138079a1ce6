using Latchkey.Access;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What has to happen next for an authorization request.</summary>
public enum NextStep
{
    /// <summary>The user signs in.</summary>
    SignIn,

    /// <summary>The user makes an account, or signs in after all.</summary>
    SignUp,

    /// <summary>The user's account is going to be deleted, and the user decides whether it stays.</summary>
    Leaving,

    /// <summary>The user gives a second factor (RFC 9470 §5).</summary>
    SecondFactor,

    /// <summary>The user accepts the tenant's terms of use.</summary>
    Terms,

    /// <summary>The user consents, or confirms that they want to go on.</summary>
    Consent,

    /// <summary>Nothing: the app gets its response.</summary>
    Respond,
}

/// <summary>Decides what an authorization request still needs from the user (OIDC Core §3.1.2.3, §3.1.2.4).</summary>
public sealed class InteractionPolicy(
    Consents consents, IdTokenHints hints, PasskeyStore passkeys, Settings settings, TimeProvider clock)
{
    /// <summary>The next step.</summary>
    /// <param name="request">The HTTP request.</param>
    /// <param name="authorization">The authorization request.</param>
    /// <param name="signedIn">The user who is signed in, or null.</param>
    /// <param name="since">
    /// When the authorization request came in, if that was before this HTTP request. A later sign-in was made for it.
    /// </param>
    /// <param name="clicked">True if the user has just done something for the authorization request.</param>
    /// <exception cref="OAuthError">The app has forbidden what is needed, or the user may have none of the scope.</exception>
    public async Task<NextStep> Next(
        TenantRequest request, AuthorizationRequest authorization, SignedIn? signedIn, DateTimeOffset? since, bool clicked)
    {
        var isSilent = authorization.Asks(Prompt.None);
        if (authorization.Asks(Prompt.Create) && !IsFor(signedIn, since))
        {
            return SignUps.IsOpen(request.Tenant, settings) ? NextStep.SignUp
                : throw OAuthError.InvalidRequest("The prompt create is not supported: people can't sign up here.");
        }
        if (signedIn is null || await MustSignInAgain(request, authorization, signedIn, since))
            return isSilent ? throw OAuthError.LoginRequired() : NextStep.SignIn;
        if (signedIn.User.DeleteAt is not null)
            return isSilent ? throw OAuthError.InteractionRequired("The user's account is going to be deleted.") : NextStep.Leaving;
        if (authorization.NeedsMultiFactor && !signedIn.Authentication.IsMultiFactor)
        {
            var next = await ForMultiFactor(request, signedIn, since);
            return isSilent ? throw OAuthError.LoginRequired() : next;
        }
        if (TermsOfUse.IsDue(request.Tenant, signedIn.User))
            return isSilent ? throw OAuthError.InteractionRequired("The user has to accept the terms of use.") : NextStep.Terms;
        if (await NeedsConsent(request, authorization, signedIn.User))
            return isSilent ? throw OAuthError.ConsentRequired() : NextStep.Consent;
        if (clicked) return NextStep.Respond;
        // RFC 8252 §8.6: any program may have claimed the scheme or the port, so the user must at least see where this goes.
        if (authorization.To.NeedsClick)
        {
            return isSilent ? throw OAuthError.InteractionRequired("The user has to confirm the return to the app.")
                : NextStep.Consent;
        }
        return authorization.Asks(Prompt.SelectAccount) ? NextStep.Consent : NextStep.Respond;
    }

    /// <summary>The page of a step, by its path under the tenant.</summary>
    public static string PageOf(NextStep step) => step switch
    {
        NextStep.SignUp => "signup",
        NextStep.Leaving => "leaving",
        NextStep.SecondFactor => "login/second",
        NextStep.Terms => "terms",
        NextStep.Consent => "consent",
        _ => "login",
    };

    /// <summary>The part of the requested scope that the user can grant.</summary>
    /// <exception cref="OAuthError"><c>invalid_scope</c>: nothing remains.</exception>
    public static Scope Grantable(Tenant tenant, AuthorizationRequest authorization, User user) =>
        GrantedScope.ForUser(tenant, authorization.To.Client, user.Roles, authorization.Apis, authorization.Scope);

    // The user has signed in, or signed up, for this request.
    static bool IsFor(SignedIn? signedIn, DateTimeOffset? since) => since is { } start && signedIn?.Authentication.Time >= start;

    async Task<bool> NeedsConsent(TenantRequest request, AuthorizationRequest authorization, User user)
    {
        var grantable = Grantable(request.Tenant, authorization, user);
        var client = authorization.To.Client;
        if (authorization.Asks(Prompt.Consent)) return true;
        if (client.FirstParty) return false;
        return !(await consents.Find(request.Tenant, user, client, request.Cancel)).Covers(grantable, authorization.Apis);
    }

    // A passkey is two factors (docs/decisions/0054). Whoever has one and no app beside it signs in with it, rather than setting up another
    // factor; whoever has just signed in for this without it does not want to use it.
    async Task<NextStep> ForMultiFactor(TenantRequest request, SignedIn signedIn, DateTimeOffset? since)
    {
        var (rules, mayUsePasskey) = (request.Tenant.Accounts, request.Tenant.Accounts.Passkeys && !IsFor(signedIn, since));
        if (rules.SecondFactor == SecondFactorMode.Off)
            return mayUsePasskey ? NextStep.SignIn : throw OAuthError.UnmetAuthenticationRequirements();
        return mayUsePasskey && signedIn.User.SecondFactor is null
            && (await passkeys.List(request.Tenant, signedIn.User.Id, request.Cancel)).Count > 0 ? NextStep.SignIn : NextStep.SecondFactor;
    }

    async Task<bool> MustSignInAgain(
        TenantRequest request, AuthorizationRequest authorization, SignedIn signedIn, DateTimeOffset? since)
    {
        var authenticatedAt = signedIn.Authentication.Time;
        var wasForThis = IsFor(signedIn, since);
        if (authorization.IdTokenHint is { } encoded)
        {
            var hint = await hints.Read(request.Tenant, encoded, request.Cancel);
            // The app expects another user. If this user has just signed in for this request, another try would not help.
            if (hint?.Subject != signedIn.User.Id) return wasForThis ? throw OAuthError.LoginRequired() : true;
        }
        // OIDC Core §5.5.1: the same, by the claim sub.
        if (authorization.Subjects?.Contains(signedIn.User.Id) is false) return wasForThis ? throw OAuthError.LoginRequired() : true;
        if (wasForThis) return false;
        if (authorization.Asks(Prompt.Login)) return true;
        return authorization.MaxAge is { } seconds && clock.GetUtcNow() > authenticatedAt.AddSeconds(seconds);
    }
}
