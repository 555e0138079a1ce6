using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tenancy;

/// <summary>Whose connections are closed.</summary>
public enum ClosingKind
{
    /// <summary>Those of users.</summary>
    User,

    /// <summary>Those of a client.</summary>
    Client,

    /// <summary>Those of the whole tenant.</summary>
    Tenant,
}

/// <summary>A message of the queue <see cref="QueueNames.MessageClosings"/>.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Kind">Whose.</param>
/// <param name="Ids">Their ids.</param>
/// <param name="Tries">How often that has failed.</param>
public sealed record ClosingMessage(string Tenant, ClosingKind Kind, IReadOnlyList<string> Ids, int Tries = 0);

/// <summary>
/// Has connections for messages closed when what they were allowed by ends. A change that ends something is made between two messages to
/// the queue: the first, sent before it, comes after every key has expired that was issued before the change; the second comes at once. So
/// a process that dies after the change is late but forgets nothing, and whoever connects again with a key that they still have is closed
/// once more. Where there are no messages it costs nothing.
/// </summary>
public sealed partial class ConnectionClosings(WorkQueues queues, Settings settings, ILogger<ConnectionClosings> logger)
{
    /// <summary>How long a key opens connections.</summary>
    public static readonly TimeSpan KeyTime = TimeSpan.FromMinutes(5);

    // A change is made within a minute, and clocks differ.
    static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    /// <summary>True if the tenant has messages.</summary>
    public bool IsOn(Tenant? tenant) => settings.Messages is not null && tenant?.Messages.Enabled is true;

    /// <summary>Makes a change that ends what these connections are allowed by.</summary>
    public Task<T> Around<T>(Tenant? tenant, ClosingKind kind, string id, Func<Task<T>> change, CancellationToken cancel) =>
        Around(tenant, kind, [id], change, cancel);

    /// <summary>The same, for several.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="kind">Whose connections.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="isLateEnough">True where the caller can't repeat the change, and has more to do after it: while the queue does not
    /// respond it fails nothing, and the connections end with their hour.</param>
    public async Task<T> Around<T>(Tenant? tenant, ClosingKind kind, IReadOnlyList<string> ids, Func<Task<T>> change,
        CancellationToken cancel, bool isLateEnough = false)
    {
        if (!IsOn(tenant) || ids.Count == 0) return await change();
        var message = new ClosingMessage(tenant!.Id, kind, ids);
        var isNoted = await TrySend(message, KeyTime + Margin, cancel);
        var done = await change();
        // The change matters more than the connection. But whoever asked for it hears that it is to be asked for again.
        if (!isNoted && !isLateEnough)
            await queues.Send(QueueNames.MessageClosings, message, CancellationToken.None, KeyTime + Margin);
        if (!await TrySend(message, null, CancellationToken.None) && !isNoted) Log.NotClosed(logger, tenant.Id);
        return done;
    }

    // The queues lie in another account than the tables, and what ends somebody's access does not wait for it.
    async Task<bool> TrySend(ClosingMessage message, TimeSpan? delay, CancellationToken cancel)
    {
        try
        {
            await queues.Send(QueueNames.MessageClosings, message, cancel, delay);
            return true;
        }
        catch (Exception fault) when (ErrorBoundary.IsOutage(fault) && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    static partial class Log
    {
        [LoggerMessage(82, LogLevel.Warning, "Tenant {Tenant}: connections for messages stay until their hour is over: the queue failed")]
        public static partial void NotClosed(ILogger logger, string tenant);
    }
}
