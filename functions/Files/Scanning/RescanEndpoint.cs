using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Malware scanning of a tenant, for its administrators: whether there is a scanner, and the scan of all its files once more, for example
/// with new signatures.
/// </summary>
public sealed class RescanEndpoint(
    TenantPipeline pipeline, RescanStore store, ClamAvScanner clamAv, WorkQueues queues, TenantStore tenants, Settings settings,
    TimeProvider clock)
{
    static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(2);

    /// <summary><c>GET /{tenant}/admin/files-scan</c> → <c>{enabled, scanner, up?, lastRun?}</c></summary>
    [Function("admin-files-scan")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/files-scan")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            FileJson.Ok(await Answer(caller, await store.Find(caller.Tenant.Id, caller.Cancel))));

    /// <summary>
    /// <c>POST /{tenant}/admin/files-scan</c> → 202: all files are scanned once more, in the background; a run that has not finished goes
    /// on. 409 <c>no_scanner</c>, <c>scanned_by_defender</c>.
    /// </summary>
    [Function("admin-files-scan-run")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/admin/files-scan")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            settings.Scan.EnsureScanner();
            if (settings.Scan.Mode == ScanMode.Defender)
            {
                throw Problem.Conflict("scanned_by_defender",
                    "Defender for Storage scans here. Start its on-demand scan of the storage account in Azure; its results count here.");
            }
            var (state, isNew) = await Begin(caller);
            // Each message would be one more worker on the same files.
            if (isNew || state.SavedAt is not { } at || clock.GetUtcNow() - at >= AskAgainAfter)
                await queues.Send(QueueNames.Rescans, new RescanMessage(caller.Tenant.Id, state.Run), caller.Cancel);
            return FileJson.Accepted(request, $"{caller.Tenant.Issuer}/admin/files-scan", await Answer(caller, state));
        });

    async Task<(RescanState State, bool IsNew)> Begin(Caller caller)
    {
        var (tenant, isNew) = (caller.Tenant.Id, false);
        var state = await FileRetry.Run(async () =>
        {
            var before = await store.Find(tenant, caller.Cancel);
            isNew = before is not { FinishedAt: null };
            if (!isNew) return before;
            var now = clock.GetUtcNow();
            var begun = new RescanState { Run = Ids.New(), StartedAt = now, SavedAt = now, ETag = before?.ETag };
            return await store.TrySave(tenant, begun, caller.Cancel) ? begun : null;
        });
        return (state, isNew);
    }

    async Task<ScanningResponse> Answer(Caller caller, RescanState? state) => new()
    {
        Enabled = (await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant).MalwareScanning,
        Scanner = settings.Scan.Mode.ToString().ToLowerInvariant(),
        Up = settings.Scan.Mode == ScanMode.ClamAv ? await clamAv.IsUp(caller.Cancel) : null,
        LastRun = state is null ? null
            : new(state.StartedAt.UtcDateTime, state.FinishedAt?.UtcDateTime, state.Scanned, state.Infected, state.Failed),
    };

    sealed record ScanningResponse
    {
        public required bool Enabled { get; init; }

        public required string Scanner { get; init; }

        public bool? Up { get; init; }

        public RunResponse? LastRun { get; init; }
    }

    sealed record RunResponse(DateTime StartedAt, DateTime? FinishedAt, long Scanned, long Infected, long Failed);
}
