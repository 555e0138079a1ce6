using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>Reads a JSON request body strictly: unknown, repeated and missing members are errors.</summary>
public static class JsonBody
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        MaxDepth = 8,
        Converters = { new Strings() },
    };

    /// <summary>The body as a <typeparamref name="T"/>.</summary>
    /// <exception cref="Problem">415 <c>unsupported_media_type</c>, 400 <c>invalid_json</c>, 413 <c>body_too_large</c>.</exception>
    public static async Task<T> Read<T>(HttpRequest request, int maxBytes = Body.MaxBytes) where T : class
    {
        if (!Body.Is(request, "application/json"))
            throw new Problem(415, "unsupported_media_type", "The body must be application/json.");
        return Read<T>(await Body.Bytes(request, maxBytes));
    }

    /// <summary>The same, for a body that was already read, or a part of one.</summary>
    /// <param name="bytes">The JSON.</param>
    /// <param name="what">What the error says that it is.</param>
    /// <exception cref="Problem">400 <c>invalid_json</c>.</exception>
    public static T Read<T>(byte[] bytes, string what = "request body") where T : class
    {
        if (Body.Text(bytes) is null) throw Invalid(what, "it is not UTF-8");
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Options) ?? throw Invalid(what, "it is null");
        }
        catch (JsonException broken)
        {
            throw Invalid(what, broken.Path is { Length: > 1 } path ? $"{path} is unknown or not valid" : "it cannot be read");
        }
    }

    /// <summary>The names of the members of a body that are present: those of its properties that are not null.</summary>
    public static IEnumerable<string> Present<T>(T body) where T : class =>
        from property in typeof(T).GetProperties()
        where property.GetValue(body) is not null
        select JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    static Problem Invalid(string what, string why) => Problem.BadRequest("invalid_json", $"Invalid {what}: {why}.");

    // The serializer accepts null as an item of any list, even if the item type is not nullable.
    sealed class Strings : JsonConverter<IReadOnlyList<string>>
    {
        public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
            var texts = new List<string>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException());
            return texts;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }
}
