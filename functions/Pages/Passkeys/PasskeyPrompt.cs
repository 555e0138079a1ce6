using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>What the sign-in page needs to offer passkeys.</summary>
/// <param name="Options">The options for the browser, as JSON (WebAuthn Level 3 §5.5).</param>
/// <param name="Failed">True if a passkey was just refused.</param>
public sealed record PasskeyPromptModel(string Options, bool Failed);

/// <summary>Offers passkeys on the sign-in page of a pending request, and takes the answer to that.</summary>
public sealed class PasskeyPrompt(PasskeySignIn signIn, BrowserCookies cookies)
{
    /// <summary>The name of the scripts' folder, also under the tenant.</summary>
    public const string Folder = "passkeys";

    /// <summary>The value of the sign-in page's <c>failed</c> after a passkey was refused.</summary>
    public const string Failed = "passkey";

    /// <summary>The scripts of a page with passkeys; null if the tenant does not have them.</summary>
    public static PageScripts? Scripts(Tenant tenant) => tenant.Accounts.Passkeys ? new($"/{tenant.Id}/{Folder}") : null;

    /// <summary>What the sign-in page needs; null if the tenant does not have passkeys. It stores nothing.</summary>
    public async Task<PasskeyPromptModel?> For(TenantRequest request, PendingRequest pending)
    {
        if (!request.Tenant.Accounts.Passkeys) return null;
        var hasFailed = request.Http.Query["failed"] == Failed;
        return new PasskeyPromptModel(await signIn.Options(request.Tenant, Browser(request, pending), request.Cancel), hasFailed);
    }

    /// <summary>The user whose passkey has answered.</summary>
    /// <exception cref="PasskeyRefusal">The answer was refused.</exception>
    public Task<(User User, Passkey Passkey)> Verify(TenantRequest request, PendingRequest pending, string? json) =>
        signIn.Verify(request.Tenant, Browser(request, pending), json, request.Cancel);

    /// <summary>Accepts only a tenant with passkeys.</summary>
    /// <exception cref="Problem">404 <c>passkeys_off</c></exception>
    public static void EnsureOn(Tenant tenant)
    {
        if (!tenant.Accounts.Passkeys) throw Problem.NotFound("passkeys_off", "Passkeys are not in use here.");
    }

    // Finding the pending request has proved that the browser has its cookie.
    string Browser(TenantRequest request, PendingRequest pending) =>
        $"{pending.Id}|{cookies.ReadRequest(request, pending.Id.Split('.')[^1])}";
}
