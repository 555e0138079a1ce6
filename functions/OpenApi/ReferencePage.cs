using System.Text;
using Latchkey.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.OpenApi;

/// <summary>
/// The page that shows the document (<see cref="ReferenceView"/>), with search and "try it out" (<see cref="ViewerFile"/>). It
/// belongs to the deployment and to no tenant, so it has no tenant's branding.
/// </summary>
public sealed class ReferencePage(ILoggerFactory loggers)
{
    /// <summary>
    /// The page's Content-Security-Policy (CSP 3): our own files, and requests to ourselves. Swagger UI's icons are data URIs in its
    /// style sheet.
    /// </summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

    readonly Lazy<Task<byte[]>> html = new(async () =>
        Encoding.UTF8.GetBytes(await RazorHtml.Render<ReferenceView>(loggers, new Dictionary<string, object?>())));

    /// <summary>The page, UTF-8; rendered once.</summary>
    public Task<byte[]> Html() => html.Value;
}
