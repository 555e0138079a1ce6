using System.Text;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Authorization;

/// <summary>How a user answered a request. It is set once; a second click finds it and gets the same.</summary>
/// <param name="UserId">Who answered; null if nobody had signed in.</param>
/// <param name="SessionId">The session that was granted; null is a no.</param>
/// <param name="At">When.</param>
public sealed record Answered(string? UserId, string? SessionId, DateTimeOffset At);

/// <summary>A request that waits for its user in one browser: an app's for authorization, or one of a page of ours.</summary>
/// <param name="Id"><c>{bucket}.{id}</c>: all that the pages carry.</param>
/// <param name="Parameters">The app's request, or what the page has to remember.</param>
/// <param name="Pushed">It was pushed (RFC 9126).</param>
/// <param name="CreatedAt">When it came in.</param>
/// <param name="Answered">The answer, or null.</param>
public sealed record PendingRequest(string Id, Form Parameters, bool Pushed, DateTimeOffset CreatedAt, Answered? Answered)
{
    /// <summary>The page of ours that waits, which is its path under the tenant; null if it is an app that waits.</summary>
    public string? Page { get; init; }

    internal TableEntity Row { get; init; } = null!;
}

/// <summary>Pending authorization requests (SCHEMA.md, tables Requests…).</summary>
public sealed class PendingRequests(RequestTables tables, TimeProvider clock)
{
    /// <summary>The largest request that is kept, in characters of its encoded form (a column's bound is 32,768).</summary>
    public const int MaxChars = 16 * 1024;

    // People look for their password.
    static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    /// <summary>Keeps an app's request for a browser; its id.</summary>
    public Task<string> Begin(Tenant tenant, Form parameters, bool pushed, string browser, CancellationToken cancel) =>
        Begin(tenant, parameters, pushed, page: null, browser, cancel);

    /// <summary>Keeps what a page of ours waits for; its id. The page's name is ours, never a caller's: it becomes an address.</summary>
    public Task<string> BeginOwn(Tenant tenant, string page, Form parameters, string browser, CancellationToken cancel) =>
        Begin(tenant, parameters, pushed: false, page, browser, cancel);

    async Task<string> Begin(
        Tenant tenant, Form parameters, bool pushed, string? page, string browser, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (bucket, id) = (ExpiringTables.Bucket(now + Life), Ids.New());
        await tables.Of(bucket).Put(new TableEntity(RowKeys.RequestPartition(tenant.Id, id), RowKeys.Pending)
        {
            ["Parameters"] = Form.Encode(parameters.Values),
            ["Pushed"] = pushed,
            ["Page"] = page,
            ["Browser"] = Ids.Hash(browser),
            ["CreatedAt"] = now,
            ["ExpiresAt"] = now + Life,
        }, cancel);
        return $"{bucket}.{id}";
    }

    /// <summary>The request of this id, if it began in this browser.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>: it is not known, has expired or began elsewhere.</exception>
    public async Task<PendingRequest> Find(Tenant tenant, string? id, string? browser, CancellationToken cancel)
    {
        if (id is null || browser is null || !IssuedTokens.TrySplit(id, out var bucket, out var own)) throw Expired();
        var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, own), RowKeys.Pending, cancel);
        if (row is null || row.GetString("Browser") != Ids.Hash(browser)) throw Expired();
        if (clock.GetUtcNow() >= row.GetDateTimeOffset("ExpiresAt")) throw Expired();
        return Read(id, row);
    }

    /// <summary>
    /// Sets the answer unless there is one already; the one that stands. Whoever clicks twice, or in two tabs, or says
    /// yes and no, gets what was said first.
    /// </summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>: the request is gone.</exception>
    public async Task<Answered> Answer(Tenant tenant, PendingRequest request, Answered answer, CancellationToken cancel)
    {
        while (request.Answered is null)
        {
            var row = new TableEntity(request.Row)
            {
                ["AnsweredAt"] = answer.At,
                ["UserId"] = answer.UserId,
                ["SessionId"] = answer.SessionId,
            };
            row.ETag = request.Row.ETag;
            IssuedTokens.TrySplit(request.Id, out var bucket, out _);
            if (await tables.Of(bucket).TryReplace(row, cancel)) return answer;
            var current = await tables.Of(bucket).Find(request.Row.PartitionKey, RowKeys.Pending, cancel) ?? throw Expired();
            request = Read(request.Id, current);
        }
        return request.Answered;
    }

    static PendingRequest Read(string id, TableEntity row) => new(
        id, Form.Parse(Encoding.UTF8.GetBytes(row.GetString("Parameters"))), row.GetBoolean("Pushed") is true,
        row.GetDateTimeOffset("CreatedAt")!.Value,
        row.GetDateTimeOffset("AnsweredAt") is { } at ? new Answered(row.GetString("UserId"), row.GetString("SessionId"), at) : null)
    {
        Page = row.GetString("Page"),
        Row = row,
    };

    static Problem Expired() => Problem.BadRequest("sign_in_expired",
        "This sign-in has expired, or it was started in another browser.");
}
