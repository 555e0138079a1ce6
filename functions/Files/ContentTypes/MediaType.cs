using System.Text.RegularExpressions;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>Reads a file's media type (RFC 9110 §8.3.1): <c>type/subtype</c> with or without parameters, in ASCII.</summary>
public static partial class MediaType
{
    const int MaxChars = 127;
    const string Unknown = "application/octet-stream";

    /// <summary>
    /// The media type as it is stored and served. Parameters that can't be parsed are dropped (browsers write
    /// <c>codecs=vp8,opus</c>). An empty type, or what scripts write for one, is <c>application/octet-stream</c>.
    /// </summary>
    /// <exception cref="Problem">400 <c>invalid_content_type</c>.</exception>
    public static string Read(string? contentType)
    {
        var text = (contentType ?? "").Trim();
        if (text is "" or "null" or "undefined") return Unknown;
        var essence = text.Split(';')[0].TrimEnd();
        if (essence.Length > MaxChars || !Essence().IsMatch(essence))
            throw Invalid($"it must be type/subtype, such as image/jpeg, with {MaxChars} characters at most");
        if (IsForm(essence)) throw Invalid("a form only wraps a file; send the file's own type and bytes");
        if (text.Length <= MaxChars && Grammar().IsMatch(text)) return text;
        var kept = essence;
        foreach (var parameter in Parameters(text[text.IndexOf(';', StringComparison.Ordinal)..]))
        {
            if (Parameter().IsMatch(parameter) && kept.Length + 2 + parameter.Length <= MaxChars) kept += $"; {parameter}";
        }
        return kept;
    }

    /// <summary>True for <c>multipart/form-data</c> (RFC 7578).</summary>
    public static bool IsForm(string? contentType) =>
        contentType?.Split(';')[0].Trim().Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) is true;

    /// <summary>415 <c>content_type_not_allowed</c>, with the types that are allowed.</summary>
    public static Problem NotAllowed(string contentType, FileLimits limits) =>
        new(415, "content_type_not_allowed", "This tenant does not allow files of this type.")
        {
            Extensions = new Dictionary<string, object?> { ["contentType"] = contentType, ["allowed"] = limits.ContentTypes },
        };

    static Problem Invalid(string why) => Problem.BadRequest("invalid_content_type", $"Invalid contentType: {why}.");

    // The texts between semicolons, except semicolons in quotes.
    static IEnumerable<string> Parameters(string text)
    {
        var (start, isQuoted) = (1, false);
        for (var at = 1; at <= text.Length; at++)
        {
            if (at == text.Length || (text[at] == ';' && !isQuoted))
            {
                yield return text[start..at].Trim();
                start = at + 1;
            }
            else if (text[at] == '"') isQuoted = !isQuoted;
            else if (text[at] == '\\' && isQuoted && at + 1 < text.Length) at++;
        }
    }

    const string Token = @"[!#$%&'+.^_`|~0-9A-Za-z-]+"; // Without the * of wildcards.
    const string Quoted = @"""(?:[ \x21\x23-\x5B\x5D-\x7E]|\\[ -~])*""";

    [GeneratedRegex("^" + Token + "/" + Token + @"\z")]
    private static partial Regex Essence();

    [GeneratedRegex("^" + Token + "=(?:" + Token + "|" + Quoted + @")\z")]
    private static partial Regex Parameter();

    // type "/" subtype *( OWS ";" OWS token "=" ( token / quoted-string ) ), RFC 9110 §5.6.6, without tabs and obs-text.
    [GeneratedRegex("^" + Token + "/" + Token + "(?: *; *" + Token + "=(?:" + Token + "|" + Quoted + @"))*\z")]
    private static partial Regex Grammar();
}
