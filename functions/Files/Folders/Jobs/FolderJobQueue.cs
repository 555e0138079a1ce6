using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>
/// Works on jobs that change folders, each for ten seconds (<see cref="FolderJobTurns"/>). The queue serves who comes first. A tenant that
/// has had two turns waits while others do: so its jobs, however large, hold up another tenant's for 20 seconds and the 20 files that it is
/// at.
/// </summary>
public sealed class FolderJobQueue(FolderJobTurns turns, FolderWork work)
{
    /// <summary>Works on one <see cref="FolderJobMessage"/>.</summary>
    [Function("folder-jobs")]
    public Task Run([QueueTrigger(QueueNames.FolderJobs)] string message, CancellationToken cancel) => turns.Run(
        QueueNames.FolderJobs, message, work.Share, (_, job) => work.Run(job, FolderWork.SliceTime, cancel), cancel);
}
