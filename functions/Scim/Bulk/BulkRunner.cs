using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>
/// Runs the operations of a bulk request one after the other (RFC 7644 §3.7). What was made before can be named by its <c>bulkId</c>;
/// what comes later cannot.
/// </summary>
public sealed class BulkRunner(ScimUsers users, ScimGroups groups, AuditLog audit)
{
    /// <summary>The most operations of a request.</summary>
    public const int MaxOperations = 100;

    // A password takes a processor for a tenth of a second.
    const int MaxPasswords = 10;

    const string Reference = "bulkId:";

    // The front end gives up after 230 seconds, and then nobody hears what was done.
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(2);

    /// <summary>The results, in the order of the operations; shorter if too many failed.</summary>
    /// <exception cref="Problem">400, 413: nothing was done.</exception>
    public async Task<JsonArray> Run(ScimRequest call, JsonObject body)
    {
        if (AttributePath.Get(body, "Operations") is not JsonArray operations || operations.Any(item => item is not JsonObject))
            throw ScimError.InvalidSyntax("A bulk request needs a list Operations of objects.");
        if (operations.Count > MaxOperations) throw new Problem(413, "tooLarge", $"A bulk request has at most {MaxOperations} operations.");
        if (call.Token.Passwords
            && operations.Count(item => item!.ToJsonString().Contains("password", StringComparison.OrdinalIgnoreCase)) > MaxPasswords)
            throw new Problem(413, "tooLarge", $"A bulk request has at most {MaxPasswords} operations with a password.");
        var maxFailures = ScimBody.Number(AttributePath.Get(body, "failOnErrors"), "failOnErrors") ?? int.MaxValue;
        var (results, made, failed) = (new JsonArray(), new Dictionary<string, string>(StringComparer.Ordinal), 0);
        var time = Stopwatch.StartNew();
        foreach (var item in operations)
        {
            var result = time.Elapsed > MaxTime ? OutOfTime() : await Run(call, item!.AsObject(), made, results.Count == 0);
            results.Add((JsonNode)result);
            if (result["response"] is null) continue;
            if (++failed >= maxFailures || (string?)result["status"] == "503") break;
        }
        call.Audit.Detail = $"{results.Count} operations, {failed} failed";
        return results;
    }

    async Task<JsonObject> Run(ScimRequest call, JsonObject item, Dictionary<string, string> made, bool isFirst)
    {
        var result = new JsonObject();
        try
        {
            var method = ScimBody.Text(AttributePath.Get(item, "method"), "method")?.ToUpperInvariant();
            result["method"] = method;
            var bulkId = ScimBody.Text(AttributePath.Get(item, "bulkId"), "bulkId");
            if (bulkId is not null) result["bulkId"] = bulkId;
            var version = ScimBody.Text(AttributePath.Get(item, "version"), "version");
            var (isUsers, id) = Path(ScimBody.Text(AttributePath.Get(item, "path"), "path"), made);
            var data = Resolved(AttributePath.Get(item, "data"), made) as JsonObject;
            var done = await Do(call with { IfMatch = version is null ? [] : [version] }, new(method, isUsers, id, data));
            if (bulkId is not null && method == "POST") made[bulkId] = done.Id;
            var kind = isUsers ? "Users" : "Groups";
            result["location"] = $"{call.Base}/{kind}/{done.Id}";
            if (done.Version is { } now) result["version"] = now;
            result["status"] = done.Status.ToString(CultureInfo.InvariantCulture);
            audit.Add(call.Tenant.Id, $"scim-{(isUsers ? "user" : "group")}-{done.What}", null, call.Client, done.Id, "bulk");
        }
        catch (Problem problem)
        {
            Refuse(result, problem);
        }
        // What was done before must be told.
        catch (Exception outage) when (!isFirst && ErrorBoundary.IsOutage(outage) && !call.Cancel.IsCancellationRequested)
        {
            Refuse(result, new Problem(503, "storage_unavailable", ""));
        }
        return result;
    }

    sealed record Operation(string? Method, bool IsUsers, string? Id, JsonObject? Data);

    sealed record Done(string What, string Id, string? Version, int Status);

    async Task<Done> Do(ScimRequest call, Operation operation)
    {
        var (method, isUsers, id, data) = operation;
        if (method is not ("POST" or "PUT" or "PATCH" or "DELETE"))
            throw ScimError.InvalidValue("method must be POST, PUT, PATCH or DELETE.");
        if (method == "POST" != id is null)
            throw ScimError.InvalidPath("The path of a POST must be /Users or /Groups; that of any other method must name a resource.");
        if (method == "DELETE")
        {
            await (isUsers ? users.Delete(call, id!) : groups.Delete(call, id!));
            return new("delete", id!, null, 204);
        }
        if (data is null) throw ScimError.InvalidSyntax("The operation needs data.");
        var (what, status) = method switch { "POST" => ("create", 201), "PUT" => ("replace", 200), _ => ("patch", 200) };
        if (isUsers)
        {
            var user = await (method switch
            {
                "POST" => users.Create(call, data),
                "PUT" => users.Replace(call, id!, data),
                _ => users.Patch(call, id!, data),
            });
            return new(what, user.Id, Versions.Of(user.ETag), status);
        }
        var group = await (method switch
        {
            "POST" => groups.Create(call, data),
            "PUT" => groups.Replace(call, id!, data),
            _ => groups.Patch(call, id!, data),
        });
        return new(what, group.Id, Versions.Of(group.ETag), status);
    }

    static (bool IsUsers, string? Id) Path(string? path, Dictionary<string, string> made) => path?.Split('/') switch
    {
        ["", "Users"] => (true, null),
        ["", "Groups"] => (false, null),
        ["", "Users", var id] => (true, Resolved(id, made)),
        ["", "Groups", var id] => (false, Resolved(id, made)),
        _ => throw ScimError.InvalidPath("The path must be /Users, /Groups, or one of them with an id."),
    };

    static string Resolved(string text, Dictionary<string, string> made) => !text.StartsWith(Reference, StringComparison.Ordinal) ? text
        : made.GetValueOrDefault(text[Reference.Length..])
            ?? throw ScimError.InvalidValue("A bulkId must refer to an earlier operation that succeeded.");

    static JsonNode? Resolved(JsonNode? node, Dictionary<string, string> made) => node switch
    {
        JsonObject json => new JsonObject(json.Select(member => KeyValuePair.Create(member.Key, Resolved(member.Value, made)))),
        JsonArray list => new JsonArray([.. list.Select(item => Resolved(item, made))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(Resolved(value.GetValue<string>(), made)),
        _ => node?.DeepClone(),
    };

    static JsonObject OutOfTime()
    {
        var result = new JsonObject();
        Refuse(result, new Problem(503, "server_busy", "The request took too long. Send this operation and those after it again."));
        return result;
    }

    static void Refuse(JsonObject result, Problem problem)
    {
        result["status"] = problem.Status.ToString(CultureInfo.InvariantCulture);
        result["response"] = ScimResult.Error(problem);
    }
}
