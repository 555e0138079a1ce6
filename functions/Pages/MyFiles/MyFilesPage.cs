using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace Latchkey.Pages;

/// <summary>Where the bytes of files go to and come from: scheme, host and port.</summary>
public sealed record BytesOrigin(string Value);

/// <summary>What the page's program has to know.</summary>
/// <param name="Issuer">The tenant.</param>
/// <param name="ClientId">Who the program is.</param>
public sealed record MyFilesModel(string Issuer, string ClientId);

/// <summary>
/// A person's files in a browser. The page itself says nothing about anybody and asks for no sign-in: it is the frame of a
/// program that signs in and uses the file service as any app does (<see cref="MyFilesClient"/>).
/// </summary>
public sealed class MyFilesPage(TenantPipeline pipeline, PageRenderer renderer, ResponsePages pages, BytesOrigin bytes)
{
    /// <summary><c>GET /{tenant}/my-files</c>. The query is the program's: it holds the answer to its sign-in.</summary>
    [Function("my-files")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/my-files")] HttpRequest request) =>
        pipeline.Page(request, (tenant, _) =>
        {
            var program = new PageProgram($"/{tenant.Id}/{MyFilesClient.Id}", bytes.Value);
            return renderer.Show<MyFilesView, MyFilesModel>(request,
                new PageLayout(tenant, Strings.MyFiles) { Program = program }, new MyFilesModel(tenant.Issuer, MyFilesClient.Id));
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>GET /{tenant}/my-files/{file}</c>: a module or the style sheet; 304 if the browser has it (RFC 9110 §13.1.2).</summary>
    [Function("my-files-part")]
    public Task<IResult> Part(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/my-files/{file}")] HttpRequest request) =>
        pipeline.Page(request, (_, _) =>
        {
            var part = PagePart.Find(request.RouteValues["file"] as string)
                ?? throw Problem.NotFound("part_not_found", "The page has no such part.");
            var headers = request.HttpContext.Response.Headers;
            // Kept, but asked for again each time, so that an update never mixes two versions for longer than one load.
            headers.CacheControl = "no-cache";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            return Task.FromResult(Results.Bytes(part.Bytes, part.ContentType, entityTag: new EntityTagHeaderValue(part.ETag)));
        }, (tenant, problem) => pages.Failure(request, tenant, problem));
}
