using System.Collections.Concurrent;
using System.Threading.Channels;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tenancy;

/// <summary>
/// Writes the audit in the background: requests never wait for it and never fail because of it. Entries go into a bounded
/// queue and from there in batches to the tables. No tenant may fill more of the queue than it leaves free for the others. An
/// entry that does not fit, or that storage refuses for some seconds, is dropped and counted; one <c>audit.dropped</c> entry
/// reports the number as soon as writing works again. The first entry waits a moment for others (<see cref="AuditPause"/>), so that one
/// transaction takes many. A killed process loses what it has not written: usually that moment's worth, at most what is in the queue.
/// </summary>
public sealed partial class AuditLog(
    AuditTables audit, AuditPause pause, RoundTrips roundTrips, Settings settings, TimeProvider clock, ILogger<AuditLog> logger)
    : IHostedService
{
    /// <summary>Capacity of the queue. One tenant may fill at most as much as is left free, so a flood from one takes half.</summary>
    public const int Capacity = 20_000;

    const int MaxAtOnce = 1000;
    const int Writers = 8;

    static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(5);
    static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];

    readonly Channel<AuditEntry> queue = Channel.CreateBounded<AuditEntry>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    readonly ConcurrentDictionary<string, int> dropped = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, int> waiting = new(StringComparer.Ordinal);
    readonly TaskCompletionSource stopping = new();
    Task writing = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        writing = Task.Run(WriteAll, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Writes the remaining entries, for some seconds at most.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        stopping.TrySetResult();
        await Task.WhenAny(writing, Task.Delay(Shutdown, CancellationToken.None));
    }

    /// <summary>Runs a request's handler and records its outcome, if the audit context has a type by then.</summary>
    public async Task<IResult> Record(HttpRequest request, Tenant tenant, Func<Task<IResult>> handle)
    {
        try
        {
            var answer = await handle();
            var status = (answer as IStatusCodeHttpResult)?.StatusCode;
            Add(request, tenant, status >= 400 ? $"{status}" : "ok");
            return answer;
        }
        catch (Exception fault)
        {
            var audit = AuditContext.Of(request);
            // A device that polls again is not an action.
            if (fault is OAuthError { Code: "authorization_pending" or "slow_down" }) audit.Type = null;
            if (fault is OAuthError { Code: "invalid_client" } client) audit.Client ??= client.About;
            else if (fault is OAuthError error) audit.Actor ??= error.About;
            Add(request, tenant, Code(fault), (fault as OAuthError)?.Detail);
            throw;
        }
    }

    void Add(HttpRequest request, Tenant tenant, string result, string? reason = null)
    {
        var audit = AuditContext.Of(request);
        if (audit.Type is not { } type) return;
        var detail = string.Join("; ", new[] { audit.Detail, reason }.Where(text => text is not null));
        Add(new AuditEntry(tenant.Id, clock.GetUtcNow(), type, audit.Actor, audit.Client, audit.Target,
            CallerAddress.Of(request, settings.FrontDoorId), audit.Refusal ?? result, detail.Length == 0 ? null : detail));
    }

    /// <summary>Records an action of no request: of a timer, or of work that continues after a response.</summary>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="type">The type of action.</param>
    /// <param name="target">The id of its object, or null.</param>
    /// <param name="detail">Details in words of our own, or null.</param>
    public void Add(string tenant, string type, string? target, string? detail) =>
        Add(tenant, type, null, null, target, detail);

    /// <summary>Records an action of no request for which a user or client is responsible.</summary>
    public void Add(string tenant, string type, string? actor, string? client, string? target, string? detail) =>
        Add(new AuditEntry(tenant, clock.GetUtcNow(), type, actor, client, target, "-", "ok", detail));

    void Add(AuditEntry entry)
    {
        var before = waiting.AddOrUpdate(entry.Tenant, 1, (_, count) => count + 1) - 1;
        if (before < Capacity - queue.Reader.Count && queue.Writer.TryWrite(entry)) return;
        CountDown(entry.Tenant);
        Drop(entry.Tenant, 1);
    }

    void CountDown(string tenant)
    {
        if (waiting.AddOrUpdate(tenant, 0, (_, count) => count - 1) == 0) waiting.TryRemove(KeyValuePair.Create(tenant, 0));
    }

    static string Code(Exception fault) => fault switch
    {
        Problem problem => problem.Code,
        OAuthError error => error.Code,
        OperationCanceledException => "cancelled",
        _ => "failed",
    };

    async Task WriteAll()
    {
        using var aside = roundTrips.NotCounted();
        var entries = new List<AuditEntry>();
        while (await WaitForWork())
        {
            await WaitForMore();
            entries.Clear();
            while (entries.Count < MaxAtOnce && queue.Reader.TryRead(out var entry))
            {
                entries.Add(entry);
                CountDown(entry.Tenant);
            }
            foreach (var tenant in dropped.Keys)
            {
                if (dropped.TryRemove(tenant, out var count)) entries.Add(DroppedEntry(tenant, count));
            }
            var batches = entries.GroupBy(entry => (entry.Tenant, Day: ExpiringTables.Bucket(entry.At)))
                .SelectMany(group => group.Chunk(Table.MaxTransactionRows)
                    .Select(chunk => (group.Key.Tenant, group.Key.Day, Entries: chunk)));
            await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = Writers },
                async (batch, _) => await Write(batch.Tenant, batch.Day, batch.Entries));
        }
    }

    // Dropped entries are reported even if nothing else happens, but a storage that fails is given time to recover.
    async Task<bool> WaitForWork()
    {
        var more = queue.Reader.WaitToReadAsync().AsTask();
        if (!dropped.IsEmpty) await Task.WhenAny(more, Task.Delay(Pauses[^1]));
        return (!more.IsCompleted && !dropped.IsEmpty) || await more;
    }

    Task WaitForMore() =>
        queue.Reader.Count < MaxAtOnce ? Task.WhenAny(stopping.Task, Task.Delay(pause.Time)) : Task.CompletedTask;

    async Task Write(string tenant, string day, AuditEntry[] entries)
    {
        var rows = entries.Select(entry =>
            new TableTransactionAction(TableTransactionActionType.UpsertReplace, AuditTables.Row(entry))).ToList();
        foreach (var wait in (IEnumerable<TimeSpan?>)[.. Pauses, null])
        {
            try
            {
                if (await audit.Tables.For(day).TryTransact(rows, CancellationToken.None)) return;
            }
            catch (Exception fault)
            {
                Log.NotWritten(logger, tenant, entries.Length, fault.Message);
            }
            if (wait is { } time) await Task.Delay(time);
        }
        foreach (var entry in entries)
            Drop(tenant, entry.Type == Dropped && int.TryParse(entry.Detail, out var before) ? before : 1);
    }

    const string Dropped = "audit.dropped";

    AuditEntry DroppedEntry(string tenant, int count) =>
        new(tenant, clock.GetUtcNow(), Dropped, null, null, null, "-", "ok", $"{count}");

    void Drop(string tenant, int count)
    {
        dropped.AddOrUpdate(tenant, count, (_, before) => before + count);
        Instruments.AuditDropped(tenant, count);
    }

    static partial class Log
    {
        [LoggerMessage(66, LogLevel.Error, "Tenant {Tenant}: {Count} audit entries not written. {Why}")]
        public static partial void NotWritten(ILogger logger, string tenant, int count, string why);
    }
}
