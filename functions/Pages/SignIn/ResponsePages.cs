using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Pages;

/// <summary>What the page of a failure shows.</summary>
/// <param name="Problem">The failure.</param>
/// <param name="WayBack">The response that its button takes to the app, or null.</param>
public sealed record ErrorModel(Problem Problem, AuthorizationResponse? WayBack);

/// <summary>Sends authorization responses to the app, and shows failures to the user.</summary>
public sealed partial class ResponsePages(PageRenderer renderer, RequestReader reader, ILogger<ResponsePages> logger)
{
    const string Submit = "document.forms[0].submit()";

    /// <summary>
    /// Sends the response to the app. After a click, an app's own scheme gets a page with a visible link, which also follows
    /// the link by itself: Chrome drops a redirect to such a scheme when too much time has passed since the click.
    /// </summary>
    public Task<IResult> Send(TenantRequest request, AuthorizationResponse response, bool clicked)
    {
        if (response.To.Mode == ResponseMode.FormPost)
        {
            return renderer.Show<FormPostView, AuthorizationResponse>(request.Http, new PageLayout(request.Tenant, Strings.AlmostThere)
            {
                FormTarget = RedirectUri.CspSource(response.To.RedirectUri),
                Script = Submit,
            }, response);
        }
        if (!clicked || !response.To.IsPrivateScheme) return Task.FromResult<IResult>(new SeeOther(response.Location));
        var title = response.IsError ? Strings.NotAllowed : Strings.SignedIn;
        return renderer.Show<ReturnView, AuthorizationResponse>(
            request.Http, new PageLayout(request.Tenant, title) { GoTo = response.Location }, response);
    }

    /// <summary>Reports an error to the app (RFC 6749 §4.1.2.1).</summary>
    public Task<IResult> Refuse(TenantRequest request, ReturnAddress to, OAuthError error, bool clicked)
    {
        Log.Refused(logger, request.Tenant.Id, to.Client.Id, error.Code, error.Detail ?? error.Message);
        return Send(request, AuthorizationResponse.Refusal(request.Tenant, to, error), clicked);
    }

    /// <summary>The page of a failure (see <see cref="FailurePage"/>), with the way back to the app if that is known.</summary>
    public async Task<IResult> Failure(HttpRequest http, Tenant? tenant, Problem problem) => await renderer.Show<ErrorView, ErrorModel>(
        http, new PageLayout(tenant, Strings.ErrorTitle) { Status = problem.Status },
        new ErrorModel(problem, await WayBack(http, tenant, problem)), problem.RetryAfter);

    // The app is told that access was denied, and may start again.
    async Task<AuthorizationResponse?> WayBack(HttpRequest http, Tenant? tenant, Problem problem)
    {
        if (tenant is null || problem.Waiting is not { } parameters) return null;
        try
        {
            var request = new TenantRequest(http, tenant, AuditContext.Of(http), http.HttpContext.RequestAborted);
            var to = await reader.ReadReturnAddress(request, parameters);
            return to.Mode == ResponseMode.FormPost ? null
                : AuthorizationResponse.Refusal(tenant, to, OAuthError.AccessDenied("The sign-in has expired."));
        }
        catch (OAuthError)
        {
            return null; // The app was changed or deleted in the meantime.
        }
    }

    static partial class Log
    {
        [LoggerMessage(22, LogLevel.Information, "Tenant {Tenant}, client {ClientId}: authorization refused: {Code}: {Detail}")]
        public static partial void Refused(ILogger logger, string tenant, string clientId, string code, string detail);
    }
}
