using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Scim;

/// <summary>Reads bodies in JSON, of which nothing is known but that they are an object.</summary>
static class ScimBody
{
    /// <summary>The most bytes of a body: enough for a group with thousands of members, or for a bulk request.</summary>
    public const int MaxBytes = 1024 * 1024;

    const int MaxDepth = 16;

    static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The body.</summary>
    /// <exception cref="Problem">
    /// 415 <c>unsupported_media_type</c>, 413 <c>body_too_large</c>, 400 <c>truncated_body</c>, <c>invalidSyntax</c>.
    /// </exception>
    public static async Task<JsonObject> Read(HttpRequest request)
    {
        if (!Body.Is(request, ScimResult.MediaType) && !Body.Is(request, "application/json"))
            throw new Problem(415, "unsupported_media_type", $"The body must be {ScimResult.MediaType}.");
        var bytes = await Body.Bytes(request, MaxBytes);
        return Parse(Body.Text(bytes) ?? throw ScimError.InvalidSyntax("The request body is not UTF-8.")) as JsonObject
            ?? throw ScimError.InvalidSyntax("The request body must be a JSON object.");
    }

    /// <summary>
    /// A JSON text, made of plain values: reading them later throws nothing, whatever was escaped. Null is null.
    /// </summary>
    /// <exception cref="Problem">400 <c>invalidSyntax</c>.</exception>
    public static JsonNode? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return Plain(document.RootElement);
        }
        // The second: half a surrogate pair, escaped. The third: unescaped, in a query string.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or ArgumentException)
        {
            throw ScimError.InvalidSyntax("The request body is not valid JSON, has a member twice, or is nested too deep.");
        }
    }

    /// <summary>A text; null if there is none or an empty one.</summary>
    /// <exception cref="Problem">400 <c>invalidValue</c>.</exception>
    public static string? Text(JsonNode? node, string name) => node switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>() is { Length: > 0 } text ? text : null,
        JsonValue value when value.GetValueKind() is JsonValueKind.Number => value.ToJsonString(),
        _ => throw ScimError.InvalidValue($"{name} must be a string."),
    };

    /// <summary>True or false, as Entra ID writes it too: <c>"True"</c>. Null if there is none.</summary>
    /// <exception cref="Problem">400 <c>invalidValue</c>.</exception>
    public static bool? Flag(JsonNode? node, string name)
    {
        if (node is null) return null;
        return node is JsonValue value && bool.TryParse(value.ToString(), out var flag) ? flag
            : throw ScimError.InvalidValue($"{name} must be true or false.");
    }

    /// <summary>A whole number. Null if there is none.</summary>
    /// <exception cref="Problem">400 <c>invalidValue</c>.</exception>
    public static int? Number(JsonNode? node, string name)
    {
        if (node is null) return null;
        return node is JsonValue value && value.TryGetValue<int>(out var number) ? number
            : throw ScimError.InvalidValue($"{name} must be a whole number.");
    }

    static JsonNode? Plain(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object =>
            new JsonObject(json.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Plain(member.Value)))),
        JsonValueKind.Array => new JsonArray([.. json.EnumerateArray().Select(Plain)]),
        JsonValueKind.String => JsonValue.Create(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt32(out var number) ? JsonValue.Create(number)
            : json.GetDouble() is var real && double.IsFinite(real) ? JsonValue.Create(real)
            : throw ScimError.InvalidSyntax("A number is too large."),
        JsonValueKind.True => JsonValue.Create(true),
        JsonValueKind.False => JsonValue.Create(false),
        _ => null,
    };
}
