using System.Security.Cryptography;
using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// What a link leads to: a page with the file's name, size and a button, and what the button does. Public; the link's
/// secret is the key. It is in the path and must be in no log and no Referer.
/// </summary>
public sealed class LinkPage(
    TenantPipeline pipeline, FileStore files, ShareStore shares, UserStore users, PasswordHashing hashing, Lockout guesses, FileUrls urls, BlobStore blobs, Settings settings,
    TimeProvider clock)
{
    const int Attempts = 20;
    const int MaxGuesses = 10;

    static readonly TimeSpan Lock = TimeSpan.FromMinutes(15);

    /// <summary><c>GET /{tenant}/s/{token}</c> → the page; 404 for whatever is no live link, 410 for one that is used up or whose file is lost.</summary>
    [Function("link-page")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/s/{token}")] HttpRequest request) =>
        Run(request, async (tenant, cancel) =>
            await Find(request, tenant, cancel) is not var (file, link) ? NotFound(request)
            : Over(request, file, link) is { } over ? over
            : Page(request, 200, LinkHtml.Of(file, link.PasswordHash is not null, null)));

    /// <summary><c>POST /{tenant}/s/{token}</c> with <c>password</c>, if there is one → 303 to the bytes.</summary>
    [Function("link-download")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/s/{token}")] HttpRequest request) =>
        Run(request, async (tenant, cancel) =>
        {
            var audit = AuditContext.Of(request);
            (audit.Type, audit.Target) = ("link-download", null);
            var password = await Password(request);
            string? hash = null;
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (await Find(request, tenant, cancel) is not var (file, link)) return NotFound(request);
                audit.Target = file.Id;
                if (Over(request, file, link) is { } over) return over;
                if (link.PasswordHash is not null && hash is null) // Asked once, however often the use is tried.
                {
                    try
                    {
                        hash = await Matching(link, password, cancel);
                    }
                    catch (OAuthError tooMany)
                    {
                        return Locked(request, file, tooMany.RetryAfter ?? 1);
                    }
                    if (hash is null)
                    {
                        audit.Refusal = "wrong_password";
                        return Page(request, 403, LinkHtml.Of(file, true, "This is not the password."));
                    }
                }
                // Nobody gets the file without having been counted: so any number of downloads at once can't pass the limit.
                var counted = link is { PasswordHash: null, MaxDownloads: null }
                    || await shares.TryReplace(link.Use() with { PasswordHash = hash }, cancel);
                if (counted) return await Redirect(request, file, link, cancel);
            }
            throw Problem.Unavailable("link_busy", "Too many use this link at once.", 1);
        });

    // The hash to keep if the password is the link's, or null. A guess has its place before it is looked at.
    async Task<string?> Matching(Share link, string password, CancellationToken cancel)
    {
        var count = new LockoutCounter(RowKeys.Attempts(link.Tenant, "link", link.Id), MaxGuesses, Lock) { Slow = MaxGuesses, GoodClears = true };
        using var guess = await guesses.Reserve([count], cancel);
        PasswordVerificationResult verdict;
        string? renewed = null;
        try
        {
            verdict = await hashing.Verify(link.PasswordHash!, password, cancel);
            if (verdict == PasswordVerificationResult.SuccessRehashNeeded) renewed = await hashing.Hash(password, cancel);
        }
        catch
        {
            await guess.Withdraw();
            throw;
        }
        if (verdict == PasswordVerificationResult.Failed)
        {
            await guess.Failed();
            return null;
        }
        await guess.Good();
        return renewed ?? link.PasswordHash;
    }

    Task<IResult> Run(HttpRequest request, Func<Tenant, CancellationToken, Task<IResult>> steps) =>
        pipeline.Page(request, linked => steps(linked.Tenant, linked.Cancel), (_, _, problem) => Task.FromResult(Page(request, problem.Status, LinkHtml.Message(
            "This did not work", problem.Message is { Length: > 0 } why ? why : "Try again in a moment."))));

    async Task<(FileRecord File, Share Link)?> Find(HttpRequest request, Tenant tenant, CancellationToken cancel)
    {
        if ((request.RouteValues["token"] as string)?.Split('.') is not [var id, { Length: 43 } secret] || !FileRecord.IsId(id))
            return null;
        var (finding, sharing) = (files.Find(tenant.Id, id, cancel), shares.Find(tenant.Id, id, Share.IdOf(id, "link", secret), cancel));
        await Task.WhenAll(finding, sharing);
        return await sharing is { Kind: "link" } link && await finding is { Status: FileStatus.Available } file
            && link.IsLive(clock.GetUtcNow()) && Same(link.SecretHash, Ids.Hash(secret))
            && await AreUsersThere(tenant, file, link, cancel) ? (file, link) : null;
    }

    // A disabled user's files and links serve nobody; it is known within 5 seconds.
    async Task<bool> AreUsersThere(Tenant tenant, FileRecord file, Share link, CancellationToken cancel)
    {
        var ids = new[] { file.Owner is { Kind: "user" } owner ? owner.Id : null, link.CreatedBy }.OfType<string>().Distinct();
        var states = await Task.WhenAll(ids.Select(id => users.FindState(tenant.Id, id, cancel)));
        return Array.TrueForAll(states, state => state is { Disabled: false });
    }

    async Task<IResult> Redirect(HttpRequest request, FileRecord file, Share link, CancellationToken cancel)
    {
        var life = settings.DownloadUrlTime;
        if (link.Until - clock.GetUtcNow() is { } left && left < life) life = left;
        var url = await urls.Read(file, $"link {link.Id}", life, AuditContext.Of(request), cancel);
        SetHeaders(request);
        request.HttpContext.Response.Headers.Location = url.Url;
        return Results.StatusCode(303); // A GET follows, whatever the browser.
    }

    static async Task<string> Password(HttpRequest request)
    {
        if (request.ContentLength is null or 0) return "";
        return (await Form.Read(request))["password"] ?? "";
    }

    static bool Same(string? one, string other) =>
        one is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));

    IResult NotFound(HttpRequest request) =>
        Page(request, 404, LinkHtml.Message("This link leads nowhere", "It was mistyped, has ended, or was taken back."));

    IResult? Over(HttpRequest request, FileRecord file, Share link) =>
        link.IsUsedUp ? Page(request, 410, LinkHtml.Message("This link is used up", "The file has been downloaded as often as the link allows."))
        : file.MissingSince is not null ? Page(request, 410, LinkHtml.Message("This file is lost", "Storage no longer has it."))
        : null;

    IResult Locked(HttpRequest request, FileRecord file, int seconds)
    {
        request.HttpContext.Response.Headers.RetryAfter = $"{seconds}";
        return Page(request, 429, LinkHtml.Of(file, true, "There were too many wrong passwords. Try again in a quarter of an hour."));
    }

    IResult Page(HttpRequest request, int status, string html)
    {
        SetHeaders(request);
        return Results.Text(html, "text/html; charset=utf-8", Encoding.UTF8, status);
    }

    void SetHeaders(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        // The form's target redirects to storage, and browsers hold the redirect to form-action too.
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src '{LinkHtml.StyleHash}'; form-action 'self' {blobs.Origin}; base-uri 'none'; "
            + "frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
    }
}
