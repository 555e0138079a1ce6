using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Latchkey.Cli;

/// <summary>Times and sizes as people say them.</summary>
static partial class Times
{
    /// <summary>A time as the API writes it, or null if the value is none.</summary>
    public static DateTimeOffset? Read(JsonValue value) =>
        value.GetValueKind() == System.Text.Json.JsonValueKind.String && Instant().IsMatch(value.ToString())
            && DateTimeOffset.TryParse(value.ToString(), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>How long ago, or in how long; the date if that is more than two months.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now)
    {
        var (apart, past) = time <= now ? (now - time, true) : (time - now, false);
        if (apart >= TimeSpan.FromDays(60)) return time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var text = apart.TotalSeconds < 60 ? $"{(int)apart.TotalSeconds} s" : apart.TotalMinutes < 60 ? $"{(int)apart.TotalMinutes} min"
            : apart.TotalHours < 48 ? $"{(int)apart.TotalHours} h" : $"{(int)apart.TotalDays} days";
        return past ? $"{text} ago" : $"in {text}";
    }

    /// <summary>An option's time: so long ago, such as <c>1h</c>, or a time as the API takes it.</summary>
    public static string Since(string text, DateTimeOffset now) =>
        Seconds(text) is { } ago && !char.IsAsciiDigit(text[^1])
            ? now.AddSeconds(-ago).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : text;

    /// <summary>An option's number of seconds: <c>900</c>, <c>15min</c>, <c>1h</c>, <c>30d</c>.</summary>
    public static int? ParseSeconds(ArgumentResult typed)
    {
        if (Seconds(typed.Tokens[0].Value) is { } seconds and <= int.MaxValue) return (int)seconds;
        typed.AddError($"'{typed.Tokens[0].Value}' is not a length of time. Use seconds, or a unit as in 15min, 1h or 30d.");
        return null;
    }

    /// <summary>An option's number of bytes: <c>-1</c>, <c>1000</c>, <c>10GB</c> (powers of 1000), <c>10GiB</c> (of 1024).</summary>
    public static long? ParseBytes(ArgumentResult typed)
    {
        var text = typed.Tokens[0].Value;
        if (text == "-1") return -1;
        if (Size().Match(text) is { Success: true } match)
        {
            decimal unit = match.Groups[3].Success ? 1024
                : 1000, bytes = decimal.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            for (var power = "KMGTP".IndexOf(match.Groups[2].Value.ToUpperInvariant(),
                StringComparison.Ordinal); match.Groups[2].Length > 0 && power >= 0; power--) bytes *= unit;
            if (bytes <= long.MaxValue && bytes == decimal.Truncate(bytes)) return (long)bytes;
        }
        typed.AddError($"'{text}' is not a number of bytes, such as 1000, 10GB or 10GiB; -1 is no limit.");
        return null;
    }

    static long? Seconds(string text) => Length().Match(text) is { Success: true } match
        ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * (match.Groups[2].Value switch
        {
            "m" or "min" => 60,
            "h" => 3600,
            "d" => 86400,
            "w" => 7 * 86400,
            _ => 1,
        }) : null;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$")]
    private static partial Regex Instant();

    [GeneratedRegex(@"^(\d{1,9})(s|m|min|h|d|w)?$")]
    private static partial Regex Length();

    [GeneratedRegex(@"^(\d{1,15}(?:\.\d{1,9})?)([kKmMgGtTpP]?)(?:(i)?[bB])?$")]
    private static partial Regex Size();
}
