using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>What became of a file.</summary>
/// <param name="Id">The file's id, as it was sent.</param>
/// <param name="Status">The HTTP status that the same request for this file alone would have had.</param>
/// <param name="Code">What was wrong; absent if nothing.</param>
public sealed record BulkResult(string Id, int Status, string? Code);

/// <summary>What became of each file, in the order of the request.</summary>
public sealed record BulkResponse(IReadOnlyList<BulkResult> Results);

/// <summary>Deletes, moves, restores or tags many files. Each is done or refused for itself, as by a request of its own.</summary>
public sealed class BulkFiles(TenantPipeline pipeline, BulkChanges changes)
{
    const int MaxBodyBytes = 256 * 1024;

    /// <summary><c>POST /{tenant}/files/bulk</c> <c>{action, ids, …}</c> → 200 <c>{results: [{id, status, code?}]}</c></summary>
    [Function("files-bulk")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/bulk")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.FilesWrite, async caller =>
        {
            var asked = await JsonBody.Read<BulkRequest>(request, MaxBodyBytes);
            var change = asked.Read();
            var results = await changes.Run(caller, asked, change);
            var refused = results.Count(result => result.Code is not null);
            caller.Audit.Detail = $"{asked.Action}: {results.Count - refused} done, {refused} refused";
            return FileJson.Ok(new BulkResponse(results));
        });
}
