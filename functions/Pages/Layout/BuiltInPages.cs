using Latchkey.Access;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>What a page with only a message shows.</summary>
/// <param name="Text">The message.</param>
/// <param name="Link">Where its button leads, or null for no button.</param>
/// <param name="Label">The button's label.</param>
public sealed record MessageModel(string Text, string? Link = null, string? Label = null);

/// <summary>Our own pages that need a signed-in user. They wait as an app does, and the sign-in page leads back to them.</summary>
public sealed class BuiltInPages(PendingRequests pendingRequests, SsoSessions ssoSessions, TimeProvider clock)
{
    /// <summary>The path of the account page under its tenant.</summary>
    public const string Account = "account";

    /// <summary>The path of the page where a user sets up and removes the second factor.</summary>
    public const string SecondFactor = "account/second-factor";

    /// <summary>The path of the page with the user's passkeys.</summary>
    public const string Passkeys = "account/passkeys";

    /// <summary>The path of the page where developers register apps.</summary>
    public const string Apps = "apps";

    /// <summary>The path of the page where a device's code is entered.</summary>
    public const string Device = "device";

    /// <summary>The path of the page that asks before somebody is signed out.</summary>
    public const string Logout = "logout";

    /// <summary>How old a sign-in may be for a change of how the user signs in.</summary>
    public static readonly TimeSpan MaxAge = AccountUsers.MaxAge;

    /// <summary>Shows the page to the user who is signed in. Anybody else signs in first and comes back.</summary>
    public Task<IResult> For(TenantRequest request, string page, Func<SignedIn, Task<IResult>> show) =>
        Admit(request, page, _ => true, show);

    /// <summary>Like <see cref="For"/>, but a user whose sign-in is older than <see cref="MaxAge"/> signs in again first.</summary>
    public Task<IResult> ForFresh(TenantRequest request, string page, Func<SignedIn, Task<IResult>> show) =>
        Admit(request, page, IsFresh, show);

    // Somebody whose account is going to be deleted can only keep it, or leave.
    async Task<IResult> Admit(TenantRequest request, string page, Func<SignedIn, bool> isEnough, Func<SignedIn, Task<IResult>> show)
    {
        if (await ssoSessions.Find(request) is not { } signedIn || !isEnough(signedIn)) return await SignInAgain(request, page);
        if (signedIn.User.DeleteAt is null) return await show(signedIn);
        return HttpMethods.IsHead(request.Http.Method) ? new SeeOther($"/{request.Tenant.Id}/login")
            : new SeeOther(LeavingPage.Address(request.Tenant, await Begin(request, page)));
    }

    /// <summary>
    /// Like <see cref="ForFresh"/>, for a page that adds ways to sign in: a user who has a second factor gives that first, so that a
    /// password in a remembered browser can't become a way around it.
    /// </summary>
    public Task<IResult> ForStrong(TenantRequest request, string page, Func<SignedIn, Task<IResult>> show) =>
        ForFresh(request, page, async signedIn => IsStrong(request.Tenant, signedIn) ? await show(signedIn)
            : HttpMethods.IsHead(request.Http.Method) ? new SeeOther($"/{request.Tenant.Id}/login")
            : new SeeOther($"/{request.Tenant.Id}/{SecondStepPage.Name}?request={await Begin(request, page)}"));

    /// <summary>True unless the user has a second factor and has not given it in this sign-in.</summary>
    public static bool IsStrong(Tenant tenant, SignedIn signedIn) =>
        !SecondFactors.IsAskedOf(tenant, signedIn.User) || signedIn.Authentication.IsMultiFactor;

    /// <summary>True if the user has signed in within <see cref="MaxAge"/>.</summary>
    public bool IsFresh(SignedIn signedIn) => clock.GetUtcNow() <= signedIn.Authentication.Time + MaxAge;

    /// <summary>The address of the page that a pending request belongs to.</summary>
    public static string Address(Tenant tenant, PendingRequest pending) =>
        $"/{tenant.Id}/{pending.Page}{(pending.Parameters.Values.Count == 0 ? "" : $"?request={pending.Id}")}";

    /// <summary>Has the user sign in, even if they are signed in, and come back to the page.</summary>
    public async Task<IResult> SignInAgain(TenantRequest request, string page)
    {
        if (HttpMethods.IsHead(request.Http.Method)) return new SeeOther($"/{request.Tenant.Id}/login"); // HEAD stores nothing.
        return new SeeOther($"/{request.Tenant.Id}/login?request={await Begin(request, page)}");
    }

    Task<string> Begin(TenantRequest request, string page) => pendingRequests.BeginForPage(request, page, Form.Parse([]));
}
