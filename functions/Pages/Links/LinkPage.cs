using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the page of a link to one file shows.</summary>
/// <param name="Size">The file's size, to be read by people.</param>
/// <param name="NeedsPassword">There is a field for the password.</param>
/// <param name="Error">What is wrong with the password, or null.</param>
public sealed record LinkModel(string Size, bool NeedsPassword, string? Error)
{
    /// <summary>Who shares and until when, in sentences.</summary>
    public IReadOnlyList<string> Facts { get; init; } = [];

    /// <summary>The address of a thumbnail, or null.</summary>
    public string? Thumbnail { get; init; }
}

/// <summary>
/// The page of a link: a file's name, its size and a download button, or the files of a folder or of a selection
/// (<see cref="SpaceLinkPages"/>). It is public, because the secret in its path is the key (<see cref="LinkDownloads"/>).
/// </summary>
public sealed class LinkPage(
    TenantPipeline pipeline, LinkDownloads links, SpaceLinkPages spaceLinks, LinkReplies replies, PageRenderer renderer, BlobOrigin blobs)
{
    const int PreviewSize = 512;

    /// <summary>
    /// <c>GET /{tenant}/s/{token}?folder=&amp;cursor=</c> → the page; 404 if there is no such live link, 410 if it is used up or its file
    /// is lost.
    /// </summary>
    [Function("link-page")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/s/{token}")] HttpRequest http) =>
        pipeline.Page(http, async request => SpaceLinkPages.IsOne(http) ? await spaceLinks.Get(request)
            : await Show(http, request.Tenant, await links.Find(request.Tenant, LinkReplies.Token(http), request.Cancel)), replies.Failure);

    /// <summary>
    /// <c>POST /{tenant}/s/{token}</c> with the <c>password</c>, if the link has one → 303 to the bytes, or to the page with the files.
    /// </summary>
    [Function("link-download")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/s/{token}")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            (request.Audit.Type, request.Audit.Target) = ("link-download", null);
            var password = await Password(http);
            if (SpaceLinkPages.IsOne(http)) return await spaceLinks.Post(request, password);
            var state = await links.Download(request.Tenant, LinkReplies.Token(http), password, request.Audit, request.Cancel);
            if (state.Status == LinkStatus.WrongPassword) request.Audit.Refusal = "wrong_password";
            // Every browser follows a 303 with a GET.
            return state.Url is { } url ? LinkReplies.Redirect(http, url) : await Show(http, request.Tenant, state);
        }, replies.Failure);

    Task<IResult> Show(HttpRequest http, Tenant tenant, LinkState state) => state.Status switch
    {
        LinkStatus.NotFound => replies.NotFound(http, tenant),
        LinkStatus.UsedUp => replies.UsedUp(http, tenant),
        LinkStatus.FileLost => replies.Say(http, tenant, 410, Strings.LinkFileLost, Strings.LinkFileLostLead),
        LinkStatus.WrongPassword => ShowForm(http, tenant, state, 403, Strings.LinkWrongPassword),
        LinkStatus.Locked => ShowForm(http, tenant, state, 429, Strings.TooManyTries(state.RetryAfter)),
        _ => ShowForm(http, tenant, state, 200, null),
    };

    Task<IResult> ShowForm(HttpRequest http, Tenant tenant, LinkState state, int status, string? error)
    {
        LinkReplies.SetHeaders(http);
        var file = state.File!;
        var thumbnail = state.NeedsPassword ? null : LinkReplies.Thumbnail(tenant, LinkReplies.Token(http), file, PreviewSize);
        // The form's answer redirects to storage, and browsers check redirects against form-action too.
        var page = new PageLayout(tenant, file.Name)
        {
            Status = status,
            FormTarget = blobs.Value,
            HasPassword = state.NeedsPassword,
            Thumbnails = thumbnail is null ? null : blobs.Value,
        };
        var model = new LinkModel(LinkReplies.Size(file.Size), state.NeedsPassword, error)
        {
            Facts = LinkReplies.Facts(state.By, state.Link!.Until),
            Thumbnail = thumbnail,
        };
        return renderer.Show<LinkView, LinkModel>(http, page, model, state.Status == LinkStatus.Locked ? state.RetryAfter : null);
    }

    /// <summary>The password in the form, or empty.</summary>
    internal static async Task<string> Password(HttpRequest http) =>
        http.ContentLength is null or 0 ? "" : (await Form.Read(http))["password"] ?? "";
}
