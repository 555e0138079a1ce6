using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>
/// What an app keeps with a file: pairs of strings, which mean nothing to the service. All keys and values together have at most
/// <see cref="MaxBytes"/> bytes of UTF-8.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed record FileMetadata
{
    const int MaxBytes = 2048;
    const int MaxKeyChars = 64;

    FileMetadata(string json) => Json = json;

    /// <summary>The pairs as a JSON object in ASCII, sorted by key.</summary>
    public string Json { get; }

    /// <summary>What a row holds; null for nothing.</summary>
    public static FileMetadata? OfColumn(string? json) => json is null ? null : new(json);

    /// <summary>Checks pairs from outside; null for none.</summary>
    /// <exception cref="Problem">400 <c>invalid_metadata</c>.</exception>
    public static FileMetadata? Read(IReadOnlyDictionary<string, string?>? pairs)
    {
        if (pairs is null or { Count: 0 }) return null;
        var bytes = 0;
        foreach (var (key, value) in pairs)
        {
            if (key.Length is 0 or > MaxKeyChars || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
                throw Invalid($"a key is not 1 to {MaxKeyChars} letters, digits, underscores, hyphens and dots");
            if (value is null) throw Invalid("a value is not a string");
            bytes += key.Length + Encoding.UTF8.GetByteCount(value);
        }
        if (bytes > MaxBytes) throw Invalid($"it has more than {MaxBytes} bytes");
        return new(JsonSerializer.Serialize(new SortedDictionary<string, string?>(pairs.ToDictionary(), StringComparer.Ordinal)));
    }

    /// <summary>The pairs in the text of a JSON object, as a form's field and tus's Upload-Metadata hold it; null for none.</summary>
    /// <exception cref="Problem">400 <c>invalid_metadata</c>.</exception>
    public static Dictionary<string, string?>? Pairs(string? json)
    {
        if (json is null) return null;
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string?>>(json, JsonSerializerOptions.Strict);
        }
        catch (JsonException)
        {
            throw Invalid("it is not a JSON object of strings");
        }
    }

    static Problem Invalid(string why) => Problem.BadRequest("invalid_metadata", $"Invalid metadata: {why}.");

    sealed class Converter : JsonConverter<FileMetadata>
    {
        public override FileMetadata Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, FileMetadata value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Json);
    }
}
