using System.Text.Json;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// A result of Defender for Storage, as Event Grid delivers it ("Event Grid event schema", type
/// <c>Microsoft.Security.MalwareScanningResult</c>).
/// </summary>
/// <param name="Topic">The resource id of the topic that it came through.</param>
/// <param name="BlobUri">The blob.</param>
/// <param name="ETag">The ETag of the bytes that were scanned.</param>
/// <param name="Result">What Defender says.</param>
/// <param name="Threat">The malware's name, or null.</param>
sealed record DefenderResult(string Topic, string BlobUri, string ETag, string Result, string? Threat)
{
    const string EventType = "Microsoft.Security.MalwareScanningResult";

    /// <summary>Reads a message of the queue. Event Grid may add members; those that count must be there.</summary>
    /// <exception cref="UnknownMessageException">It is no such event.</exception>
    public static DefenderResult Read(string message)
    {
        try
        {
            using var parsed = JsonDocument.Parse(message, new() { MaxDepth = 16 });
            var root = parsed.RootElement;
            if (Text(root, "eventType") != EventType) throw new UnknownMessageException();
            var data = root.GetProperty("data");
            return new(Text(root, "topic"), Text(data, "blobUri"), Text(data, "eTag").Trim('"'), Text(data, "scanResultType"), Name(data));
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UnknownMessageException(other);
        }
    }

    /// <summary>The verdict.</summary>
    public ScanVerdict Verdict => Result switch
    {
        "No threats found" => ScanVerdict.Clean,
        "Malicious" => ScanVerdict.Infected(Threat ?? "Malicious"),
        _ => ScanVerdict.None(ScanVerdict.NotScannable),
    };

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new UnknownMessageException();

    static string? Name(JsonElement data) =>
        data.TryGetProperty("scanResultDetails", out var details) && details.ValueKind == JsonValueKind.Object
        && details.TryGetProperty("malwareNamesFound", out var names) && names.ValueKind == JsonValueKind.Array
        && names.GetArrayLength() > 0 ? names[0].GetString() : null;
}
