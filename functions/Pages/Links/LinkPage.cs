using System.Globalization;
using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the page of a link shows.</summary>
/// <param name="Size">The file's size, to be read by people.</param>
/// <param name="NeedsPassword">There is a field for the password.</param>
/// <param name="Error">What is wrong with the password, or null.</param>
public sealed record LinkModel(string Size, bool NeedsPassword, string? Error);

/// <summary>
/// The page of a link: the file's name, its size and a download button. It is public, because the secret in its path is the key
/// (<see cref="LinkDownloads"/>).
/// </summary>
public sealed class LinkPage(TenantPipeline pipeline, LinkDownloads links, PageRenderer renderer, BlobOrigin blobs)
{
    /// <summary>
    /// <c>GET /{tenant}/s/{token}</c> → the page; 404 if there is no such live link, 410 if it is used up or its file is lost.
    /// </summary>
    [Function("link-page")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/s/{token}")] HttpRequest http) =>
        pipeline.Page(http, async request =>
            await Show(http, request.Tenant, await links.Find(request.Tenant, Token(http), request.Cancel)), Failure);

    /// <summary><c>POST /{tenant}/s/{token}</c> with the <c>password</c>, if the link has one → 303 to the bytes.</summary>
    [Function("link-download")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/s/{token}")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            (request.Audit.Type, request.Audit.Target) = ("link-download", null);
            var state = await links.Download(request.Tenant, Token(http), await Password(http), request.Audit, request.Cancel);
            if (state.Status == LinkStatus.WrongPassword) request.Audit.Refusal = "wrong_password";
            return state.Url is { } url ? Redirect(http, url) : await Show(http, request.Tenant, state);
        }, Failure);

    Task<IResult> Show(HttpRequest http, Tenant tenant, LinkState state) => state.Status switch
    {
        LinkStatus.NotFound => Say(http, tenant, 404, Strings.LinkNotFound, Strings.LinkNotFoundLead),
        LinkStatus.UsedUp => Say(http, tenant, 410, Strings.LinkUsedUp, Strings.LinkUsedUpLead),
        LinkStatus.FileLost => Say(http, tenant, 410, Strings.LinkFileLost, Strings.LinkFileLostLead),
        LinkStatus.WrongPassword => ShowForm(http, tenant, state, 403, Strings.LinkWrongPassword),
        LinkStatus.Locked => ShowForm(http, tenant, state, 429, Strings.TooManyTries(state.RetryAfter)),
        _ => ShowForm(http, tenant, state, 200, null),
    };

    Task<IResult> ShowForm(HttpRequest http, Tenant tenant, LinkState state, int status, string? error)
    {
        SetHeaders(http);
        // The form's answer redirects to storage, and browsers check redirects against form-action too.
        var page = new PageLayout(tenant, state.File!.Name)
        {
            Status = status,
            FormTarget = blobs.Value,
            HasPassword = state.NeedsPassword,
        };
        var model = new LinkModel(Size(state.File.Size), state.NeedsPassword, error);
        return renderer.Show<LinkView, LinkModel>(http, page, model, state.Status == LinkStatus.Locked ? state.RetryAfter : null);
    }

    Task<IResult> Failure(HttpRequest http, Tenant? tenant, Problem problem) =>
        Say(http, tenant, problem.Status, Strings.ErrorTitle, Strings.LinkFailure(problem));

    Task<IResult> Say(HttpRequest http, Tenant? tenant, int status, string title, string text)
    {
        SetHeaders(http);
        return renderer.Show<MessageView, MessageModel>(http, new PageLayout(tenant, title) { Status = status }, new MessageModel(text));
    }

    static IResult Redirect(HttpRequest http, string url)
    {
        SetHeaders(http);
        http.HttpContext.Response.Headers.Location = url;
        return Results.StatusCode(303); // Every browser follows with a GET.
    }

    // The redirect has them as well: neither its address nor its target may leak or be indexed.
    static void SetHeaders(HttpRequest http)
    {
        var headers = http.HttpContext.Response.Headers;
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
    }

    static string? Token(HttpRequest http) => http.RouteValues["token"] as string;

    static async Task<string> Password(HttpRequest http) =>
        http.ContentLength is null or 0 ? "" : (await Form.Read(http))["password"] ?? "";

    static string Size(long bytes)
    {
        string[] units = ["bytes", "KB", "MB", "GB", "TB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1000 && unit < units.Length - 1; unit++) size /= 1000;
        size = Math.Round(size, unit == 0 || size >= 100 ? 0 : 1);
        return string.Create(CultureInfo.InvariantCulture, $"{size} {units[unit]}");
    }
}
