using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Works on archives, each for some time (<see cref="FolderJobTurns"/>). The queue serves who comes first, and a tenant that has had its
/// share of the time waits.
/// </summary>
public sealed class ArchiveQueue(FolderJobTurns turns, ArchiveWork work, ArchivePlaces places)
{
    /// <summary>Works on one <see cref="FolderJobMessage"/>.</summary>
    [Function("archives")]
    public Task Run([QueueTrigger(QueueNames.Archives)] string message, CancellationToken cancel) => turns.Run(
        QueueNames.Archives, message, places.Share, (tenant, job) => work.Run(tenant, job, FolderJobTurns.MaxTime, cancel), cancel);
}
