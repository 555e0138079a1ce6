namespace Latchkey.Files;

/// <summary>The hashes of a picture from which the place was erased: those of its record are of what was uploaded.</summary>
/// <param name="Md5">Base64 (RFC 1864).</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record CleanBytes(string Md5, string Sha256);

// Pictures from which the place where they were taken was erased.
public sealed partial record FileRecord
{
    /// <summary>What is served instead of what was uploaded, because a location was erased; otherwise null.</summary>
    public CleanBytes? Clean { get; init; }

    /// <summary>The MD5 of what is served, if it is known: declared, or of the erased picture.</summary>
    public string? ServedMd5 => Clean?.Md5 ?? Md5;

    /// <summary>The same for SHA-256.</summary>
    public string? ServedSha256 => Clean?.Sha256 ?? Sha256;

    /// <summary>The name of the blob with a picture from which the place was erased. No client ever has a URL that writes to it.</summary>
    public static string CleanBlobNameOf(string content) => content + ".clean";
}
