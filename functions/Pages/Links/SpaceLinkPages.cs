using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>A folder or file on the page of a link.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Href">Where it leads.</param>
public sealed record LinkItem(string Name, string Href)
{
    /// <summary>The file's size, to be read by people.</summary>
    public string? Size { get; init; }

    /// <summary>The address of its thumbnail, or null.</summary>
    public string? Thumbnail { get; init; }
}

/// <summary>What the page of a link to a folder or to several files shows.</summary>
/// <param name="Facts">Who shares and until when, in sentences.</param>
/// <param name="Folders">The folders.</param>
/// <param name="Files">The files.</param>
public sealed record SpaceLinkModel(IReadOnlyList<string> Facts, IReadOnlyList<LinkItem> Folders, IReadOnlyList<LinkItem> Files)
{
    /// <summary>Where the folders above lead, the link's own first.</summary>
    public IReadOnlyList<LinkItem> Path { get; init; } = [];

    /// <summary>The address of the archive of all.</summary>
    public required string Archive { get; init; }

    /// <summary>The address of the next page, or null.</summary>
    public string? Next { get; init; }

    /// <summary>
    /// Downloads are counted, so they are forms: programs that look at all addresses of a page, such as mail scanners, use none up.
    /// </summary>
    public required bool IsCounted { get; init; }
}

/// <summary>The pages behind a link to a folder or to several files, which <see cref="LinkPage"/> answers with.</summary>
public sealed class SpaceLinkPages(
    SpaceLinks links, LinkPasswords passwords, LinkAdmissions admissions, LinkReplies replies, PageRenderer renderer, BlobOrigin blobs)
{
    const int ThumbnailSize = 128;

    /// <summary>True if the address has the form of such a link's.</summary>
    public static bool IsOne(HttpRequest http) => LinkToken.Read(LinkReplies.Token(http)) is not null;

    /// <summary>Shows what the link leads to, or asks for its password.</summary>
    public async Task<IResult> Get(TenantRequest request)
    {
        var http = request.Http;
        if (await links.Find(request.Tenant, LinkReplies.Token(http), request.Cancel) is not { } open)
            return await replies.NotFound(http, request.Tenant);
        if (open.Link.IsUsedUp) return await replies.UsedUp(http, request.Tenant);
        return await admissions.IsAdmitted(request, open.Link.Id, open.Link.PasswordHash) ? await Show(request, open)
            : await Ask(request, open, 200, null);
    }

    /// <summary>Takes the password.</summary>
    public async Task<IResult> Post(TenantRequest request, string password)
    {
        var http = request.Http;
        if (await links.Find(request.Tenant, LinkReplies.Token(http), request.Cancel) is not { } open)
            return await replies.NotFound(http, request.Tenant);
        var link = open.Link;
        request.Audit.Target = link.Id;
        try
        {
            if (link.PasswordHash is { } hash && await passwords.Verify(link.Tenant, link.Id, hash, password, request.Cancel) is null)
            {
                request.Audit.Refusal = "wrong_password";
                return await Ask(request, open, 403, Strings.LinkWrongPassword);
            }
        }
        catch (OAuthError locked)
        {
            var wait = locked.RetryAfter ?? 1;
            return await Ask(request, open, 429, Strings.TooManyTries(wait), wait);
        }
        await admissions.Admit(request, link.Id, link.PasswordHash);
        return LinkReplies.Redirect(http, Address(request));
    }

    /// <summary>The link of an address, if this browser may see what it leads to; otherwise null, and where it is sent.</summary>
    /// <exception cref="Problem">404 <c>link_not_found</c></exception>
    public async Task<(SpaceLink? Link, IResult? Elsewhere)> Enter(TenantRequest request)
    {
        var open = await links.Find(request.Tenant, LinkReplies.Token(request.Http), request.Cancel)
            ?? throw Problem.NotFound("link_not_found", "The link was not found.");
        return await admissions.IsAdmitted(request, open.Link.Id, open.Link.PasswordHash) ? (open.Link, null)
            : (null, LinkReplies.Redirect(request.Http, Address(request)));
    }

    /// <summary>What a page or an archive of the link is called.</summary>
    public static string TitleOf(SpaceLink link, string below) => below.Length > 0 ? below.Split('/')[^1]
        : link.Title ?? (string.IsNullOrEmpty(link.Folder) ? Strings.LinkFiles : link.Folder.Split('/')[^1]);

    async Task<IResult> Show(TenantRequest request, OpenSpaceLink open)
    {
        var (http, link, tenant) = (request.Http, open.Link, request.Tenant);
        var query = Query.ReadForPage(http, "folder", "cursor");
        var below = FileName.ReadFolder(query["folder"]);
        var contents = await links.Contents(link, below, Paging.After(query), request.Cancel);
        var (address, token) = (Address(request), LinkReplies.Token(http));
        var model = new SpaceLinkModel(LinkReplies.Facts(open.By.Name, link.Until),
            [.. contents.Folders.Select(name => new LinkItem(name, Folder(address, Inside(below, name))))],
            [.. contents.Files.Select(file => new LinkItem(file.Name, $"{address}/files/{file.Id}")
            {
                Size = LinkReplies.Size(file.Size),
                Thumbnail = LinkReplies.Thumbnail(tenant, token, file, ThumbnailSize),
            })])
        {
            Path = below.Length == 0 ? [] : [.. PathTo(link, address, below)],
            Archive = Folder($"{address}/archive", below),
            IsCounted = link.MaxDownloads is not null,
            Next = Paging.Cursor(contents.Next) is { } cursor
                ? $"{Folder(address, below)}{(below.Length == 0 ? "?" : "&")}cursor={cursor}" : null,
        };
        LinkReplies.SetHeaders(http);
        var page = new PageLayout(tenant, TitleOf(link, below))
        {
            Wide = true,
            Thumbnails = blobs.Value,
            FormTarget = model.IsCounted ? blobs.Value : null, // Where the answer of a form leads, browsers check that too.
        };
        return await renderer.Show<SpaceLinkView, SpaceLinkModel>(http, page, model);
    }

    Task<IResult> Ask(TenantRequest request, OpenSpaceLink open, int status, string? error, int? retryAfter = null)
    {
        LinkReplies.SetHeaders(request.Http);
        // Names of folders and files are for those who know the password.
        var page = new PageLayout(request.Tenant, open.Link.Title ?? Strings.LinkFiles) { Status = status, HasPassword = true };
        var model = new LinkModel("", NeedsPassword: true, error) { Facts = LinkReplies.Facts(open.By.Name, open.Link.Until) };
        return renderer.Show<LinkView, LinkModel>(request.Http, page, model, retryAfter);
    }

    // The folders from the link's own down to the one that is shown.
    static IEnumerable<LinkItem> PathTo(SpaceLink link, string address, string below)
    {
        yield return new(TitleOf(link, ""), address);
        for (var at = below.IndexOf('/', StringComparison.Ordinal); at >= 0; at = below.IndexOf('/', at + 1))
            yield return new(below[..at].Split('/')[^1], Folder(address, below[..at]));
    }

    /// <summary>The address of the link's page.</summary>
    public static string Address(TenantRequest request) => $"/{request.Tenant.Id}/s/{LinkReplies.Token(request.Http)}";

    static string Folder(string address, string below) => below.Length == 0 ? address : $"{address}?folder={Uri.EscapeDataString(below)}";

    static string Inside(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
