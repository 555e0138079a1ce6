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

    /// <summary>When others were told of the malware; null if nobody was, or none was found.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>True if a scanner has looked at the bytes and found nothing.</summary>
    public bool IsClean => this is { At: not null, Threat: null, Failure: null };

    /// <summary>With a verdict about what was uploaded so far. That there is none overrides no verdict about the same bytes.</summary>
    public FileScan With(EarlyVerdict verdict) =>
        verdict.Failure is not null && Early.Any(one => one.ETag == verdict.ETag && one.Failure is null) ? this : this with
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
/// <param name="Failure">Why they can't be scanned, or null.</param>
public sealed record EarlyVerdict(string ETag, string Threat, string? Failure = null)
{
    // Neither an ETag nor a threat has a space.
    const char Space = ' ';

    /// <summary>Writes it as a line of a column: with two spaces before a failure.</summary>
    public string Write() => Failure is null ? $"{ETag} {Threat}" : $"{ETag}  {Failure}";

    /// <summary>Reads such a line.</summary>
    public static EarlyVerdict Read(string line) => line.IndexOf(Space, StringComparison.Ordinal) is not (var at and > 0) ? new(line, "")
        : line[(at + 1)..] is [Space, .. var failure] ? new(line[..at], "", failure) : new(line[..at], line[(at + 1)..]);

    /// <summary>What a result says.</summary>
    public static EarlyVerdict Of(string etag, ScanVerdict verdict) => new(etag, verdict.Threat ?? "", verdict.Failure);

    /// <summary>The verdict.</summary>
    public ScanVerdict Verdict => Failure is not null ? ScanVerdict.None(Failure)
        : Threat.Length == 0 ? ScanVerdict.Clean : ScanVerdict.Infected(Threat);
}
