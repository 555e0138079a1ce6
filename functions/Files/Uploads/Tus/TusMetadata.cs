using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>
/// The header Upload-Metadata (tus, creation): pairs of a key and a base64 value, separated by commas. The known keys are
/// <c>filename</c> or <c>name</c>, <c>filetype</c> or <c>type</c>, <c>folder</c>, <c>space</c>, <c>md5</c>, <c>sha256</c>,
/// <c>modifiedAt</c>, <c>takenAt</c>, <c>metadata</c>, a JSON object, <c>tags</c>, a JSON array, and <c>replaces</c>, the file whose bytes
/// they replace, with <c>conflict</c>. Others are stored and returned, but ignored.
/// </summary>
static class TusMetadata
{
    const int MaxChars = 4096;

    /// <summary>What the header declares about a file of this size.</summary>
    /// <exception cref="Problem">400 <c>invalid_metadata</c>.</exception>
    public static DeclaredUpload Read(string header, long size)
    {
        var values = Parse(header);
        string? Value(string name, string? alias = null) =>
            values.GetValueOrDefault(name) ?? (alias is null ? null : values.GetValueOrDefault(alias));
        return new DeclaredUpload
        {
            Name = Value("filename", "name"),
            ContentType = Value("filetype", "type"),
            Size = size,
            Folder = Value("folder"),
            Space = Value("space"),
            Md5 = Value("md5"),
            Sha256 = Value("sha256"),
            ModifiedAt = Value("modifiedAt"),
            TakenAt = Value("takenAt"),
            Metadata = FileMetadata.Pairs(Value("metadata")),
            Tags = FileTags.Items(Value("tags")),
            Resumable = true,
            Replaces = Value("replaces"),
            Conflict = Value("conflict"),
        };
    }

    static Dictionary<string, string> Parse(string header)
    {
        if (header.Length > MaxChars) throw Invalid($"it is longer than {MaxChars} characters");
        if (header.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw Invalid("it is not ASCII"); // It is returned in a header.
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, encoded) = pair.Split(' ') switch
            {
                [var k] => (k, ""),
                [var k, var v] => (k, v),
                _ => throw Invalid("a pair has more than a key and a value"),
            };
            var bytes = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, bytes, out var length)) throw Invalid("a value is not base64");
            var value = Body.Text(bytes.AsSpan(0, length)) ?? throw Invalid("a value is not UTF-8");
            if (!values.TryAdd(key, value)) throw Invalid("a key is given twice");
        }
        // An empty value counts as left out: browsers send an empty type for files that they don't know.
        return values.Where(pair => pair.Value.Length > 0).ToDictionary(StringComparer.Ordinal);
    }

    static Problem Invalid(string why) => Problem.BadRequest("invalid_metadata", $"Invalid Upload-Metadata: {why}.");
}
