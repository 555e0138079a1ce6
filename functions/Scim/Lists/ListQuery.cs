using System.Globalization;
using System.Text.Json.Nodes;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Scim;

/// <summary>
/// What a list is asked for (RFC 7644 §3.4.2): a filter, a page by index (from 1) or by cursor (RFC 9865), attributes. Sorting is not
/// offered: the order is that of the ids, and <c>sortBy</c> is passed over.
/// </summary>
/// <param name="Filter">Which resources, or null for all.</param>
/// <param name="Start">The index of the first one, from 1.</param>
/// <param name="Count">How many at most.</param>
/// <param name="Cursor">Empty for the first page by cursor; null for a page by index.</param>
/// <param name="Projection">Which attributes.</param>
sealed record ListQuery(Filter? Filter, int Start, int Count, string? Cursor, Projection Projection)
{
    /// <summary>How many resources a page has if nothing is said.</summary>
    public const int DefaultCount = 100;

    /// <summary>How many a page has at most.</summary>
    public const int MaxCount = 200;

    /// <summary>The query of a GET.</summary>
    /// <exception cref="Problem">400 <c>invalidFilter</c>, <c>invalidValue</c>, <c>invalidCount</c>, <c>invalid_query</c>.</exception>
    public static ListQuery Read(HttpRequest request)
    {
        var query = Query.ReadForPage(request, "filter", "startIndex", "count", "cursor", "attributes", "excludedAttributes");
        var cursor = query["cursor"] ?? (request.Query.ContainsKey("cursor") ? "" : null);
        return Of(query["filter"], Number(query["startIndex"], "startIndex"), Number(query["count"], "count"), cursor,
            Projection.Of(query["attributes"], query["excludedAttributes"]));
    }

    /// <summary>The query of a <c>POST …/.search</c> (§3.4.3).</summary>
    /// <exception cref="Problem">As of <see cref="Read(HttpRequest)"/>.</exception>
    public static ListQuery Read(JsonObject body)
    {
        var cursor = AttributePath.Get(body, "cursor") is { } node ? ScimBody.Text(node, "cursor") ?? "" : null;
        return Of(ScimBody.Text(AttributePath.Get(body, "filter"), "filter"),
            ScimBody.Number(AttributePath.Get(body, "startIndex"), "startIndex"),
                ScimBody.Number(AttributePath.Get(body, "count"), "count"), cursor,
            Projection.Of(Names(body, "attributes"), Names(body, "excludedAttributes")));
    }

    /// <summary>The attributes that a GET, POST, PUT or PATCH of one resource asks for.</summary>
    /// <exception cref="Problem">400 <c>invalidValue</c>, <c>invalid_query</c>.</exception>
    public static Projection ProjectionOf(HttpRequest request)
    {
        var query = Query.ReadForPage(request, "attributes", "excludedAttributes");
        return Projection.Of(query["attributes"], query["excludedAttributes"]);
    }

    static ListQuery Of(string? filter, int? start, int? count, string? cursor, Projection projection)
    {
        if (cursor is not null && count < 1) throw new Problem(400, "invalidCount", $"With a cursor, count must be 1 to {MaxCount}.");
        // §3.4.2.4: less than 1 means 1, and less than 0 means 0.
        return new(filter is null ? null : FilterParser.Parse(filter), Math.Max(1, start ?? 1),
            Math.Clamp(count ?? DefaultCount, 0, MaxCount),
            cursor, projection);
    }

    static int? Number(string? text, string name) => text is null ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw ScimError.InvalidValue($"{name} must be a whole number.");

    static string? Names(JsonObject body, string name) => AttributePath.Get(body, name) switch
    {
        null => null,
        JsonArray list => string.Join(',', list.Select(item => ScimBody.Text(item, name))),
        var one => ScimBody.Text(one, name),
    };
}
