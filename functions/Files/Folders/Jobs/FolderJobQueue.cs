using Latchkey.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Works on jobs that change folders, each for some time (<see cref="FolderJobTurns"/>).</summary>
public sealed class FolderJobQueue(FolderJobTurns turns, FolderWork work)
{
    /// <summary>Works on one <see cref="FolderJobMessage"/>.</summary>
    [Function("folder-jobs")]
    public Task Run([QueueTrigger(QueueNames.FolderJobs)] string message, CancellationToken cancel) => turns.Run(
        QueueNames.FolderJobs, message, null, (_, job) => work.Run(job, FolderJobTurns.MaxTime, cancel), cancel);
}
