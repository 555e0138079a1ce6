using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Pages;

/// <summary>What the page of a failure shows.</summary>
/// <param name="Problem">The failure.</param>
/// <param name="WayBack">The answer that its button takes to the app, or null.</param>
public sealed record ErrorModel(Problem Problem, AuthorizationResponse? WayBack);

/// <summary>Sends an authorization response to the app, and failures that the app must not hear of to the user.</summary>
public sealed partial class ResponsePages(PageRenderer pages, RequestReader reader, ILogger<ResponsePages> logger)
{
    const string Submit = "document.forms[0].submit()";

    /// <summary>
    /// The answer's way to the app. After a click, an app's own scheme gets a page with a visible link that also goes
    /// there by itself: Chrome drops such a redirect when it takes the click for too old.
    /// </summary>
    public Task<IResult> Send(HttpRequest request, Tenant tenant, AuthorizationResponse response, bool clicked)
    {
        if (response.To.Mode == ResponseMode.FormPost)
        {
            return pages.Show<FormPostView, AuthorizationResponse>(request, new PageLayout(tenant, Strings.AlmostThere)
            {
                FormTarget = RedirectUri.CspSource(response.To.RedirectUri),
                Script = Submit,
            }, response);
        }
        if (!clicked || !response.To.IsPrivateScheme) return Task.FromResult<IResult>(new SeeOther(response.Location));
        var title = response.IsError ? Strings.NotAllowed : Strings.SignedIn;
        return pages.Show<ReturnView, AuthorizationResponse>(
            request, new PageLayout(tenant, title) { GoTo = response.Location }, response);
    }

    /// <summary>Tells the app why not (RFC 6749 §4.1.2.1).</summary>
    public Task<IResult> Refuse(HttpRequest request, Tenant tenant, ReturnAddress to, OAuthError error, bool clicked)
    {
        Log.Refused(logger, tenant.Id, to.Client.Id, error.Code, error.Detail ?? error.Message);
        return Send(request, tenant, AuthorizationResponse.Refusal(tenant, to, error), clicked);
    }

    /// <summary>The page of a failure, with the way back to the app where it is known.</summary>
    public async Task<IResult> Failure(HttpRequest request, Tenant? tenant, Problem problem) => await pages.Show<ErrorView, ErrorModel>(
        request, new PageLayout(tenant, Strings.ErrorTitle) { Status = problem.Status },
        new ErrorModel(problem, await WayBack(request, tenant, problem)), problem.RetryAfter);

    // The app hears that the user got nowhere, as if they had said no; it may start again.
    async Task<AuthorizationResponse?> WayBack(HttpRequest request, Tenant? tenant, Problem problem)
    {
        if (tenant is null || problem.Waiting is not { } form) return null;
        try
        {
            var to = await reader.Trust(tenant, form, request.HttpContext.RequestAborted);
            return to.Mode == ResponseMode.FormPost ? null
                : AuthorizationResponse.Refusal(tenant, to, OAuthError.AccessDenied("The sign-in has expired."));
        }
        catch (OAuthError)
        {
            return null; // The app has changed or gone since.
        }
    }

    static partial class Log
    {
        [LoggerMessage(22, LogLevel.Information, "Tenant {Tenant}, client {ClientId}: authorization refused: {Code}: {Detail}")]
        public static partial void Refused(ILogger logger, string tenant, string clientId, string code, string detail);
    }
}
