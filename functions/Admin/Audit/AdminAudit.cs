using System.Globalization;
using System.Runtime.CompilerServices;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>The tenant's audit log: who did what to what, newest first.</summary>
public sealed class AdminAudit(TenantPipeline pipeline, AuditReader reader, TimeProvider clock)
{
    /// <summary>
    /// <c>GET /{tenant}/admin/audit?from=&amp;to=&amp;user=&amp;type=&amp;cursor=&amp;limit=</c>. Times are RFC 3339; <c>from</c>
    /// defaults to a week ago and <c>to</c> to now. An entry appears within a second of the action it records.
    /// </summary>
    [Function("admin-audit")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/audit")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "from", "to", "user", "type", "cursor", "limit");
            var (entries, next) = await reader.Page(
                caller.Tenant, ReadQuery(query), Paging.After(query), Paging.Limit(query), caller.Cancel);
            return Results.Json(new { entries = entries.Select(Describe), cursor = Paging.Cursor(next) });
        });

    /// <summary>
    /// <c>GET /{tenant}/admin/audit/export?from=&amp;to=&amp;user=&amp;type=</c>: every matching entry as JSON lines. The last line
    /// is <c>{"complete":true,"entries":n}</c>; an export without it was cut short.
    /// </summary>
    [Function("admin-audit-export")]
    public Task<IResult> Export(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/audit/export")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, caller =>
        {
            var wanted = ReadQuery(Query.Read(request, "from", "to", "user", "type"));
            return Task.FromResult<IResult>(new JsonLines(Lines(caller, wanted, caller.Cancel), $"audit-{caller.Tenant.Id}.jsonl"));
        });

    async IAsyncEnumerable<object> Lines(Caller caller, AuditQuery wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        var count = 0;
        await foreach (var entry in reader.All(caller.Tenant, wanted, cancel))
        {
            count++;
            yield return Describe(entry);
        }
        yield return new { complete = true, entries = count };
    }

    /// <summary>An entry as the API returns it.</summary>
    internal static object Describe(AuditEntry entry) => new
    {
        at = entry.At.UtcDateTime,
        entry.Type,
        entry.Actor,
        entry.Client,
        entry.Target,
        entry.Address,
        entry.Result,
        entry.Detail,
    };

    AuditQuery ReadQuery(Query query)
    {
        var now = clock.GetUtcNow();
        // Both bounds are inclusive. One tick more allows for entries of this very instant.
        var wanted = new AuditQuery(
            Time(query, "from") ?? now.AddDays(-7), Time(query, "to") ?? now.AddTicks(1), query["user"], query["type"]);
        if (wanted.From >= wanted.To) throw Problem.BadRequest("invalid_time", "from must be earlier than to.");
        return wanted;
    }

    static DateTimeOffset? Time(Query query, string name) => query[name] is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && time.Year is > 2000 and < 9000 ? time
        : throw Problem.BadRequest("invalid_time", $"{name} must be an RFC 3339 time, such as 2026-11-22T08:00:00Z.");
}
