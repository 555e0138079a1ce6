using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// A response that is read from storage while it is sent, when the endpoint's own work is done. <see cref="ErrorBoundary"/> answers what
/// fails before anything was sent. Later it can only record the failure, and the connection is cut, so that nobody takes half for the whole.
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
