using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Http;

/// <summary>A text in a JSON Merge Patch (RFC 7396): absent, which changes nothing; null, which removes it; or a new one.</summary>
/// <param name="IsSent">False if the member is absent.</param>
/// <param name="Value">The new text, or null.</param>
[JsonConverter(typeof(PatchedTextConverter))]
readonly record struct PatchedText(bool IsSent, string? Value);

/// <summary>Reads a <see cref="PatchedText"/>.</summary>
sealed class PatchedTextConverter : JsonConverter<PatchedText>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override PatchedText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => new(IsSent: true, null),
            JsonTokenType.String => new(IsSent: true, reader.GetString()),
            _ => throw new JsonException(),
        };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PatchedText value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}
