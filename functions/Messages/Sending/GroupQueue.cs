using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>
/// Gives a group's message to its members: into their inboxes, then to the broker. It notes how far it is, and a second delivery of the
/// same does no harm, so it goes on where a process has died.
/// </summary>
public sealed class GroupQueue(GroupMessages messages, GroupStore groups, Blocks blocks, InboxStore inboxes, PubSubClient broker)
{
    const int PageSize = 100;
    const int AtOnce = 8;

    /// <summary>Works on one <see cref="GroupMessageWork"/>.</summary>
    [Function("messages-group")]
    public async Task Run([QueueTrigger(QueueNames.Messages)] string message, CancellationToken cancel)
    {
        var (tenant, id) = WorkQueues.Read<GroupMessageWork>(message);
        if (BucketId.ParseId(id) is null || await messages.Find(tenant, id, cancel) is not { Done: false } sent) return;
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
            await messages.Note(sent, after, done: false, cancel);
        }
        try
        {
            await broker.Send(Topics.Group(tenant, said.To.Group!), said.Payload(), cancel);
            Instruments.MessageSent(tenant, "group");
        }
        catch (Problem)
        {
            Instruments.MessageSent(tenant, "unheard"); // Who could not be told finds it in the inbox.
        }
        await messages.Note(sent, null, done: true, cancel);
    }
}
