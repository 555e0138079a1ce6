using System.Text;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// The query string of an endpoint outside OAuth, read strictly: UTF-8, only parameters that the endpoint knows, each at most
/// once. A parameter without a value counts as omitted.
/// </summary>
public sealed class Query
{
    readonly Dictionary<string, string> values;

    Query(Dictionary<string, string> values) => this.values = values;

    /// <summary>A parameter's value, or null.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>A parameter that is <c>true</c> or <c>false</c>; false if it is absent.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>.</exception>
    public bool Flag(string name) => this[name] switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Invalid($"{name} must be true or false"),
    };

    /// <summary>A parameter that is one of these words; null if it is absent.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>.</exception>
    public string? OneOf(string name, params ReadOnlySpan<string> words) =>
        this[name] is not { } value || words.Contains(value) ? this[name]
        : throw Invalid($"{name} must be {string.Join(" or ", words)}");

    /// <summary>True for <c>?files=purge</c>, the only parameter of a deletion: the files go for good as well.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>.</exception>
    public static bool Purges(HttpRequest request) => Read(request, "files")["files"] switch
    {
        null => false,
        "purge" => true,
        _ => throw Problem.BadRequest("invalid_query", "files must be purge, or left out."),
    };

    /// <summary>Reads the query string, which may contain only these parameters.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>.</exception>
    public static Query Read(HttpRequest request, params ReadOnlySpan<string> known) => Read(request, ignoreUnknown: false, known);

    /// <summary>
    /// Reads the query string of a page for people. Unknown parameters are ignored, because mail programs, search engines and social
    /// networks add their own.
    /// </summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>: a known parameter is malformed or repeated.</exception>
    public static Query ReadForPage(HttpRequest request, params ReadOnlySpan<string> known) => Read(request, ignoreUnknown: true, known);

    static Query Read(HttpRequest request, bool ignoreUnknown, ReadOnlySpan<string> known)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (request.QueryString.Value ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (encodedName, encodedValue) = pair.Split('=', 2) is [var left, var right] ? (left, right) : (pair, "");
            // An ignored parameter may be malformed, and for a page an empty one is as good as none, however often it comes.
            if (ignoreUnknown && (encodedValue.Length == 0 || !known.Contains(encodedName))) continue;
            var name = Decode(encodedName);
            if (!known.Contains(name)) throw Invalid("it has an unknown parameter");
            if (!values.TryAdd(name, Decode(encodedValue))) throw Invalid($"{name} is repeated");
        }
        foreach (var (name, value) in values)
        {
            if (value.Length == 0) values.Remove(name);
        }
        return new Query(values);
    }

    static string Decode(string encoded)
    {
        try
        {
            return Form.Decode(Encoding.UTF8.GetBytes(encoded));
        }
        catch (OAuthError broken)
        {
            throw Invalid(broken.Message.TrimEnd('.'));
        }
    }

    static Problem Invalid(string why) => Problem.BadRequest("invalid_query", $"Invalid query string: {why}.");
}
