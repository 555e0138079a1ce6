using System.Diagnostics;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Messages;

/// <summary>
/// Gives a group's message to its members, and an event to those whom it is about: into their inboxes, then to the broker. It notes how far
/// it is, and a second delivery of the same does no harm, so it goes on where a process has died. After five seconds it goes to the end of
/// the queue, and a tenant that has had ten waits while others do (<see cref="TenantShare"/>). It was promised to its sender, so while
/// storage fails it is tried until it has expired. Events beyond the tenant's limit (<see cref="SendingLimits"/>) are put off.
/// </summary>
public sealed partial class GroupQueue(GroupMessages messages, GroupAudience audience, GroupStore groups, Blocks blocks,
    InboxStore inboxes, TenantStore tenants, PubSubClient broker, TimeProvider clock, ILogger<GroupQueue> logger)
{
    const int PageSize = 100;
    const int AtOnce = 8;

    /// <summary>Works on one <see cref="GroupMessageWork"/>.</summary>
    [Function("messages-group")]
    public async Task Run([QueueTrigger(QueueNames.Messages)] string message, CancellationToken cancel)
    {
        var work = WorkQueues.Read<GroupMessageWork>(message);
        var time = Stopwatch.StartNew();
        try
        {
            if (await messages.TryWait(work, cancel)) return;
            try
            {
                if (!await Deliver(work, time, cancel)) await messages.Deliver(work.Tenant, work.Id, cancel);
            }
            finally
            {
                messages.Share.Add(work.Tenant, time.Elapsed);
            }
        }
        catch (Problem much) when (much.Status == 429)
        {
            await messages.DeliverLater(work, cancel, TimeSpan.FromSeconds(much.RetryAfter ?? 1));
        }
        catch (Exception fault) when ((fault is Problem || ErrorBoundary.IsOutage(fault)) && !cancel.IsCancellationRequested)
        {
            Log.Later(logger, work.Tenant, work.Tries, fault);
            await messages.DeliverLater(work, cancel);
        }
    }

    // False if there is more to do.
    async Task<bool> Deliver(GroupMessageWork work, Stopwatch time, CancellationToken cancel)
    {
        var id = work.Id;
        if (BucketId.ParseId(id) is null || await messages.Find(work.Tenant, id, cancel) is not { Done: false } sent) return true;
        var said = sent.Message;
        if (work.Tries > 0 && said.ExpiresAt <= clock.GetUtcNow()) return true;
        if (await tenants.Find(work.Tenant, cancel) is not { Messages.Enabled: true } tenant) return true;
        if (said.From is null && !tenant.Messages.Events) return true; // Switched off meanwhile.
        var deaf = await DeafTo(tenant, said, cancel);
        var all = await audience.Of(tenant.Id, said, cancel);
        var (place, told, before) = (sent.Place, sent.Told, default(Recipient));
        foreach (var to in all)
        {
            // Those before the place have it. If they are others by now, whoever came since has come too late.
            var order = place is null ? 1 : string.CompareOrdinal($"{to}", place.To);
            if (order < 0 || (order == 0 && place!.IsAll)) continue;
            var (after, copy) = (order == 0 ? place!.After : null, said with { To = to });
            if (after is null && said.From is null && !await TryCount(tenant, id, to, before, told, cancel)) continue;
            before = to;
            var hears = to.Group is not null;
            for (var more = true; more;)
            {
                var some = await Some(tenant.Id, to, after, cancel);
                List<string> hearing = [.. some.Where(user => !deaf.Contains(user))];
                hears |= hearing.Count > 0;
                await Parallel.ForEachAsync(hearing,
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
                    async (user, stop) => await inboxes.TryAdd(tenant.Id, user, copy, stop));
                (told, more) = (told + some.Count, to.Group is not null && some.Count == PageSize);
                if (!more) break;
                after = some[^1];
                await messages.Note(tenant.Id, id, new($"{to}", after), told, cancel);
                if (time.Elapsed >= messages.TurnTime) return false;
            }
            if (hears) await Tell(tenant, to, copy, cancel);
            var isOver = time.Elapsed >= messages.TurnTime;
            if (to == all[^1] || (to.Group is null && !isOver)) continue;
            await messages.Note(tenant.Id, id, GroupPlace.Behind(to), told, cancel);
            if (isOver) return false;
        }
        await messages.NoteDone(tenant.Id, id, cancel);
        return true;
    }

    // What has to wait goes on behind those who have it.
    async Task<bool> TryCount(Tenant tenant, string id, Recipient to, Recipient? before, int told, CancellationToken cancel)
    {
        try
        {
            return await audience.TryCount(tenant, to, told, cancel);
        }
        catch (Problem much) when (much.Status == 429 && before is not null)
        {
            await messages.Note(tenant.Id, id, GroupPlace.Behind(before), told, cancel);
            throw;
        }
    }

    // Who wrote it, and who has blocked whoever is behind it.
    async Task<HashSet<string>> DeafTo(Tenant tenant, Message said, CancellationToken cancel)
    {
        HashSet<string> deaf = new(StringComparer.Ordinal);
        foreach (var from in GroupAudience.Senders(said)) deaf.UnionWith(await blocks.BlockersOf(tenant.Id, from, cancel));
        if (said.From is { } sender) deaf.Add(sender);
        return deaf;
    }

    async Task<IReadOnlyList<string>> Some(string tenant, Recipient to, string? after, CancellationToken cancel)
    {
        if (to.Group is { } group) return [.. (await groups.Members(tenant, group, after, PageSize, cancel)).Select(one => one.User)];
        return await audience.Hears(tenant, to.User!, cancel) ? [to.User!] : [];
    }

    // Those who belong to the group by its rule read it where all of them do. Who can't be told finds it in the inbox.
    async Task Tell(Tenant tenant, Recipient to, Message copy, CancellationToken cancel)
    {
        if (to.Group is { } group && tenant.GroupRules.TryGetValue(group, out var rule))
            await inboxes.TryAdd(tenant.Id, InboxStore.OfRule(rule), copy, cancel);
        var topic = to.Group is { } name ? Topics.Group(tenant.Id, name) : Topics.Inbox(tenant.Id, to.User!);
        var isHeard = await broker.TryTell(topic, copy.Payload());
        Instruments.MessageSent(tenant.Id, isHeard ? to.Kind : "unheard");
    }

    static partial class Log
    {
        [LoggerMessage(84, LogLevel.Warning, "Tenant {Tenant}: a message to a group has to wait ({Tries} tries before): storage failed")]
        public static partial void Later(ILogger logger, string tenant, int tries, Exception fault);
    }
}
