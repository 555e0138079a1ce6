using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Sends a browser to a provider, and takes what it brings back. The <c>state</c> names the pending request and holds a secret that
/// works once. Nonce and PKCE verifier are derived from it and from the secret in the pending request's cookie, so neither the
/// tables nor the addresses contain them, and no other browser can use them.
/// </summary>
public sealed class ProviderRoundTrip(
    PendingRequests pendingRequests, BrowserCookies cookies, OpenIdProvider openId, GitHubProvider gitHub)
{
    /// <summary>The path under the tenant of the addresses where providers send their answers.</summary>
    public const string ReturnPath = "login/return";

    /// <summary>The redirect URI to register at the provider.</summary>
    public static string RedirectUri(Tenant tenant, string provider) => $"{tenant.Issuer}/{ReturnPath}/{provider}";

    /// <summary>The tenant's provider of this id.</summary>
    /// <exception cref="Problem">404 <c>provider_not_found</c></exception>
    public static IdentityProvider Of(Tenant tenant, string? id) =>
        id is not null && tenant.Providers.TryGetValue(id, out var provider) ? provider : throw NotFound();

    /// <summary>404 <c>provider_not_found</c></summary>
    public static Problem NotFound() => Problem.NotFound("provider_not_found", "The provider was not found.");

    /// <summary>Counts a sign-in: <c>ok</c>, or the code of what went wrong.</summary>
    public static void Count(Tenant tenant, string result) => Instruments.ProviderSignIn(tenant.Id, result);

    /// <summary>Where the browser goes to sign in.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request. A sign-in at a provider that was begun for it before no longer counts.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="loginHint">Who the user is, as far as known.</param>
    /// <param name="prompt">The <c>prompt</c> for the provider, or null.</param>
    /// <exception cref="ProviderException">The provider's metadata can't be read. Nothing was stored.</exception>
    public async Task<string> Begin(
        TenantRequest request, PendingRequest pending, IdentityProvider provider, string? loginHint, string? prompt)
    {
        var secret = Ids.NewSecret();
        var outward = Request(request, pending, provider, secret) with { LoginHint = loginHint, Prompt = prompt };
        var address = provider.Kind == ProviderKind.GitHub ? GitHubProvider.Address(provider, outward)
            : await openId.Address(provider, outward, request.Cancel);
        await pendingRequests.Remember(request, pending, new ProviderStep(provider.Id, Ids.Hash(secret), pending.ProviderStep?.Link));
        return address;
    }

    /// <summary>
    /// Uses up the <c>state</c> that a provider has sent back, and returns the pending request that it belongs to, with the secret.
    /// </summary>
    /// <exception cref="Problem">
    /// 400 <c>sign_in_expired</c>: it is unknown, was used, or is of another provider or tenant; <c>other_browser</c>;
    /// <c>cookies_off</c>.
    /// </exception>
    public async Task<(PendingRequest Pending, string Secret)> Take(TenantRequest request, string provider, string? state)
    {
        var dot = state?.LastIndexOf('.') ?? -1;
        var pending = await pendingRequests.Find(request, dot > 0 ? state![..dot] : null);
        var secret = state![(dot + 1)..];
        // Of two who come back with the same state one finds the row changed.
        if (pending.ProviderStep is not { } step || !step.Awaits(provider, secret)
            || !await pendingRequests.TryRemember(pending, step.Link is null ? null : new(null, null, step.Link), request.Cancel))
            throw PendingRequests.Expired(pending);
        return (await pendingRequests.Find(request, pending.Id), secret);
    }

    /// <summary>Who has signed in at the provider.</summary>
    /// <exception cref="ProviderException">Nobody, or it cannot be believed.</exception>
    public async Task<ProviderIdentity> Redeem(
        TenantRequest request, PendingRequest pending, IdentityProvider provider, string secret, ProviderAnswer answer)
    {
        if (answer.Error is { } error) throw ProviderException.Denied($"error={ProviderException.CodeIn(error)}");
        if (answer.Code is not { Length: <= ProviderAnswer.MaxChars }) throw ProviderException.Invalid("no code");
        var outward = Request(request, pending, provider, secret);
        return provider.Kind == ProviderKind.GitHub
            ? await gitHub.Redeem(request.Tenant, provider, outward, answer, request.Cancel)
            : await openId.Redeem(request.Tenant, provider, outward, answer, request.Cancel);
    }

    ProviderRequest Request(TenantRequest request, PendingRequest pending, IdentityProvider provider, string secret)
    {
        var cookie = cookies.ReadRequest(request, pending.Id.Split('.')[^1])!; // Finding the pending request has proved it.
        return new($"{pending.Id}.{secret}", Derive("nonce"), Derive("verifier"), RedirectUri(request.Tenant, provider.Id));

        string Derive(string purpose) => Base64Url.EncodeToString(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(cookie), Encoding.UTF8.GetBytes($"{purpose}|{provider.Id}|{secret}")));
    }
}
