using System.Globalization;
using Azure;
using Azure.Identity;
using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Http;

/// <summary>
/// The outermost layer of every trigger: it turns every failure into a response, because the isolated worker answers an
/// unhandled exception with an empty 200. It also sets the headers that all responses share.
/// </summary>
public sealed partial class ErrorBoundary(Settings settings, ILogger<ErrorBoundary> logger)
{
    const int DefaultRetryAfterSeconds = 5;

    // RFC 6797 §6.1. Without includeSubDomains: of a tenant's own domain we know this one name, not what runs below it.
    const string OneYearOfHttps = "max-age=31536000";

    // RFC 6797 §7.2: only sent over https. The front end terminates TLS, so the configured origin decides, not the request.
    readonly bool secure = settings.Origin.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>Handles one request; never throws.</summary>
    /// <param name="request">The request.</param>
    /// <param name="handle">Produces the response.</param>
    /// <param name="present">Turns a failure into a page for people; null responds to programs.</param>
    public async Task<IResult> Run(HttpRequest request, Func<Task<IResult>> handle, Func<Problem, Task<IResult>>? present = null)
    {
        var response = request.HttpContext.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (secure) response.Headers.StrictTransportSecurity = OneYearOfHttps;
        var telemetry = RequestTelemetry.Begin(request);
        try
        {
            var result = await handle();
            if (result is StreamedResult streamed) streamed.Failed = Failed;
            return result;
        }
        catch (Exception exception)
        {
            return await Failed(exception);
        }

        async Task<IResult> Failed(Exception exception)
        {
            telemetry.Error = (exception as Problem)?.Code ?? exception.GetType().FullName;
            var answer = Answer(exception, request, response);
            return present is null ? answer : await Presented(exception, answer, request, present);
        }
    }

    /// <summary>True for the failures that mean that storage does not respond.</summary>
    public static bool IsOutage(Exception exception) => exception is RequestFailedException or AggregateException
        or OperationCanceledException or IOException or HttpRequestException or AuthenticationFailedException;

    async Task<IResult> Presented(Exception exception, IResult answer, HttpRequest request, Func<Problem, Task<IResult>> present)
    {
        var problem = exception switch
        {
            Problem refused => refused,
            OAuthError error => new Problem(error.Status, error.Code, error.Message) { RetryAfter = error.RetryAfter },
            _ => new Problem((answer as IStatusCodeHttpResult)?.StatusCode ?? 500, "internal_error", ""),
        };
        try
        {
            return await present(problem);
        }
        catch (Exception fault)
        {
            Log.Unexpected(logger, Route(request), fault);
            return answer;
        }
    }

    IResult Answer(Exception exception, HttpRequest request, HttpResponse response)
    {
        switch (exception)
        {
            case Problem problem:
                Log.Refused(logger, Route(request), problem.Status, problem.Code);
                return problem.ToResult(response);
            case OAuthError error:
                Log.OAuthRefused(logger, Route(request), error.Status, error.Code, error.Detail ?? error.Message);
                return OAuthAnswer(error, response);
            case OperationCanceledException when request.HttpContext.RequestAborted.IsCancellationRequested:
                return Results.StatusCode(499); // The caller hung up; nobody reads this.
            case BadHttpRequestException bad:
                return new Problem(bad.StatusCode, bad.StatusCode == 413 ? "body_too_large" : "malformed_request",
                    "The request body could not be read.")
                {
                    Extensions = new Dictionary<string, object?> { ["error"] = "invalid_request" },
                }.ToResult(response);
            case VaultRotatesKeysException rotation:
                return new Problem(409, VaultRotatesKeysException.Code, rotation.Message).ToResult(response);
            case SigningUnavailableException signing:
                Log.DependencyFailed(logger, Route(request), "keys", signing);
                return Unavailable("signing_unavailable", "The signing keys are not available at the moment.",
                    signing.RetryAfter).ToResult(response);
            case KeyFileException file:
                Log.DependencyFailed(logger, Route(request), "key file", file);
                return Unavailable("signing_unavailable", "The signing keys are not available at the moment.", null).ToResult(response);
            case var outage when IsOutage(outage):
                Log.DependencyFailed(logger, Route(request), "storage", exception);
                return Unavailable("storage_unavailable", "Storage is not available at the moment. Nothing was lost.",
                    RetryAfter(exception)).ToResult(response);
            default:
                Log.Unexpected(logger, Route(request), exception);
                return new Problem(500, "internal_error", "An internal error occurred.").ToResult(response);
        }
    }

    // Storage or the vault did not respond. The response has `error` beside `code`, so that OAuth libraries understand it.
    static Problem Unavailable(string code, string detail, TimeSpan? retryAfter) => new(503, code, detail)
    {
        RetryAfter = retryAfter is { } wait ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : DefaultRetryAfterSeconds,
        Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
    };

    static TimeSpan? RetryAfter(Exception exception) =>
        exception is RequestFailedException failed
        && failed.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var value) == true
        && int.TryParse(value, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    static IResult OAuthAnswer(OAuthError error, HttpResponse response)
    {
        if (error.RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (error.ChallengeBasic) response.Headers.WWWAuthenticate = "Basic realm=\"token\", charset=\"UTF-8\"";
        response.Headers.Pragma = "no-cache"; // RFC 6749 §5.1
        return Results.Json(new { error = error.Code, error_description = error.Message }, statusCode: error.Status);
    }

    // The path is user input and may contain anything, even line breaks; the function's name does not.
    static string Route(HttpRequest request) => $"{request.Method} {request.HttpContext.GetEndpoint()?.DisplayName ?? "?"}";

    static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Route} refused: {Status} {Code}")]
        public static partial void Refused(ILogger logger, string route, int status, string code);

        [LoggerMessage(2, LogLevel.Information, "{Route} refused: {Status} {Code}: {Detail}")]
        public static partial void OAuthRefused(ILogger logger, string route, int status, string code, string detail);

        [LoggerMessage(3, LogLevel.Error, "{Route}: {Dependency} failed")]
        public static partial void DependencyFailed(ILogger logger, string route, string dependency, Exception exception);

        [LoggerMessage(4, LogLevel.Critical, "{Route}: unexpected failure")]
        public static partial void Unexpected(ILogger logger, string route, Exception exception);
    }
}

/// <summary>
/// A response that is read from storage while it is sent, when the endpoint's own work is done. <see cref="ErrorBoundary"/> answers what
/// fails before anything was sent. Later it can only record the failure, and the connection is cut, so that nobody takes half for the
/// whole.
/// </summary>
public abstract class StreamedResult : IResult
{
    internal Func<Exception, Task<IResult>> Failed { get; set; } = null!;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        try
        {
            await Send(httpContext);
        }
        catch (Exception fault)
        {
            var answer = await Failed(fault);
            if (httpContext.Response.HasStarted) httpContext.Abort();
            else await answer.ExecuteAsync(httpContext);
        }
    }

    /// <summary>Sends the response. It must touch neither headers nor body before it has something to send.</summary>
    protected abstract Task Send(HttpContext http);
}
