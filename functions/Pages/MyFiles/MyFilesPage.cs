using System.Text.Encodings.Web;
using System.Text.Json;
using Latchkey.Access;
using Latchkey.Languages;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>The origin of Blob Storage, where files are uploaded and downloaded: scheme, host and port.</summary>
public sealed record BlobOrigin(string Value);

/// <summary>What the page's scripts have to know.</summary>
/// <param name="Issuer">The tenant's issuer.</param>
/// <param name="ClientId">The client that the page is.</param>
/// <param name="Texts">The texts that the scripts show, by their keys: JSON.</param>
/// <param name="SuggestsPeople">True if the tenant lets its users find each other (<see cref="AccountRules.PeopleSearch"/>).</param>
public sealed record MyFilesModel(string Issuer, string ClientId, string Texts, bool SuggestsPeople);

/// <summary>
/// A user's files in a browser. The page itself contains nothing about anybody and needs no sign-in: its scripts sign in and
/// use the file service as any app does (<see cref="MyFilesClient"/>).
/// </summary>
public sealed class MyFilesPage(TenantPipeline pipeline, PageRenderer renderer, BlobOrigin blobOrigin)
{
    /// <summary>The keys of the texts that the page's scripts show begin with this.</summary>
    public const string TextPrefix = "Files";

    static readonly string[] Styles = [.. PageFile.NamesIn(MyFilesClient.Id).Where(name => name.EndsWith(".css", StringComparison.Ordinal))
        .OrderBy(name => name.Contains('/'))]; // What all parts share comes first.

    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // In an attribute.

    /// <summary><c>GET /{tenant}/my-files</c>. The query belongs to the scripts: it holds the response to their sign-in.</summary>
    [Function("my-files")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/my-files")] HttpRequest http) =>
        pipeline.Page(http, request =>
        {
            var tenant = request.Tenant;
            var scripts = new PageScripts($"/{tenant.Id}/{MyFilesClient.Id}", blobOrigin.Value) { Styles = Styles, Installable = true };
            var texts = JsonSerializer.Serialize(Texts.StartingWith(TextPrefix), Json);
            return renderer.Show<MyFilesView, MyFilesModel>(http,
                new PageLayout(tenant, Strings.MyFiles) { Scripts = scripts },
                new MyFilesModel(tenant.Issuer, MyFilesClient.Id, texts, tenant.Accounts.PeopleSearch));
        });

    /// <summary>
    /// <c>GET /{tenant}/my-files/{file}</c>: a script module, a style sheet, or what installs the page as an app; 304 if the browser has
    /// it already (RFC 9110 §13.1.2).
    /// </summary>
    [Function("my-files-part")]
    public Task<IResult> File(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/my-files/{file}")] HttpRequest http) =>
        pipeline.Page(http, request =>
        {
            var (response, name) = (request.Response, http.RouteValues["file"] as string);
            return Task.FromResult(MyFilesInstallation.Find(request.Tenant, name) is { } made
                ? MyFilesInstallation.Serve(response, request.Tenant, made) : PageFile.Serve(response, MyFilesClient.Id, name));
        });

    /// <summary><c>GET /{tenant}/my-files/{folder}/{file}</c>: the same for a file in one of the folders.</summary>
    [Function("my-files-folder-part")]
    public Task<IResult> FileIn(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/my-files/{folder}/{file}")] HttpRequest http) =>
        pipeline.Page(http, request => Task.FromResult(
            PageFile.Serve(request.Response, MyFilesClient.Id, $"{http.RouteValues["folder"]}/{http.RouteValues["file"]}")));
}
