namespace Latchkey.Files;

/// <summary>What a scanner says about a file. A scanner that says nothing that can be relied on gives none.</summary>
public sealed record ScanVerdict
{
    /// <summary>The file is larger than the scanner takes.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The scanner has stopped at one of its limits: an archive in too many layers, for example.</summary>
    public const string LimitsExceeded = "limits_exceeded";

    /// <summary>Storage has lost the bytes.</summary>
    public const string BytesMissing = "bytes_missing";

    /// <summary>The scanner can't read the file: it is encrypted, for example.</summary>
    public const string NotScannable = "not_scannable";

    /// <summary>Defender's result did not come within a day. One that comes later counts.</summary>
    public const string NoResult = "no_result";

    const int MaxThreat = 100;

    /// <summary>No malware was found.</summary>
    public static ScanVerdict Clean { get; } = new();

    /// <summary>The name of the malware, or null.</summary>
    public string? Threat { get; private init; }

    /// <summary>Why there is no verdict and will be none, or null.</summary>
    public string? Failure { get; private init; }

    /// <summary>Malware was found.</summary>
    public static ScanVerdict Infected(string threat) => new() { Threat = Name(threat) };

    /// <summary>The file can't be scanned.</summary>
    public static ScanVerdict None(string why) => new() { Failure = why };

    // It goes into rows, mails' audit and answers, so it is plain ASCII of a bounded length.
    static string Name(string threat)
    {
        var plain = string.Concat(threat.Take(MaxThreat).Select(c => c is > ' ' and <= '~' ? c : '_'));
        return plain.Length == 0 ? "unnamed" : plain;
    }
}

/// <summary>The scanner gave no verdict: it did not answer, or not as it should. The file waits.</summary>
/// <param name="message">What happened.</param>
/// <param name="cause">Why.</param>
public sealed class NoVerdictException(string message, Exception? cause = null) : Exception(message, cause);
