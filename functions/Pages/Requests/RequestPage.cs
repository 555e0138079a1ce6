using System.Text.Encodings.Web;
using System.Text.Json;
using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Languages;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the page of a request for files shows.</summary>
/// <param name="Message">What whoever asks says, or null.</param>
/// <param name="Facts">Who asks, until when and for how much, in sentences.</param>
/// <param name="Files">The address that takes the files.</param>
/// <param name="Texts">The texts that the script shows, by their keys: JSON.</param>
public sealed record RequestModel(string? Message, IReadOnlyList<string> Facts, string Files, string Texts)
{
    /// <summary>The types that a browser offers first, as in the attribute <c>accept</c>.</summary>
    public required string Accept { get; init; }

    /// <summary>How many bytes a file may have.</summary>
    public required long MaxFileBytes { get; init; }
}

/// <summary>
/// The page of a request for files: who asks for what, and a form by which anybody hands files in. Its script sends them as any program
/// could (<see cref="RequestFiles"/>). It is public, because the secret in its path is the key. Of a request with a password it shows
/// nothing before that was given.
/// </summary>
public sealed class RequestPage(
    TenantPipeline pipeline, OpenFileRequests requests, LinkAdmissions admissions, LinkReplies replies, PageRenderer renderer,
    BlobOrigin blobs, TimeProvider clock)
{
    const string Folder = "hand-in";
    const string TextPrefix = "HandIn";

    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // In an attribute.

    /// <summary>
    /// <c>GET /{tenant}/r/{token}</c> → the page; 404 if there is no such request, 410 if it has ended, 409 if it has no room.
    /// </summary>
    [Function("request-page")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/r/{token}")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var tenant = request.Tenant;
            if (await requests.Find(tenant, LinkReplies.Token(http), request.Cancel) is not { } open)
                return await replies.NotFound(http, tenant);
            return await (open.Request.StatusAt(clock.GetUtcNow()) switch
            {
                FileRequestStatus.Closed => replies.Say(http, tenant, 410, Strings.RequestClosed, Strings.RequestEndedLead),
                FileRequestStatus.Expired => replies.Say(http, tenant, 410, Strings.RequestExpired, Strings.RequestEndedLead),
                FileRequestStatus.Full => replies.Say(http, tenant, 409, Strings.RequestFull, Strings.RequestFullLead),
                _ => ShowOrAsk(request, open),
            });
        }, replies.Failure);

    /// <summary><c>POST /{tenant}/r/{token}</c> with the <c>password</c> → 303 to the page, which this browser may see now.</summary>
    [Function("request-enter")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/r/{token}")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            request.Audit.Type = "request-enter";
            var open = await requests.Get(request.Tenant, LinkReplies.Token(http), request.Cancel);
            request.Audit.Target = open.Id;
            try
            {
                await requests.EnsurePassword(open, await LinkPage.Password(http), request.Cancel);
            }
            catch (Problem wrong) when (wrong.Code is "wrong_password" or "too_many_passwords")
            {
                request.Audit.Refusal = wrong.Code;
                return await Ask(request, wrong);
            }
            await admissions.Admit(request, open.Id, open.PasswordHash);
            return LinkReplies.Redirect(http, $"/{request.Tenant.Id}/r/{LinkReplies.Token(http)}");
        }, replies.Failure);

    /// <summary><c>GET /{tenant}/hand-in/{file}</c>: the page's script; 304 if the browser has it already (RFC 9110 §13.1.2).</summary>
    [Function("request-page-part")]
    public Task<IResult> File(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/hand-in/{file}")] HttpRequest http) =>
        pipeline.Page(http, request =>
            Task.FromResult(PageFile.Serve(request.Response, Folder, http.RouteValues["file"] as string)));

    async Task<IResult> ShowOrAsk(TenantRequest request, OpenFileRequest open) =>
        await admissions.IsAdmitted(request, open.Request.Id, open.Request.PasswordHash) ? await Show(request.Http, request.Tenant, open)
            : await Ask(request, null);

    Task<IResult> Ask(TenantRequest request, Problem? wrong)
    {
        LinkReplies.SetHeaders(request.Http);
        var page = new PageLayout(request.Tenant, Strings.RequestByNobody) { Status = wrong?.Status ?? 200, HasPassword = true };
        var error = wrong is null ? null : wrong.RetryAfter is { } wait ? Strings.TooManyTries(wait) : Strings.LinkWrongPassword;
        return renderer.Show<LinkView, LinkModel>(
            request.Http, page, new LinkModel("", NeedsPassword: true, error), wrong?.RetryAfter);
    }

    Task<IResult> Show(HttpRequest http, Tenant tenant, OpenFileRequest open)
    {
        LinkReplies.SetHeaders(http);
        var request = open.Request;
        var page = new PageLayout(tenant, request.Title)
        {
            Scripts = new PageScripts($"/{tenant.Id}/{Folder}", blobs.Value),
            Address = LanguagePage.BackTo(http),
        };
        string[] facts =
        [
            open.By.Name is { } name ? Strings.RequestBy(name) : Strings.RequestByNobody,
            Strings.RequestUntil(Texts.Time(request.ExpiresAt)),
            Strings.RequestMaxSize(LinkReplies.Size(request.MaxFileBytes)),
            .. request.ContentTypes.Count == 0 ? Array.Empty<string>() : [Strings.RequestTypes(string.Join(", ", request.ContentTypes))],
        ];
        var texts = JsonSerializer.Serialize(Texts.StartingWith(TextPrefix), Json);
        var model = new RequestModel(request.Message, facts, $"/{tenant.Id}/r/{LinkReplies.Token(http)}/files", texts)
        {
            Accept = string.Join(",", request.ContentTypes),
            MaxFileBytes = request.MaxFileBytes,
        };
        return renderer.Show<RequestView, RequestModel>(http, page, model);
    }
}
