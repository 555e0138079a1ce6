using System.Collections.Frozen;
using System.Text;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// The parameters of an OAuth request (RFC 6749 §3.2 and appendix B): form-url-encoded, strict UTF-8, each known parameter at
/// most once. A parameter without a value counts as omitted.
/// </summary>
public sealed class Form
{
    const int MaxParameters = 64;

    // The parameters that may be repeated (RFC 8707 §2, RFC 8693 §2.1).
    const string Resource = "resource";
    const string Audience = "audience";

    // Every other parameter is ignored, however often it is sent (RFC 6749 §3.1).
    static readonly FrozenSet<string> Known = FrozenSet.Create(StringComparer.Ordinal,
        "access_token", "acr_values", "action", "actor_token", "actor_token_type", "after", "back", "claims", "client",
        "client_assertion", "client_assertion_type", "client_id", "client_secret", "code", "code_challenge", "code_challenge_method",
        "code_verifier", "credential", "device_code", "device_token", "dpop_jkt", "email", "end_user_address", "error", "familyName",
        "file", "form", "givenName", "grant_type", "id", "id_token_hint", "idp_hint", "invitation", "iss", "language", "link", "locale",
        "login_hint", "max_age", "name", "new", "nickname", "nonce", "old", "password", "picture", "post_logout_redirect_uri", "prompt",
        "provider", "redirect_uri", "redirects", "refresh_token", "registration", "remember", "request", "request_uri",
        "requested_token_type", "response_mode", "response_type", "scope", "sent", "session", "setup", "state", "subject_token",
        "subject_token_type", "terms", "token", "token_type_hint", "type", "ui_locales", "use", "user", "user_code", "username",
        "website", "zoneInfo");

    readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    readonly HashSet<string> repeated = new(StringComparer.Ordinal);
    readonly List<string> resources = [];
    readonly List<string> audiences = [];

    Form()
    {
    }

    /// <summary>A parameter's value, or null.</summary>
    /// <exception cref="InvalidOperationException">The name is not known, so a repeated parameter would go unnoticed.</exception>
    public string? this[string name] => Known.Contains(name) ? values.GetValueOrDefault(name)
        : throw new InvalidOperationException($"{name} is not among the known parameters.");

    /// <summary>
    /// The values of <c>resource</c> (RFC 8707 §2), each once. At most one more than a request may have, so that there are too many.
    /// </summary>
    public IReadOnlyList<string> Resources => resources;

    /// <summary>The values of <c>audience</c> (RFC 8693 §2.1), which only a token exchange reads; likewise.</summary>
    public IReadOnlyList<string> Audiences => audiences;

    /// <summary>A form of one parameter.</summary>
    public static Form Of(string name, string value) => Parse(Encoding.UTF8.GetBytes(Encode([KeyValuePair.Create(name, value)])));

    /// <summary>All parameters that have a value, each <c>resource</c> by itself: <see cref="Encode"/> makes the form of them.</summary>
    public IEnumerable<KeyValuePair<string, string>> Pairs =>
        values.Where(pair => pair.Key != Resource).Concat(resources.Select(value => KeyValuePair.Create(Resource, value)));

    /// <summary>All parameters that have a value; of a repeated one the first.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>Known names that were repeated; always empty, except with <see cref="ParseTolerant"/>. The first value counts.</summary>
    public IReadOnlySet<string> Repeated => repeated;

    /// <summary>A required parameter.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c></exception>
    public string Required(string name) => this[name] ?? throw OAuthError.InvalidRequest($"{name} is missing.");

    /// <summary>Reads the body of a POST. Parameters in the query string are refused, because URLs end up in logs.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c></exception>
    /// <exception cref="Problem">413 <c>body_too_large</c>, 400 <c>truncated_body</c>.</exception>
    public static async Task<Form> Read(HttpRequest request) => Strict(await ReadTolerant(request));

    /// <summary>Like <see cref="Read"/>, but tolerates repeated parameters (<see cref="ParseTolerant"/>).</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c></exception>
    /// <exception cref="Problem">413 <c>body_too_large</c>, 400 <c>truncated_body</c>.</exception>
    public static async Task<Form> ReadTolerant(HttpRequest request)
    {
        if (request.QueryString.HasValue)
            throw OAuthError.InvalidRequest("Send the parameters in the body, not in the query string.");
        if (!Body.Is(request, "application/x-www-form-urlencoded"))
            throw OAuthError.InvalidRequest("The body must be application/x-www-form-urlencoded.");
        return ParseTolerant(await Body.OAuthBytes(request));
    }

    /// <summary>Parses an encoded form.</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: not UTF-8, a repeated known parameter, or too many parameters.</exception>
    public static Form Parse(ReadOnlySpan<byte> encoded) => Strict(ParseTolerant(encoded));

    /// <summary>
    /// Parses an encoded form that may repeat parameters: the authorization endpoint has to know where to send the error before
    /// it can refuse the request.
    /// </summary>
    /// <exception cref="OAuthError"><c>invalid_request</c>: not UTF-8, or too many parameters.</exception>
    public static Form ParseTolerant(ReadOnlySpan<byte> encoded)
    {
        var form = new Form();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var range in encoded.Split((byte)'&'))
        {
            var pair = encoded[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (name == Resource && value.Length > 0) AddOnce(form.resources, value);
            if (name == Audience && value.Length > 0) AddOnce(form.audiences, value);
            if (!names.Add(name))
            {
                if (Known.Contains(name)) form.repeated.Add(name);
            }
            else if (value.Length > 0) form.values.Add(name, value);
            if (names.Count > MaxParameters) throw OAuthError.InvalidRequest($"The request has more than {MaxParameters} parameters.");
        }
        return form;
    }

    /// <summary>Encodes parameters for a query, a fragment or a body.</summary>
    public static string Encode(IEnumerable<KeyValuePair<string, string>> parameters) =>
        string.Join('&', parameters.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    /// <summary>Decodes form-url-encoding (RFC 6749 appendix B).</summary>
    /// <exception cref="OAuthError"><c>invalid_request</c></exception>
    public static string Decode(ReadOnlySpan<byte> encoded)
    {
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            bytes[length++] = encoded[i] switch
            {
                (byte)'+' => (byte)' ',
                (byte)'%' => Escaped(encoded, ref i),
                var plain => plain,
            };
        }
        var text = Body.Text(bytes.AsSpan(0, length));
        if (text is null || text.Contains('\0')) throw OAuthError.InvalidRequest("A parameter is not valid UTF-8 text.");
        return text;
    }

    static void AddOnce(List<string> list, string value)
    {
        if (list.Count <= ResourceIndicator.MaxPerRequest && !list.Contains(value)) list.Add(value);
    }

    static Form Strict(Form form) =>
        form.repeated.Count == 0 ? form : throw OAuthError.InvalidRequest("A parameter is repeated.");

    static byte Escaped(ReadOnlySpan<byte> encoded, ref int at)
    {
        if (at + 2 >= encoded.Length || !byte.TryParse(encoded.Slice(at + 1, 2),
            System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
            throw OAuthError.InvalidRequest("A parameter has an invalid percent-encoding.");
        at += 2;
        return value;
    }
}
