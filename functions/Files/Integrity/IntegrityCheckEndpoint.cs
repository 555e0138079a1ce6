using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>The check of a tenant's files, for its administrators: what the last one found, and the next one now.</summary>
public sealed class IntegrityCheckEndpoint(TenantPipeline pipeline, IntegrityCheck check, IntegrityCheckStore store)
{
    const int PagesAtOnce = 5;

    /// <summary><c>GET /{tenant}/files-check</c> → the last check, done or not; 404 <c>not_checked</c> before the first.</summary>
    [Function("files-check-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files-check")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            FileJson.Ok(Answer(await store.Find(caller.Tenant.Id, caller.Cancel)
                ?? throw Problem.NotFound("not_checked", "These files have not been checked yet."))));

    /// <summary>
    /// <c>POST /{tenant}/files-check</c> → goes on with it, a thousand things at a time; send it until there is a
    /// <c>finishedAt</c>.
    /// </summary>
    [Function("files-check-run")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/files-check")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            FileJson.Ok(Answer((await check.Run(caller.Tenant.Id, PagesAtOnce, now: true, caller.Cancel))!)));

    static IntegrityCheckResponse Answer(IntegrityCheckState state) => new(
        state.StartedAt.UtcDateTime, state.FinishedAt?.UtcDateTime, state.Phase.ToString().ToLowerInvariant(), state.Records, state.Blobs,
        state.Missing, state.MissingIds, state.Orphans, state.OrphansDeleted, state.FoldersRemoved, state.PartsRepaired);

    sealed record IntegrityCheckResponse(
        DateTime StartedAt, DateTime? FinishedAt, string Phase, long Records, long Blobs, long Missing,
        IReadOnlyList<string> MissingIds, long Orphans, long OrphansDeleted, long FoldersRemoved, long PartsRepaired);
}
