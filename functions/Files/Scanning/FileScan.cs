using Azure;

namespace Latchkey.Files;

/// <summary>What is known of malware in a file (SCHEMA.md, table Files).</summary>
public sealed record FileScan
{
    const int MaxEarly = 4;
    const int MaxETags = 4;

    /// <summary>The ETags under which storage had the bytes that were checked, without quotes; only where Defender looks.</summary>
    public IReadOnlyList<string> ETags { get; init; } = [];

    /// <summary>Verdicts of Defender's about an upload that was not complete yet, the last ones.</summary>
    public IReadOnlyList<EarlyVerdict> Early { get; init; } = [];

    /// <summary>The name of the malware that was found; null if none was.</summary>
    public string? Threat { get; init; }

    /// <summary>Why there will be no verdict (<see cref="ScanVerdict.TooLarge"/> and so on), or null.</summary>
    public string? Failure { get; init; }

    /// <summary>When the scanner looked at it last and it mattered.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>With a verdict about what was uploaded so far.</summary>
    public FileScan With(EarlyVerdict verdict) => this with
    {
        Early = [.. Early.Where(one => one.ETag != verdict.ETag).Append(verdict).TakeLast(MaxEarly)],
    };

    /// <summary>The early verdict about the bytes that were checked, or null.</summary>
    public EarlyVerdict? OfCheckedBytes => Early.LastOrDefault(one => ETags.Contains(one.ETag));

    /// <summary>ETags as they are stored.</summary>
    public static IReadOnlyList<string> Names(IEnumerable<ETag> etags) => [.. etags.Select(NameOf).Distinct().TakeLast(MaxETags)];

    /// <summary>An ETag without its quotes, as Defender names it.</summary>
    public static string NameOf(ETag etag) => etag.ToString().Trim('"');
}

/// <summary>A verdict about bytes that were uploaded, before anybody said that they are the file.</summary>
/// <param name="ETag">The ETag that they had.</param>
/// <param name="Threat">The malware; empty for none.</param>
public sealed record EarlyVerdict(string ETag, string Threat)
{
    /// <summary>Writes it as a line of a column.</summary>
    public string Write() => $"{ETag} {Threat}";

    /// <summary>Reads such a line.</summary>
    public static EarlyVerdict Read(string line) =>
        line.IndexOf(' ', StringComparison.Ordinal) is var at and > 0 ? new(line[..at], line[(at + 1)..]) : new(line, "");

    /// <summary>The verdict.</summary>
    public ScanVerdict Verdict => Threat.Length == 0 ? ScanVerdict.Clean : ScanVerdict.Infected(Threat);
}
