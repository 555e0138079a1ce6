using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>What the pages of the sign-in know about the tenant's providers.</summary>
public sealed class ProviderSignIn(ProviderAccounts accounts)
{
    /// <summary>The path under the tenant of the addresses that lead to providers.</summary>
    public const string Path = "login/with";

    /// <summary>The providers that have a button, by name.</summary>
    public static IEnumerable<IdentityProvider> Buttons(Tenant tenant) =>
        tenant.Providers.Values.OrderBy(provider => provider.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The address that leads to a provider. It is a link and no form: a browser would hold the form's redirects to its page's policy.
    /// Only the pending request's own browser can use it.
    /// </summary>
    public static string Address(Tenant tenant, IdentityProvider provider, string requestId, string? loginHint = null) =>
        $"/{tenant.Id}/{Path}/{provider.Id}?request={requestId}"
        + (loginHint is null ? "" : $"&login_hint={Uri.EscapeDataString(loginHint)}");

    /// <summary>True if some people sign in by their address alone, without a password here.</summary>
    public static bool HasHomes(Tenant? tenant) => tenant?.Providers.Values.Any(provider => provider.Domains.Count > 0) is true;

    /// <summary>Where the app sends its user: to the provider that it names, or to that of the address that it knows; or null.</summary>
    public static IdentityProvider? Home(Tenant tenant, AuthorizationRequest authorization) =>
        authorization.IdpHint is { } hint && tenant.Providers.TryGetValue(hint, out var named) ? named
            : tenant.HomeOf(authorization.LoginHint);

    /// <summary>
    /// The provider of somebody who typed this name, by its mail domain (home realm discovery); or null. A user who has to sign in
    /// here to link an external account is not sent there again.
    /// </summary>
    public static IdentityProvider? HomeOf(Tenant tenant, PendingRequest pending, string? userName) =>
        pending.ProviderStep?.Link is null ? tenant.HomeOf(userName) : null;

    /// <summary>A page that leads to a provider by itself, as the answer to a form.</summary>
    public static Task<IResult> LeadTo(
        PageRenderer renderer, TenantRequest request, IdentityProvider provider, string requestId, string text, string? loginHint)
    {
        var address = Address(request.Tenant, provider, requestId, loginHint);
        var page = new PageLayout(request.Tenant, Strings.AlmostThere) { GoTo = address };
        return renderer.Show<MessageView, MessageModel>(request.Http, page,
            new MessageModel(text, address, Strings.SignInWith(provider.Name)));
    }

    /// <summary>What the sign-in page says while an external account waits to be linked, or null.</summary>
    public static string? Notice(Tenant tenant, PendingRequest pending) =>
        pending.ProviderStep?.Link is { } link && tenant.Providers.TryGetValue(link.Provider, out var provider)
            ? Strings.LinkNotice(provider.Name) : null;

    /// <summary>
    /// Links the external account that waits for this user, who has signed in after the provider's answer. Nothing happens to an
    /// account that was linked otherwise in the meantime, or if somebody else has signed in.
    /// </summary>
    public async Task LinkWaiting(TenantRequest request, PendingRequest pending, SignedIn signedIn)
    {
        if (pending.ProviderStep?.Link is not { } link || link.UserId != signedIn.User.Id || signedIn.Authentication.Time < link.At
            || !request.Tenant.Providers.ContainsKey(link.Provider)) return;
        try
        {
            await accounts.Link(request.Tenant, link, signedIn.User, request.Cancel);
        }
        catch (ProviderException)
        {
            // The user is signed in all the same.
        }
    }
}
