using System.Text;

namespace Latchkey.OpenApi;

/// <summary>The page that shows the document: the frame of a program (<see cref="ViewerFile"/>), with search and "try it out".</summary>
static class ReferencePage
{
    /// <summary>
    /// The page's Content-Security-Policy (CSP 3): files of ours, and requests to ourselves. Swagger UI's icons are in its style sheet, as data.
    /// </summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>The page, UTF-8.</summary>
    public static byte[] Html { get; } = Encoding.UTF8.GetBytes($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Latchkey API</title>
        <link rel="stylesheet" href="{ViewerFile.Path("swagger-ui.css")}">
        <link rel="stylesheet" href="{ViewerFile.Path("viewer.css")}">
        <script defer src="{ViewerFile.Path("swagger-ui-bundle.js")}"></script>
        <script type="module" src="{ViewerFile.Path("viewer.js")}"></script>
        </head>
        <body>
        <main id="viewer"></main>
        <noscript>This page needs JavaScript. The document itself is <a href="/openapi.json">openapi.json</a>.</noscript>
        </body>
        </html>
        """);
}
