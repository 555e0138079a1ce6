using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Messages;

/// <summary>
/// Gives a group's message to its members: into their inboxes, then to the broker. It notes how far it is, and a second delivery of the
/// same does no harm, so it goes on where a process has died. It was promised to its sender, so while storage fails it is tried until it
/// has expired.
/// </summary>
public sealed partial class GroupQueue(GroupMessages messages, GroupStore groups, Blocks blocks, InboxStore inboxes, PubSubClient broker,
    TimeProvider clock, ILogger<GroupQueue> logger)
{
    const int PageSize = 100;
    const int AtOnce = 8;

    /// <summary>Works on one <see cref="GroupMessageWork"/>.</summary>
    [Function("messages-group")]
    public async Task Run([QueueTrigger(QueueNames.Messages)] string message, CancellationToken cancel)
    {
        var work = WorkQueues.Read<GroupMessageWork>(message);
        try
        {
            await Deliver(work, cancel);
        }
        catch (Exception fault) when ((fault is Problem || ErrorBoundary.IsOutage(fault)) && !cancel.IsCancellationRequested)
        {
            Log.Later(logger, work.Tenant, work.Tries, fault);
            await messages.DeliverLater(work, cancel);
        }
    }

    async Task Deliver(GroupMessageWork work, CancellationToken cancel)
    {
        var (tenant, id) = (work.Tenant, work.Id);
        if (BucketId.ParseId(id) is null || await messages.Find(tenant, id, cancel) is not { Done: false } sent) return;
        if (work.Tries > 0 && sent.Message.ExpiresAt <= clock.GetUtcNow()) return;
        var (said, from) = (sent.Message, sent.Message.From!);
        var blockers = await blocks.BlockersOf(tenant, from, cancel);
        for (var after = sent.After; ;)
        {
            var members = await groups.Members(tenant, said.To.Group!, after, PageSize, cancel);
            await Parallel.ForEachAsync(members.Select(member => member.User).Where(user => user != from && !blockers.Contains(user)),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
                async (user, stop) => await inboxes.TryAdd(tenant, user, said, stop));
            if (members.Count < PageSize) break;
            after = members[^1].User;
            await messages.Note(tenant, id, after, done: false, cancel);
        }
        // Who can't be told finds it in the inbox.
        var isHeard = await broker.TryTell(Topics.Group(tenant, said.To.Group!), said.Payload());
        Instruments.MessageSent(tenant, isHeard ? "group" : "unheard");
        await messages.Note(tenant, id, null, done: true, cancel);
    }

    static partial class Log
    {
        [LoggerMessage(84, LogLevel.Warning, "Tenant {Tenant}: a message to a group has to wait ({Tries} tries before): storage failed")]
        public static partial void Later(ILogger logger, string tenant, int tries, Exception fault);
    }
}
