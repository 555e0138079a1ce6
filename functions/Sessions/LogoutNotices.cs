using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Sessions;

/// <summary>An app that has to be told that one session, or all sessions of a user, have ended.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="ClientId">The app.</param>
/// <param name="UserId">The user.</param>
/// <param name="SessionId">The session; null: all of the user's sessions with the app.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="Tries">How often the timer has taken it.</param>
public sealed record LogoutNotice(string Tenant, string ClientId, string UserId, string? SessionId, DateTimeOffset CreatedAt, int Tries)
{
    /// <summary>The bucket of its table.</summary>
    public required string Bucket { get; init; }

    /// <summary>Its row.</summary>
    public required TableEntity Row { get; init; }
}

/// <summary>
/// Which apps are still to be told of ended sessions (SCHEMA.md, tables LogoutNotices…; OpenID Connect Back-Channel Logout 1.0). A
/// notice is written before the sessions end, so that none is lost if the process dies; then the app may be told of a session that
/// lives on, which costs its user one more sign-in. A tenant without an app that has a <see cref="Client.BackchannelLogoutUri"/> pays
/// nothing for this: its sessions end without a read or write more.
/// </summary>
public sealed class LogoutNotices(StorageClients storage, UserSessions userSessions, ClientStore clients, TimeProvider clock)
{
    /// <summary>How long Latchkey keeps trying to tell the app, from when the notice was written.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    const int MaxWaiting = 1000;

    // For how long the timer leaves a new notice to the instance that wrote it.
    static readonly TimeSpan HeadStart = TimeSpan.FromMinutes(1);
    static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(5);
    static readonly TimeSpan MaxPause = TimeSpan.FromHours(4);

    // What does not fit is sent by the timer.
    readonly Channel<LogoutNotice> written = Channel.CreateBounded<LogoutNotice>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    readonly ExpiringTables tables = new(storage.Tables, TableNames.LogoutNotices);

    /// <summary>The notices that this instance has written and whose sessions have ended: they can be sent at once.</summary>
    public IAsyncEnumerable<LogoutNotice> Written(CancellationToken cancel) => written.Reader.ReadAllAsync(cancel);

    /// <summary>Writes the notices for these sessions, which are about to end. Hand the result to <see cref="Send"/> afterwards.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The sessions' user.</param>
    /// <param name="which">Which of the user's sessions end.</param>
    /// <param name="all">True if these are all of the user's sessions with each of their apps.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<IReadOnlyList<LogoutNotice>> Write(
        Tenant tenant, string userId, Func<UserSession, bool> which, bool all, CancellationToken cancel)
    {
        if (!tenant.HasBackchannelLogout) return [];
        return await Write(tenant, userId, (await userSessions.List(tenant, userId, cancel)).Where(which), all, cancel);
    }

    /// <summary>The same for sessions that are known.</summary>
    public async Task<IReadOnlyList<LogoutNotice>> Write(
        Tenant tenant, string userId, IEnumerable<UserSession> sessions, bool all, CancellationToken cancel)
    {
        if (!tenant.HasBackchannelLogout) return [];
        var (notices, now) = (new List<LogoutNotice>(), clock.GetUtcNow()); // One day for all: a transaction is in one table.
        foreach (var app in sessions.GroupBy(session => session.ClientId))
        {
            if (await clients.Find(tenant, app.Key, cancel) is not { BackchannelLogoutUri: not null } client) continue;
            // §2.4: without a sid, the app ends all sessions of the user.
            if (all && !client.BackchannelLogoutSession) notices.Add(New(tenant, client, userId, null, now));
            else notices.AddRange(app.Select(session => New(tenant, client, userId, session.SessionId, now)));
        }
        foreach (var batch in notices.Chunk(Table.MaxTransactionRows))
        {
            var rows = batch.Select(notice => new TableTransactionAction(TableTransactionActionType.UpsertReplace, notice.Row)).ToList();
            await tables.For(batch[0].Bucket).TryTransact(rows, cancel);
        }
        return notices;
    }

    /// <summary>Sends notices, in the background, now that their sessions have ended.</summary>
    public void Send(IEnumerable<LogoutNotice> notices)
    {
        foreach (var notice in notices) written.Writer.TryWrite(notice);
    }

    /// <summary>
    /// The notices whose time has come, each taken by a conditional write, so that no other instance sends it as well. It comes again
    /// after a pause that doubles, unless it is removed.
    /// </summary>
    public async IAsyncEnumerable<LogoutNotice> Take([EnumeratorCancellation] CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var bucket in await tables.Buckets(cancel))
        {
            await foreach (var row in tables.For(bucket).Scan($"At le {now}", cancel))
            {
                var tries = row.GetInt32("Tries")!.Value;
                var pause = FirstPause * Math.Pow(2, Math.Min(tries, 10));
                (row["Tries"], row["At"]) = (tries + 1, now + (pause < MaxPause ? pause : MaxPause));
                if (await tables.For(bucket).TryReplace(row, cancel)) yield return Read(bucket, row);
            }
        }
    }

    /// <summary>Removes a notice that was sent, or is given up.</summary>
    public Task Remove(LogoutNotice notice) =>
        tables.For(notice.Bucket).TryDelete(notice.Row.PartitionKey, notice.Row.RowKey, CancellationToken.None);

    /// <summary>Removes notices of sessions that did not end after all.</summary>
    public async Task Withdraw(IReadOnlyList<LogoutNotice> notices)
    {
        foreach (var batch in notices.Chunk(Table.MaxTransactionRows))
        {
            var rows = batch.Select(notice =>
                new TableTransactionAction(TableTransactionActionType.Delete, notice.Row, Azure.ETag.All)).ToList();
            await tables.For(batch[0].Bucket).TryTransact(rows, CancellationToken.None);
        }
    }

    static LogoutNotice New(Tenant tenant, Client client, string userId, string? sessionId, DateTimeOffset now)
    {
        var row = new TableEntity(tenant.Id, Ids.New())
        {
            ["ClientId"] = client.Id,
            ["UserId"] = userId,
            ["SessionId"] = sessionId,
            ["CreatedAt"] = now,
            ["At"] = now + HeadStart,
            ["Tries"] = 0,
        };
        return Read(ExpiringTables.Bucket(now + Life), row);
    }

    static LogoutNotice Read(string bucket, TableEntity row) =>
        new(row.PartitionKey, row.GetString("ClientId"), row.GetString("UserId"), row.GetString("SessionId"),
            row.GetDateTimeOffset("CreatedAt")!.Value, row.GetInt32("Tries")!.Value)
        { Bucket = bucket, Row = row };
}
