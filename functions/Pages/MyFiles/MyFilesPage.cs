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
public sealed record MyFilesModel(string Issuer, string ClientId);

/// <summary>
/// A user's files in a browser. The page itself contains nothing about anybody and needs no sign-in: its scripts sign in and
/// use the file service as any app does (<see cref="MyFilesClient"/>).
/// </summary>
public sealed class MyFilesPage(TenantPipeline pipeline, PageRenderer renderer, BlobOrigin blobOrigin)
{
    /// <summary><c>GET /{tenant}/my-files</c>. The query belongs to the scripts: it holds the response to their sign-in.</summary>
    [Function("my-files")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/my-files")] HttpRequest http) =>
        pipeline.Page(http, request =>
        {
            var tenant = request.Tenant;
            LanguageContext.Current.Language = Language.English; // The texts of its scripts are in English only.
            var scripts = new PageScripts($"/{tenant.Id}/{MyFilesClient.Id}", blobOrigin.Value) { Styled = true };
            return renderer.Show<MyFilesView, MyFilesModel>(http,
                new PageLayout(tenant, Strings.MyFiles) { Scripts = scripts }, new MyFilesModel(tenant.Issuer, MyFilesClient.Id));
        });

    /// <summary>
    /// <c>GET /{tenant}/my-files/{file}</c>: a script module or the style sheet; 304 if the browser has it already (RFC 9110
    /// §13.1.2).
    /// </summary>
    [Function("my-files-part")]
    public Task<IResult> File(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/my-files/{file}")] HttpRequest http) =>
        pipeline.Page(http, request =>
            Task.FromResult(PageFile.Serve(request.Response, MyFilesClient.Id, http.RouteValues["file"] as string)));
}
