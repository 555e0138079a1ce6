using System.Text;

namespace Latchkey.Files;

/// <summary>
/// Recognizes a multipart form (RFC 7578) that was uploaded instead of the file in it. The web versions of Capacitor's and Cordova's
/// upload plugins always send one.
/// </summary>
static class MultipartBody
{
    const int MaxDelimiterChars = 2 + 70; // RFC 2046 §5.1.1

    /// <summary>
    /// True if the first kilobyte of a file is the beginning of a form: a delimiter line, then a part's headers with
    /// <c>Content-Disposition: form-data</c>. Leading dashes alone prove nothing, because PEM files and SQL have them too.
    /// </summary>
    public static bool Starts(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("--"u8)) return false;
        var lines = Encoding.Latin1.GetString(head).Split("\r\n");
        if (lines[0].TrimEnd().Length > MaxDelimiterChars) return false;
        foreach (var line in lines.Skip(1).TakeWhile(line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) return false;
            if (line[..colon].Trim().Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase))
                return line[(colon + 1)..].TrimStart().StartsWith("form-data", StringComparison.OrdinalIgnoreCase);
        }
        return false;
    }
}
