using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>What the form that makes an account shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Lead">The app that the account is made for, in words; or null.</param>
/// <param name="CanCancel">True if there is an app to return to.</param>
/// <param name="Typed">What was typed before.</param>
/// <param name="Error">Why it was refused, or null; the faults of fields are in <paramref name="Typed"/>.</param>
public sealed record SignUpModel(
    string RequestId, string FormToken, string? Lead, bool CanCancel, SignUpForm Typed, string? Error)
{
    /// <summary>The value of the invitation's link, and the address that it went to; null if anybody can sign up.</summary>
    public (string Link, string Email)? Invitation { get; init; }
}

/// <summary>What the form for a code that was mailed shows.</summary>
/// <param name="RequestId">The pending request.</param>
/// <param name="FormToken">See <see cref="FormTokens"/>.</param>
/// <param name="Email">Where the code was sent to.</param>
/// <param name="CanCancel">True if there is an app to return to.</param>
/// <param name="Code">The code to fill in, or null.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record SignUpCodeModel(string RequestId, string FormToken, string Email, bool CanCancel, string? Code, string? Error);

/// <summary>How far the form for a code is.</summary>
/// <param name="Filled">What to fill in, such as the code of the mail's link; or null.</param>
public sealed record CodeState(string? Filled)
{
    /// <summary>What went wrong, or null.</summary>
    public string? Error { get; init; }

    /// <summary>Seconds until another code can be sent, or null.</summary>
    public int? RetryAfter { get; init; }
}

/// <summary>Shows the pages of a sign-up.</summary>
public sealed class SignUpViews(FormTokens forms, PageRenderer renderer)
{
    /// <summary>The form that makes an account.</summary>
    public async Task<IResult> Form(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization,
        SignUpForm typed, OAuthError? refusal, (string Link, string Email)? invitation = null)
    {
        var status = refusal?.RetryAfter is not null ? 429 : refusal is not null || typed.Faults.Count > 0 ? 400 : 200;
        var lead = authorization is null ? null : Strings.ToContinueTo(authorization.To.Client.Name);
        var error = refusal?.RetryAfter is { } seconds ? Strings.TooManyTries(seconds) : refusal?.Message;
        var model = new SignUpModel(
            pending.Id, await forms.For(request, pending, userId: null), lead, authorization is not null, typed, error)
        {
            Invitation = invitation,
        };
        return await renderer.Show<SignUpView, SignUpModel>(
            request.Http, Layout(request, Strings.SignUp, authorization, status) with { HasPassword = request.Tenant.Accounts.Passwords },
            model, refusal?.RetryAfter);
    }

    /// <summary>The form for the code.</summary>
    public async Task<IResult> Code(TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization,
        SignUpDraft draft, CodeState state)
    {
        var error = state.RetryAfter is { } seconds ? Strings.TooManyTries(seconds) : state.Error;
        var code = OneTimeCodes.Read(state.Filled);
        var model = new SignUpCodeModel(pending.Id, await forms.For(request, pending, userId: null), draft.Email,
            authorization is not null, code, error);
        var status = state.RetryAfter is not null ? 429 : error is null ? 200 : 400;
        return await renderer.Show<SignUpCodeView, SignUpCodeModel>(
            request.Http, Layout(request, Strings.CheckMail, authorization, status), model, state.RetryAfter);
    }

    /// <summary>A message.</summary>
    public Task<IResult> Message(TenantRequest request, string title, MessageModel message) =>
        renderer.Show<MessageView, MessageModel>(request.Http, new PageLayout(request.Tenant, title), message);

    static PageLayout Layout(TenantRequest request, string title, AuthorizationRequest? authorization, int status) =>
        new(request.Tenant, title)
        {
            Status = status,
            FormTarget = authorization is null ? null : RedirectUri.CspSource(authorization.To.RedirectUri),
        };
}
