using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>A 303 redirect (RFC 9700 §4.12: never 307, which would forward a password). The address is sent unchanged.</summary>
sealed class SeeOther(string location) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => StatusCodes.Status303SeeOther;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        httpContext.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    }
}
