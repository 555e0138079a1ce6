using System.Text;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>How a user answered a request. It is set once; a second click finds it and gets the same.</summary>
/// <param name="UserId">Who answered; null if nobody had signed in.</param>
/// <param name="SessionId">The session that was granted; null is a no.</param>
/// <param name="At">When.</param>
public sealed record Decision(string? UserId, string? SessionId, DateTimeOffset At);

/// <summary>A request that waits for its user in one browser: an app's for authorization, or one of a page of ours.</summary>
/// <param name="Id"><c>{bucket}.{id}</c>: all that the pages carry.</param>
/// <param name="Parameters">The app's request, or what the page has to remember.</param>
/// <param name="Pushed">It was pushed (RFC 9126).</param>
/// <param name="CreatedAt">When it came in.</param>
/// <param name="Decision">The answer, or null.</param>
public sealed record PendingRequest(string Id, Form Parameters, bool Pushed, DateTimeOffset CreatedAt, Decision? Decision)
{
    /// <summary>The page of ours that waits, which is its path under the tenant; null if it is an app that waits.</summary>
    public string? Page { get; init; }

    internal TableEntity Row { get; init; } = null!;
}

/// <summary>
/// Pending authorization requests (SCHEMA.md, tables Requests…). Each belongs to the browser that holds its cookie, and has
/// a cookie of its own: tabs that begin at once, or a form that a foreign site posts, take nothing from each other.
/// </summary>
public sealed class PendingRequests(RequestTables tables, BrowserCookies cookies, AnonymousRows rows, TimeProvider clock)
{
    /// <summary>The largest request that is kept, in characters of its encoded form.</summary>
    public const int MaxChars = 64 * 1024;

    // People look for their password.
    static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    /// <summary>Keeps an app's request for this browser; its id.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public Task<string> Begin(HttpRequest request, Tenant tenant, Form parameters, bool pushed, CancellationToken cancel) =>
        Begin(request, tenant, parameters, pushed, page: null, cancel);

    /// <summary>Keeps what a page of ours waits for; its id. The page's name is ours, never a caller's: it becomes an address.</summary>
    public Task<string> BeginOwn(HttpRequest request, Tenant tenant, string page, Form parameters, CancellationToken cancel) =>
        Begin(request, tenant, parameters, pushed: false, page, cancel);

    async Task<string> Begin(
        HttpRequest request, Tenant tenant, Form parameters, bool pushed, string? page, CancellationToken cancel)
    {
        rows.Take(request);
        var now = clock.GetUtcNow();
        var (bucket, id, secret) = (ExpiringTables.Bucket(now + Life), Ids.New(), Ids.NewSecret());
        var row = new TableEntity(RowKeys.RequestPartition(tenant.Id, id), RowKeys.Pending)
        {
            ["Pushed"] = pushed,
            ["Page"] = page,
            ["Browser"] = Ids.Hash(secret),
            ["CreatedAt"] = now,
            ["ExpiresAt"] = now + Life,
        };
        Columns.PutLong(row, "Parameters", Form.Encode(parameters.Values));
        await tables.Of(bucket).Put(row, cancel);
        cookies.WriteRequest(request, tenant, id, secret, now, Life);
        return $"{bucket}.{id}";
    }

    /// <summary>The request of this id, if it began in this browser.</summary>
    /// <exception cref="Problem">
    /// 400 <c>sign_in_expired</c>: it is not known or has expired; <c>other_browser</c>: it began elsewhere;
    /// <c>cookies_off</c>: this browser keeps no cookies. Where it is known, the failure names the request, so that its page
    /// can lead back to the app.
    /// </exception>
    public async Task<PendingRequest> Find(HttpRequest request, Tenant tenant, string? id, CancellationToken cancel)
    {
        if (id is null || !IssuedTokens.TrySplit(id, out var bucket, out var own)) throw Expired(null);
        var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(tenant.Id, own), RowKeys.Pending, cancel);
        if (row is null) throw Expired(null);
        var found = Read(id, row);
        if (cookies.ReadRequest(request, tenant, own) is not { } secret || row.GetString("Browser") != Ids.Hash(secret))
            throw cookies.KeepsAny(request, tenant) ? OtherBrowser() : NoCookies();
        if (!HttpMethods.IsHead(request.Method)) cookies.DropOldRequests(request, tenant, own);
        return clock.GetUtcNow() < row.GetDateTimeOffset("ExpiresAt") ? found : throw Expired(found);
    }

    /// <summary>
    /// Sets the answer unless there is one already; the one that stands. Whoever clicks twice, or in two tabs, or says
    /// yes and no, gets what was said first.
    /// </summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>: the request is gone.</exception>
    public async Task<Decision> Answer(Tenant tenant, PendingRequest request, Decision answer, CancellationToken cancel)
    {
        while (request.Decision is null)
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
            var current = await tables.Of(bucket).Find(request.Row.PartitionKey, RowKeys.Pending, cancel) ?? throw Expired(request);
            request = Read(request.Id, current);
        }
        return request.Decision;
    }

    static PendingRequest Read(string id, TableEntity row) => new(
        id, Form.Parse(Encoding.UTF8.GetBytes(Columns.GetLong(row, "Parameters"))), row.GetBoolean("Pushed") is true,
        row.GetDateTimeOffset("CreatedAt")!.Value,
        row.GetDateTimeOffset("AnsweredAt") is { } at ? new Decision(row.GetString("UserId"), row.GetString("SessionId"), at) : null)
    {
        Page = row.GetString("Page"),
        Row = row,
    };

    static Problem Expired(PendingRequest? request) => new(400, "sign_in_expired", "This sign-in has expired.")
    {
        Waiting = request?.Page is null ? request?.Parameters : null,
    };

    static Problem OtherBrowser() => Problem.BadRequest("other_browser", "This sign-in was started in another browser, or too long ago.");

    static Problem NoCookies() => Problem.BadRequest("cookies_off",
        "Your browser did not send back this site's cookie. Allow cookies for this site, or leave private browsing.");
}
