namespace Latchkey.Files;

/// <summary>
/// What is known of malware in a file. <c>result</c> is <c>pending</c>, <c>clean</c>, <c>infected</c>, with the <c>threat</c>, or
/// <c>failed</c>, with the <c>reason</c>: then nobody gets the file.
/// </summary>
public sealed record ScanResponse(string Result, DateTime? At = null, string? Threat = null, string? Reason = null)
{
    /// <summary>The response for a record; null if nobody has asked for a scan.</summary>
    public static ScanResponse? Of(FileRecord file) => file switch
    {
        { Scan.Threat: { } threat } => new("infected", file.Scan.At?.UtcDateTime, threat),
        { Status: FileStatus.Scanning, Scan.Failure: { } reason } => new("failed", file.Scan.At?.UtcDateTime, Reason: reason),
        { Status: FileStatus.Scanning } => new("pending"),
        { Scan.At: { } at } => new("clean", at.UtcDateTime),
        _ => null,
    };
}
