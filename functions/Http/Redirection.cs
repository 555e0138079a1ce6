using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// 302 (RFC 9110 §15.4.3) to a secret URL, such as a SAS. ASP.NET Core's own redirect would write the URL to the log.
/// </summary>
public sealed class Redirection(string location) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status302Found;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
