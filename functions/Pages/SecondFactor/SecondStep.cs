using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>A user at the second step of a sign-in.</summary>
/// <param name="User">The user.</param>
/// <param name="SoFar">How the user has proved who they are so far.</param>
/// <param name="SignedIn">
/// True if the browser is signed in, and an app asks for more (RFC 9470); false if the sign-in is not complete without the second step.
/// </param>
public sealed record SecondStepUser(User User, Authentication SoFar, bool SignedIn);

/// <summary>Who is at the second step of a sign-in, and how it ends.</summary>
public sealed class SecondStep(
    PendingRequests pendingRequests, SsoSessions ssoSessions, UserStore users, BuiltInPages builtInPages, NewBrowsers newBrowsers,
    TimeProvider clock)
{
    /// <summary>Whoever has just given the first factor for this request, or else is signed in with this browser; or null.</summary>
    public async Task<SecondStepUser?> Find(TenantRequest request, PendingRequest pending)
    {
        if (pending.FirstFactor is { } first && clock.GetUtcNow() < first.At + FirstFactor.Life
            && await users.Find(request.Tenant, first.UserId, request.Cancel) is { } user && user.State.Keeps(first.UserMark, first.At))
            return new SecondStepUser(user, new Authentication(first.At, first.Methods), SignedIn: false);
        return await ssoSessions.Find(request) is { } signedIn
            ? new SecondStepUser(signedIn.User, signedIn.Authentication, SignedIn: true) : null;
    }

    /// <summary>
    /// True if the user may set up a second factor here: the tenant offers it, and the first factor is not so old that somebody else
    /// may have come to the browser since.
    /// </summary>
    public bool MaySetUp(TenantRequest request, SecondStepUser step) =>
        step.User.SecondFactor is null && request.Tenant.Accounts.SecondFactor != SecondFactorMode.Off
        && (!step.SignedIn || builtInPages.IsFresh(new SignedIn(step.User, step.SoFar)));

    /// <summary>
    /// Signs the browser in, with both factors. Who was signed in before keeps the time of that sign-in: the first factor is no
    /// fresher than it was.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="pending">The pending request.</param>
    /// <param name="step">What <see cref="Find"/> returned, with the user as stored now.</param>
    /// <returns>The user who is signed in; null if the first factor was used up meanwhile.</returns>
    public async Task<SignedIn?> TryFinish(TenantRequest request, PendingRequest pending, SecondStepUser step)
    {
        IReadOnlyList<string> methods =
            [.. step.SoFar.Methods.Append(Authentication.OneTimePassword).Append(Authentication.MultipleFactors).Distinct()];
        if (step.SignedIn) return await ssoSessions.Renew(request, new SignedIn(step.User, step.SoFar with { Methods = methods }));
        if (!await pendingRequests.TryTakeFirstFactor(pending, request.Cancel)) return null;
        var signedIn = await ssoSessions.Start(request, step.User, methods);
        await newBrowsers.Note(request, step.User, pending.FirstFactor is { NewBrowser: true });
        return signedIn;
    }
}
