using System.Globalization;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>What all pages share whose address is a secret: those of links and of requests for files.</summary>
public sealed class LinkReplies(PageRenderer renderer)
{
    /// <summary>Answers a request that failed.</summary>
    public Task<IResult> Failure(HttpRequest http, Tenant? tenant, Problem problem) => problem.Code switch
    {
        "file_not_found" or "link_not_found" or "request_not_found" or "no_thumbnail" => NotFound(http, tenant),
        "link_used_up" => UsedUp(http, tenant),
        "bytes_missing" => Say(http, tenant, 410, Strings.LinkFileLost, Strings.LinkFileLostLead),
        "archive_too_large" => Say(http, tenant, 413, Strings.LinkTooLarge, Strings.LinkTooLargeLead),
        _ => Say(http, tenant, problem.Status, Strings.ErrorTitle, Strings.LinkFailure(problem)),
    };

    /// <summary>The page of an address that leads nowhere.</summary>
    public Task<IResult> NotFound(HttpRequest http, Tenant? tenant) =>
        Say(http, tenant, 404, Strings.LinkNotFound, Strings.LinkNotFoundLead);

    /// <summary>The page of a link without downloads left.</summary>
    public Task<IResult> UsedUp(HttpRequest http, Tenant? tenant) => Say(http, tenant, 410, Strings.LinkUsedUp, Strings.LinkUsedUpLead);

    /// <summary>A page with a message and nothing else.</summary>
    public Task<IResult> Say(HttpRequest http, Tenant? tenant, int status, string title, string text)
    {
        SetHeaders(http);
        return renderer.Show<MessageView, MessageModel>(http, new PageLayout(tenant, title) { Status = status }, new MessageModel(text));
    }

    /// <summary>
    /// The headers of every answer, redirects too: neither its address nor its target may leak or be indexed.
    /// </summary>
    public static void SetHeaders(HttpRequest http)
    {
        var headers = http.HttpContext.Response.Headers;
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
    }

    /// <summary>A redirect to the bytes, or to a page of ours.</summary>
    public static IResult Redirect(HttpRequest http, string url, int status = 303)
    {
        SetHeaders(http);
        http.HttpContext.Response.Headers.Location = url;
        return Results.StatusCode(status);
    }

    /// <summary>A size, to be read by people.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["bytes", "KB", "MB", "GB", "TB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1000 && unit < units.Length - 1; unit++) size /= 1000;
        size = Math.Round(size, unit == 0 || size >= 100 ? 0 : 1);
        return string.Create(CultureInfo.InvariantCulture, $"{size} {units[unit]}");
    }

    /// <summary>Who shares and until when, in sentences.</summary>
    public static IReadOnlyList<string> Facts(string? by, DateTimeOffset? until) =>
    [
        .. by is null ? Array.Empty<string>() : [Strings.LinkSharedBy(by)],
        .. until is { } end ? [Strings.LinkUntil(Texts.Time(end))] : Array.Empty<string>(),
    ];

    /// <summary>The address of a file's thumbnail behind a link; null if there is none.</summary>
    public static string? Thumbnail(Tenant tenant, string? token, FileRecord file, int size) =>
        file.Renditions is { Sizes.Count: > 0 }
            ? FormattableString.Invariant($"/{tenant.Id}/s/{token}/files/{file.Id}/thumbnail?size={size}") : null;

    /// <summary>The token in the address.</summary>
    public static string? Token(HttpRequest http) => http.RouteValues["token"] as string;
}
