using System.Text.RegularExpressions;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>A file's content type (RFC 9110 §8.3.1): <c>type/subtype</c>, with parameters or without, in plain ASCII.</summary>
public static partial class MediaType
{
    const int MaxChars = 127;

    /// <summary>The content type as it is kept and served.</summary>
    /// <exception cref="Problem">400 <c>invalid_content_type</c>.</exception>
    public static string Read(string contentType)
    {
        if (contentType.Length > MaxChars || !Grammar().IsMatch(contentType))
            throw Invalid($"it must be type/subtype, {MaxChars} characters at most, such as image/jpeg");
        if (IsMultipart(contentType))
            throw Invalid("multipart is the wrapping of a form, not a file: send the file's own type and bytes");
        return contentType;
    }

    /// <summary>True if it says <c>multipart/…</c> (RFC 2046 §5.1).</summary>
    public static bool IsMultipart(string? contentType) =>
        contentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) is true;

    /// <summary>415 <c>content_type_not_allowed</c>, with the types that are.</summary>
    public static Problem NotAllowed(string contentType, FileLimits limits) =>
        new(415, "content_type_not_allowed", "Files of this type may not be stored here.")
        {
            Extensions = new Dictionary<string, object?> { ["contentType"] = contentType, ["allowed"] = limits.ContentTypes },
        };

    static Problem Invalid(string why) => Problem.BadRequest("invalid_content_type", $"contentType is not a file's: {why}.");

    const string Token = @"[!#$%&'+.^_`|~0-9A-Za-z-]+"; // Without the * of wildcards.
    const string Quoted = @"""(?:[ \x21\x23-\x5B\x5D-\x7E]|\\[ -~])*""";

    // type "/" subtype *( OWS ";" OWS token "=" ( token / quoted-string ) ), RFC 9110 §5.6.6, without tabs and obs-text.
    [GeneratedRegex("^" + Token + "/" + Token + "(?: *; *" + Token + "=(?:" + Token + "|" + Quoted + @"))*\z")]
    private static partial Regex Grammar();
}
