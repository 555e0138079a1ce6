using System.Collections.Concurrent;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.Extensions.Logging;

namespace Latchkey.Files;

/// <summary>The message of the queue <see cref="QueueNames.Renditions"/>: a file whose renditions are to be made.</summary>
public sealed record RenditionMessage(string Tenant, string File);

/// <summary>
/// Asks for the renditions of pictures, by the queue. If a message is lost, whoever wants to see a thumbnail asks again.
/// </summary>
public sealed partial class RenditionRequests(WorkQueues queues, TimeProvider clock, ILogger<RenditionRequests> logger)
{
    const int MaxRemembered = 10_000;

    static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3); // A caller waits for it.

    readonly ConcurrentDictionary<string, DateTimeOffset> asked = new(StringComparer.Ordinal);

    /// <summary>Asks, if the file is a picture whose renditions are due; of one file at most once a minute. A failure is only
    /// logged.</summary>
    public async Task Ask(FileRecord file)
    {
        var now = clock.GetUtcNow();
        if (!Thumbnails.AreDue(file, now)) return;
        if (asked.TryGetValue(file.Content, out var before) && now - before < AskAgainAfter) return;
        if (asked.Count >= MaxRemembered) asked.Clear();
        asked[file.Content] = now;
        try
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            await queues.Send(QueueNames.Renditions, new RenditionMessage(file.Tenant, file.Id), patience.Token);
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault))
        {
            asked.TryRemove(file.Content, out _);
            Log.NotAsked(logger, file.Tenant, file.Id, fault);
        }
    }

    static partial class Log
    {
        [LoggerMessage(67, LogLevel.Warning, "Renditions of tenant {Tenant}, file {FileId} were not asked for")]
        public static partial void NotAsked(ILogger logger, string tenant, string fileId, Exception fault);
    }
}
