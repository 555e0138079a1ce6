using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>Shows what the sign-in's second step and the account's page of the second factor have in common.</summary>
public sealed class SecondFactorPages(SecondFactorSetUps setUps, FormTokens forms, PageRenderer renderer)
{
    /// <summary>The form of a sign-in's second step.</summary>
    public async Task<SecondFactorForm> FormOf(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, User user) =>
        new($"/{request.Tenant.Id}/{SecondStepPage.Name}", await forms.For(request, pending, user.Id), pending.Id,
            CanCancel: authorization is not null);

    /// <summary>Accepts only our own form of a sign-in's second step, for this user.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c></exception>
    public Task Check(TenantRequest request, PendingRequest pending, User user, Form form) =>
        forms.Check(request, pending, user.Id, form);

    /// <summary>Asks for a code.</summary>
    public Task<IResult> Step(
        TenantRequest request, SecondStepModel model, AuthorizationRequest? authorization, OAuthError? refusal) =>
        renderer.Show<SecondStepView, SecondStepModel>(request.Http,
            Layout(request, Strings.SecondFactor, authorization, Status(refusal)) with { Address = model.Address }, model,
            refusal?.RetryAfter);

    /// <summary>Shows the set-up form: a new set-up, or the submitted one if its code was refused.</summary>
    public async Task<IResult> SetUp(
        TenantRequest request, User user, SecondFactorForm form, AuthorizationRequest? authorization, string? refused)
    {
        var setUp = await setUps.Read(request.Tenant, user, refused, request.Cancel)
            ?? await setUps.Begin(request.Tenant, user, request.Cancel);
        var error = refused is null ? null : Strings.WrongSetUpCode;
        return await renderer.Show<SetUpView, SetUpModel>(request.Http,
            Layout(request, Strings.SetUpSecondFactor, authorization, error is null ? 200 : 400) with { Address = form.Address },
            new SetUpModel(form, user, setUp, error));
    }

    /// <summary>Shows the recovery codes, once.</summary>
    public Task<IResult> Codes(
        TenantRequest request, IReadOnlyList<string> codes, SecondFactorForm? form, AuthorizationRequest? authorization)
    {
        request.Response.Headers.CacheControl = "no-store";
        return renderer.Show<RecoveryCodesView, RecoveryCodesModel>(request.Http,
            Layout(request, Strings.RecoveryCodes, authorization, 200), new RecoveryCodesModel(codes, form));
    }

    /// <summary>The text for a refused code; null if none was.</summary>
    public static string? Error(OAuthError? refusal) => refusal is null ? null
        : refusal.RetryAfter is { } seconds ? Strings.TooManyTries(seconds) : Strings.WrongSecondFactor;

    /// <summary>The HTTP status of the form after a refusal, or without one.</summary>
    public static int Status(OAuthError? refusal) => refusal is null ? 200 : refusal.RetryAfter is null ? 400 : 429;

    static PageLayout Layout(TenantRequest request, string title, AuthorizationRequest? authorization, int status) =>
        new(request.Tenant, title)
        {
            Status = status,
            FormTarget = authorization is null ? null : RedirectUri.CspSource(authorization.To.RedirectUri),
        };
}
