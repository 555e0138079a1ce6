using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>
/// What follows once a user has proved who they are, by whatever means: the browser is signed in, and the request that waits goes
/// on. Every way to sign in ends here.
/// </summary>
public sealed class SignInCompletion(
    SsoSessions ssoSessions, AuthorizationFlow flow, InteractionPolicy policy, PendingRequests pendingRequests,
    RememberedBrowsers browsers, NewBrowsers newBrowsers, ProviderSignIn providerSignIn, TimeProvider clock)
{
    /// <summary>
    /// Signs the browser in and goes on with the pending request. If that takes a second factor, the browser goes to its page first
    /// (<see cref="SecondStepPage"/>).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request that the user has signed in for.</param>
    /// <param name="authorization">What it asks for; null if a built-in page waits.</param>
    /// <param name="user">The user, who is not disabled.</param>
    /// <param name="methods">By what the user has proved who they are just now, in the words of RFC 8176.</param>
    /// <param name="isFirst">True right after the account was made: then no browser is new to it.</param>
    /// <exception cref="OAuthError">The app has asked for what the user cannot give; see <see cref="InteractionPolicy"/>.</exception>
    public async Task<IResult> Complete(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, User user, IReadOnlyList<string> methods,
        bool isFirst = false)
    {
        var isNew = !isFirst && await newBrowsers.Is(request, user);
        if (await NeedsSecondFactor(request, user, methods))
        {
            await pendingRequests.Remember(request, pending, FirstFactor.Of(user, methods, clock.GetUtcNow()) with { NewBrowser = isNew });
            return new SeeOther(SecondStepPage.Address(request.Tenant, pending));
        }
        var signedIn = await ssoSessions.Start(request, user, methods);
        await newBrowsers.Note(request, user, isNew);
        return await Continue(request, pending, authorization, signedIn);
    }

    /// <summary>Goes on with the pending request for a user who is signed in and has just done something for it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="authorization">What it asks for; null if a built-in page waits.</param>
    /// <param name="signedIn">The user.</param>
    /// <exception cref="OAuthError">The app has asked for what the user cannot give; see <see cref="InteractionPolicy"/>.</exception>
    public async Task<IResult> Continue(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, SignedIn signedIn)
    {
        await providerSignIn.LinkWaiting(request, pending, signedIn);
        if (signedIn.User.DeleteAt is not null) return new SeeOther(LeavingPage.Address(request.Tenant, pending.Id));
        if (authorization is null)
        {
            return new SeeOther(TermsOfUse.IsDue(request.Tenant, signedIn.User)
                ? $"/{request.Tenant.Id}/{TermsPage.Name}?request={pending.Id}" : BuiltInPages.Address(request.Tenant, pending));
        }
        var step = await policy.Next(request, authorization, signedIn, pending.CreatedAt, clicked: true);
        return step == NextStep.Respond ? await flow.Grant(request, pending, authorization, signedIn, consented: false)
            : new SeeOther($"/{request.Tenant.Id}/{InteractionPolicy.PageOf(step)}?request={pending.Id}");
    }

    async Task<bool> NeedsSecondFactor(TenantRequest request, User user, IReadOnlyList<string> methods)
    {
        if (methods.Contains(Authentication.MultipleFactors)) return false;
        return SecondFactors.IsAskedOf(request.Tenant, user) ? !await browsers.Knows(request, user)
            : SecondFactors.IsRequiredOf(request.Tenant, user);
    }
}
