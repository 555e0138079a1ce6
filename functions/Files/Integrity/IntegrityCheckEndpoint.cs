using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>The integrity check of a tenant's files, for its administrators: reads the result of the last one, or runs one now.</summary>
public sealed class IntegrityCheckEndpoint(TenantPipeline pipeline, IntegrityCheck check, IntegrityCheckStore store)
{
    const int PagesAtOnce = 5;

    /// <summary><c>GET /{tenant}/files-check</c> → the last check, finished or not; 404 <c>not_checked</c> before the first.</summary>
    [Function("files-check-read")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/files-check")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            FileJson.Ok(Answer(await store.Find(caller.Tenant.Id, caller.Cancel)
                ?? throw Problem.NotFound("not_checked", "The files have not been checked yet."))));

    /// <summary>
    /// <c>POST /{tenant}/files-check</c> → continues the check by a thousand items. Repeat it until there is a <c>finishedAt</c>.
    /// </summary>
    [Function("files-check-run")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/files-check")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            FileJson.Ok(Answer((await check.Run(caller.Tenant.Id, PagesAtOnce, now: true, caller.Cancel))!)));

    static IntegrityCheckResponse Answer(IntegrityCheckState state) => new()
    {
        StartedAt = state.StartedAt.UtcDateTime,
        FinishedAt = state.FinishedAt?.UtcDateTime,
        Phase = state.Phase.ToString().ToLowerInvariant(),
        Records = state.Records,
        Blobs = state.Blobs,
        Missing = state.Missing,
        MissingIds = state.MissingIds,
        Orphans = state.Orphans,
        OrphansDeleted = state.OrphansDeleted,
        FoldersRemoved = state.FoldersRemoved,
        PartsRepaired = state.PartsRepaired,
    };

    sealed record IntegrityCheckResponse
    {
        public required DateTime StartedAt { get; init; }

        public DateTime? FinishedAt { get; init; }

        public required string Phase { get; init; }

        public long Records { get; init; }

        public long Blobs { get; init; }

        public long Missing { get; init; }

        public required IReadOnlyList<string> MissingIds { get; init; }

        public long Orphans { get; init; }

        public long OrphansDeleted { get; init; }

        public long FoldersRemoved { get; init; }

        public long PartsRepaired { get; init; }
    }
}
