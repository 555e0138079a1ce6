using System.Text.Json;
using System.Text.Json.Serialization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// The tags of a file, by which people sort and find it: at most <see cref="Max"/>, each a text as a name is (<see cref="FileName"/>) of
/// at most <see cref="MaxChars"/> UTF-16 units. No two of a file differ only in case. Their order is the client's.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed record FileTags
{
    /// <summary>The most tags of a file.</summary>
    public const int Max = 10;

    /// <summary>The most UTF-16 units of a tag.</summary>
    public const int MaxChars = 64;

    FileTags(string column) => Column = column;

    /// <summary>What a row holds: a tag per line. No tag has a line break.</summary>
    public string Column { get; }

    /// <summary>The tags; at least one.</summary>
    public IReadOnlyList<string> All => Columns.Split(Column);

    /// <summary>What a row holds; null for none.</summary>
    public static FileTags? OfColumn(string? column) => string.IsNullOrEmpty(column) ? null : new(column);

    /// <summary>Checks tags from outside; null for none. Of those that differ only in case the first counts.</summary>
    /// <exception cref="Problem">400 <c>invalid_tags</c>.</exception>
    public static FileTags? Read(IReadOnlyList<string?>? tags)
    {
        if (tags is null or { Count: 0 }) return null;
        if (tags.Count > Max) throw Invalid($"there are more than {Max}");
        return new(Columns.Join(tags.Select(Read).DistinctBy(tag => tag.ToUpperInvariant(), StringComparer.Ordinal)));
    }

    /// <summary>The tags in the text of a JSON array, as a form's field and tus's Upload-Metadata hold it; null for none.</summary>
    /// <exception cref="Problem">400 <c>invalid_tags</c>.</exception>
    public static IReadOnlyList<string?>? Items(string? json)
    {
        if (json is null) return null;
        try
        {
            return JsonSerializer.Deserialize<List<string?>>(json, JsonSerializerOptions.Strict);
        }
        catch (JsonException)
        {
            throw Invalid("they are not a JSON array of strings");
        }
    }

    static string Read(string? tag) => tag is { Length: <= MaxChars } && FileName.TryRead(tag) is { Length: <= MaxChars } read ? read
        : throw Invalid($"one is not a text of 1 to {MaxChars} characters without slashes, as a file's name is");

    static Problem Invalid(string why) => Problem.BadRequest("invalid_tags", $"Invalid tags: {why}.");

    sealed class Converter : JsonConverter<FileTags>
    {
        public override FileTags Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, FileTags value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.All, options);
    }
}
