using System.Text;
using Azure.Data.Tables;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>A request that waits for its user in one browser: an app's authorization request, or a built-in page's own.</summary>
/// <param name="Id"><c>{bucket}.{id}</c>: the only thing that the pages carry.</param>
/// <param name="Parameters">The app's parameters, or what the page has to remember.</param>
/// <param name="Pushed">True if the app pushed it (RFC 9126).</param>
/// <param name="CreatedAt">When it arrived.</param>
/// <param name="Decision">The user's decision, or null.</param>
public sealed record PendingRequest(string Id, Form Parameters, bool Pushed, DateTimeOffset CreatedAt, UserDecision? Decision)
{
    /// <summary>Who has proved who they are by one factor, and has to prove it by a second; null if nobody has.</summary>
    public FirstFactor? FirstFactor { get; init; }

    /// <summary>The built-in page that waits, by its path under the tenant; null if an app waits.</summary>
    public string? Page { get; init; }

    /// <summary>What a sign-in at a provider needs to know, while one is under way; or null.</summary>
    public ProviderStep? ProviderStep { get; init; }

    internal TableEntity Row { get; init; } = null!;
}

/// <summary>
/// Pending authorization requests (SCHEMA.md, tables Requests…). Each belongs to one browser and has a cookie of its own
/// there, so that tabs that start at the same time, or a form that a foreign site posts, do not disturb each other.
/// </summary>
public sealed class PendingRequests(RequestTables tables, BrowserCookies cookies, AnonymousLimiter rows, TimeProvider clock)
{
    /// <summary>The largest request that is stored, in characters of its encoded form.</summary>
    public const int MaxChars = 64 * 1024;

    // Long enough for people who have to look for their password.
    static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    /// <summary>Stores an app's request for this browser and returns its id.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public Task<string> Begin(TenantRequest request, Form parameters, bool pushed) => Begin(request, parameters, pushed, page: null);

    /// <summary>
    /// Stores what a built-in page waits for and returns its id. The page's name becomes part of an address, so it must never
    /// come from a caller.
    /// </summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c></exception>
    public Task<string> BeginForPage(TenantRequest request, string page, Form parameters) =>
        Begin(request, parameters, pushed: false, page);

    async Task<string> Begin(TenantRequest request, Form parameters, bool pushed, string? page)
    {
        rows.Take(request.Http);
        var now = clock.GetUtcNow();
        var (bucket, id, secret) = (ExpiringTables.Bucket(now + Life), Ids.New(), Ids.NewSecret());
        var row = new TableEntity(RowKeys.RequestPartition(request.Tenant.Id, id), RowKeys.Pending)
        {
            ["Pushed"] = pushed,
            ["Page"] = page,
            ["Browser"] = Ids.Hash(secret),
            ["CreatedAt"] = now,
            ["ExpiresAt"] = now + Life,
        };
        Columns.PutLong(row, "Parameters", Form.Encode(parameters.Pairs));
        await tables.Of(bucket).Put(row, request.Cancel);
        cookies.WriteRequest(request, id, secret, now, Life);
        return $"{bucket}.{id}";
    }

    /// <summary>Finds a request that started in this browser.</summary>
    /// <exception cref="Problem">
    /// 400 <c>sign_in_expired</c>: it is unknown or has expired; <c>other_browser</c>: it started in another browser;
    /// <c>cookies_off</c>: this browser keeps no cookies. If the request is known, the problem carries it, so that the page of
    /// the failure can lead back to the app.
    /// </exception>
    public async Task<PendingRequest> Find(TenantRequest request, string? id)
    {
        if (id is null || BucketId.ParseId(id) is not (var bucket, var key)) throw Expired(null);
        var row = await tables.Of(bucket).Find(RowKeys.RequestPartition(request.Tenant.Id, key), RowKeys.Pending, request.Cancel);
        if (row is null) throw Expired(null);
        var found = Read(id, row);
        PageLanguage.ApplyUiLocales(found.Parameters["ui_locales"], found.CreatedAt);
        if (cookies.ReadRequest(request, key) is not { } secret || row.GetString("Browser") != Ids.Hash(secret))
            throw cookies.HasAny(request) ? OtherBrowser() : NoCookies();
        if (!HttpMethods.IsHead(request.Http.Method)) cookies.DropOldRequests(request, key);
        return clock.GetUtcNow() < row.GetDateTimeOffset("ExpiresAt") ? found : throw Expired(found);
    }

    /// <summary>
    /// The same for the link of a mail with a code; null if it was opened in another browser than the one that asked for the code.
    /// </summary>
    /// <exception cref="Problem">400 as above; without a code <c>other_browser</c> and <c>cookies_off</c> too.</exception>
    public async Task<PendingRequest?> FindForCode(TenantRequest request, string? id, string? code)
    {
        try
        {
            return await Find(request, id);
        }
        catch (Problem other) when (code is not null && other.Code is "other_browser" or "cookies_off")
        {
            return null;
        }
    }

    /// <summary>Stores where a sign-in at a provider stands, whatever was stored before.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>: the request no longer exists.</exception>
    public Task Remember(TenantRequest request, PendingRequest pending, ProviderStep? step) =>
        Replace(request, pending, row => ProviderStep.On(row, step));

    /// <summary>The same; false if the request was changed since it was read.</summary>
    public Task<bool> TryRemember(PendingRequest pending, ProviderStep? step, CancellationToken cancel) =>
        TryReplace(pending, ProviderStep.On(pending.Row, step), cancel);

    /// <summary>Stores who has given the first factor, in place of anybody who did so before.</summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>: the request no longer exists.</exception>
    public Task Remember(TenantRequest request, PendingRequest pending, FirstFactor factor) =>
        Replace(request, pending, row => FirstFactor.On(row, factor));

    /// <summary>
    /// Uses up the first factor, once the second was given; false if that was done before, or another user has given one since.
    /// </summary>
    public Task<bool> TryTakeFirstFactor(PendingRequest pending, CancellationToken cancel) =>
        TryReplace(pending, FirstFactor.On(pending.Row, null), cancel);

    async Task Replace(TenantRequest request, PendingRequest pending, Func<TableEntity, TableEntity> change)
    {
        while (!await TryReplace(pending, change(pending.Row), request.Cancel)) pending = await Find(request, pending.Id);
    }

    Task<bool> TryReplace(PendingRequest pending, TableEntity row, CancellationToken cancel) =>
        tables.Of(pending).TryReplace(row, cancel);

    /// <summary>
    /// Stores the decision, unless the request was decided before, and returns the decision that stands. Whoever clicks
    /// twice, or in two tabs, or first allows and then denies, gets what was decided first.
    /// </summary>
    /// <exception cref="Problem">400 <c>sign_in_expired</c>: the request no longer exists.</exception>
    public async Task<UserDecision> Decide(
        Tenant tenant, PendingRequest request, UserDecision decision, CancellationToken cancel)
    {
        while (request.Decision is null)
        {
            if (await TryReplace(request, decision.On(request.Row), cancel)) return decision;
            var current = await tables.Of(request).Find(request.Row.PartitionKey, RowKeys.Pending, cancel) ?? throw Expired(request);
            request = Read(request.Id, current);
        }
        return request.Decision;
    }

    static PendingRequest Read(string id, TableEntity row) => new(
        id, Form.Parse(Encoding.UTF8.GetBytes(Columns.GetLong(row, "Parameters"))), row.GetBoolean("Pushed") is true,
        row.GetDateTimeOffset("CreatedAt")!.Value,
        UserDecision.Of(row))
    {
        Page = row.GetString("Page"),
        ProviderStep = ProviderStep.Of(row),
        FirstFactor = FirstFactor.Of(row),
        Row = row,
    };

    internal static Problem Expired(PendingRequest? request) => new(400, "sign_in_expired", "This sign-in has expired.")
    {
        Waiting = request?.Page is null ? request?.Parameters : null,
    };

    static Problem OtherBrowser() => Problem.BadRequest("other_browser", "This sign-in was started in another browser, or too long ago.");

    static Problem NoCookies() => Problem.BadRequest("cookies_off",
        "Your browser did not send back this site's cookie. Allow cookies for this site, or leave private browsing.");
}
