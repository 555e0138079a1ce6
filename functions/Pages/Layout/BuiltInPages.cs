using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>What a page says that only says something.</summary>
/// <param name="Text">What.</param>
/// <param name="Link">Where its button leads, or null if it has none.</param>
/// <param name="Label">What stands on the button.</param>
public sealed record MessageModel(string Text, string? Link = null, string? Label = null);

/// <summary>Pages of ours that need somebody to be signed in: they wait like an app does, and the sign-in page leads back to them.</summary>
public sealed class BuiltInPages(PendingRequests pending, SsoSessions signIns)
{
    /// <summary>The path of the account page under its tenant.</summary>
    public const string Account = "account";

    /// <summary>The path of the page where apps are registered.</summary>
    public const string Apps = "apps";

    /// <summary>The path of the page where a device's code is typed.</summary>
    public const string Device = "device";

    /// <summary>The path of the page that asks before somebody is signed out.</summary>
    public const string Logout = "logout";

    /// <summary>Shows the page to who is signed in; anybody else signs in first and comes back.</summary>
    public async Task<IResult> For(HttpRequest request, Tenant tenant, string page, Func<SignedIn, Task<IResult>> show, CancellationToken cancel) =>
        await signIns.Find(request, tenant, cancel) is { } who ? await show(who)
            : await ToSignIn(request, tenant, page, Form.Parse([]), cancel);

    /// <summary>To the sign-in page, and from there back with what the page has to remember. For HEAD nothing is kept to come back to.</summary>
    public async Task<IResult> ToSignIn(HttpRequest request, Tenant tenant, string page, Form remember, CancellationToken cancel)
    {
        if (HttpMethods.IsHead(request.Method)) return new SeeOther($"/{tenant.Id}/login");
        var id = await pending.BeginOwn(request, tenant, page, remember, cancel);
        return new SeeOther($"/{tenant.Id}/login?request={id}");
    }

    /// <summary>The address of the page that a pending request belongs to.</summary>
    public static string Address(Tenant tenant, PendingRequest waiting) =>
        $"/{tenant.Id}/{waiting.Page}{(waiting.Parameters.Values.Count == 0 ? "" : $"?request={waiting.Id}")}";
}
