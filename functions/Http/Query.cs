using System.Text;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// The query string of an endpoint that is not OAuth's, read strictly: UTF-8, each parameter at most once, none that
/// the endpoint does not know. A parameter without a value counts as omitted.
/// </summary>
public sealed class Query
{
    readonly Dictionary<string, string> values;

    Query(Dictionary<string, string> values) => this.values = values;

    /// <summary>A parameter's value, or null.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>A parameter that is <c>true</c> or <c>false</c>; false if it is not there.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>.</exception>
    public bool Flag(string name) => this[name] switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Invalid($"{name} must be true or false"),
    };

    /// <summary>Reads the query string; only these parameters may be in it.</summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>.</exception>
    public static Query Read(HttpRequest request, params ReadOnlySpan<string> known)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (request.QueryString.Value ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (!known.Contains(name)) throw Invalid("it has a parameter that is not known here");
            if (!values.TryAdd(name, equals < 0 ? "" : Decode(pair[(equals + 1)..]))) throw Invalid($"{name} is there more than once");
        }
        foreach (var (name, value) in values)
        {
            if (value.Length == 0) values.Remove(name);
        }
        return new Query(values);
    }

    /// <summary>
    /// Reads the query string of a page for people. What it does not know is ignored: mail programs, search engines and social
    /// networks add parameters of their own.
    /// </summary>
    /// <exception cref="Problem">400 <c>invalid_query</c>: one of these is broken or there more than once.</exception>
    public static Query ReadForPage(HttpRequest request, params ReadOnlySpan<string> known)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (request.QueryString.Value ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not [var name, { Length: > 0 } value] || !known.Contains(name)) continue;
            if (!values.TryAdd(name, Decode(value))) throw Invalid($"{name} is there more than once");
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

    static Problem Invalid(string why) => Problem.BadRequest("invalid_query", $"The query string is not what this endpoint takes: {why}.");
}
