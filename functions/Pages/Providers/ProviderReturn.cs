using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>What follows once it is known who somebody is at a provider: sign-in, linking, sign-up, or a refusal.</summary>
public sealed class ProviderReturn(
    ProviderAccounts accounts, PendingRequests pendingRequests, SsoSessions ssoSessions, BuiltInPages builtInPages,
    SignInCompletion completion)
{
    /// <summary>Goes on with the pending request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request, as read after the state was used up.</param>
    /// <param name="authorization">What it asks for; null if a built-in page waits.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="identity">Who somebody is there.</param>
    /// <exception cref="ProviderException">The person may not sign in.</exception>
    public async Task<IResult> Complete(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization,
        IdentityProvider provider, ProviderIdentity identity)
    {
        if (pending.Page == ProvidersPage.Name && pending.Parameters[ProvidersPage.LinkFor] is { } userId)
            return await Link(request, provider, identity, userId);
        var (_, tenant, audit, cancel) = request;
        var isFirst = false;
        if (await accounts.Find(tenant, provider, identity, cancel) is not { } user)
        {
            if (ProviderAccounts.ProvenAddress(provider, identity) is { } address
                && await accounts.Owner(tenant, address, cancel) is { } owner)
                return await AskToLink(request, pending, accounts.Waiting(provider, identity, owner.Id));
            if (await accounts.TryCreate(tenant, provider, identity, cancel) is not { } made)
            {
                // Somebody was faster: the same person in another tab, or whoever took the address as a name.
                if (await accounts.Find(tenant, provider, identity, cancel) is not { } found)
                    throw ProviderException.Unavailable("the account was taken in the meantime");
                made = found;
            }
            (user, isFirst) = (made, true);
        }
        audit.Actor = user.Id;
        if (user.State.Disabled) throw ProviderException.Disabled();
        return await completion.Complete(request, pending, authorization, user, ProviderAccounts.Methods(provider, identity), isFirst);
    }

    // An address alone never opens an account that somebody has: whoever had it before may have it no longer.
    async Task<IResult> AskToLink(TenantRequest request, PendingRequest pending, WaitingLink link)
    {
        await pendingRequests.Remember(request, pending, new ProviderStep(null, null, link));
        (request.Audit.Type, request.Audit.Detail) = ("provider-link-asked", null);
        return new SeeOther($"/{request.Tenant.Id}/login?request={pending.Id}");
    }

    // Begun on the page of the user's linked accounts, by the user who is still signed in.
    async Task<IResult> Link(TenantRequest request, IdentityProvider provider, ProviderIdentity identity, string userId)
    {
        (request.Audit.Type, request.Audit.Actor) = ("provider-link", userId);
        if (await ssoSessions.Find(request) is not { } signedIn || signedIn.User.Id != userId || !builtInPages.IsFresh(signedIn)
            || !BuiltInPages.IsStrong(request.Tenant, signedIn))
            throw ProviderException.Denied("the user is no longer signed in");
        await accounts.Link(request.Tenant, accounts.Waiting(provider, identity, userId), signedIn.User, request.Cancel);
        return new SeeOther($"/{request.Tenant.Id}/{ProvidersPage.Name}");
    }
}
