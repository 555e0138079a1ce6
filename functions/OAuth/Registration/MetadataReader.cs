using System.Text.Json;
using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>
/// Reads single fields of client metadata (RFC 7591 §2). An absent field is null; a field with the wrong type or beyond its
/// limit is <c>invalid_client_metadata</c>.
/// </summary>
sealed class MetadataReader
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    readonly JsonElement json;

    MetadataReader(JsonElement json) => this.json = json;

    /// <summary>The body of a registration request.</summary>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c></exception>
    /// <exception cref="Problem">The body is too large or truncated.</exception>
    public static async Task<MetadataReader> Read(HttpRequest request)
    {
        if (!Body.Is(request, "application/json")) throw Fault("The body must be application/json.");
        return Parse(await Body.OAuthBytes(request));
    }

    /// <summary>The metadata in these bytes.</summary>
    /// <exception cref="OAuthError"><c>invalid_client_metadata</c></exception>
    public static MetadataReader Parse(byte[] bytes)
    {
        try
        {
            if (Body.Text(bytes) is null) throw Fault("The body is not UTF-8.");
            using var document = JsonDocument.Parse(bytes, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Fault("The body must be a JSON object.");
            return new MetadataReader(document.RootElement.Clone());
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair.
            throw Fault("The body is not JSON, or repeats a property.");
        }
    }

    public static OAuthError Fault(string what) => OAuthError.InvalidClientMetadata(what);

    public bool Has(string name) => Value(name) is not null;

    public string? Text(string name, int max)
    {
        if (Value(name) is not { } value) return null;
        return ForeignJwt.Text(value) is { Length: > 0 } text && text.Length <= max
            ? text : throw Fault($"{name} must be a string of 1 to {max} characters.");
    }

    /// <summary>A display text (<see cref="FieldRules.IsDisplayText"/>).</summary>
    public string? Name(string name, int max)
    {
        if (Text(name, max) is not { } text) return null;
        return FieldRules.IsDisplayText(text) ? text.Trim() : throw Fault($"{name} contains characters that cannot be displayed.");
    }

    public string? OneOf(string name, params IReadOnlyList<string> allowed)
    {
        if (Text(name, 200) is not { } text) return null;
        return allowed.Contains(text) ? text : throw Fault($"{name} must be one of: {string.Join(", ", allowed)}.");
    }

    public bool Flag(string name) => Value(name) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
            : throw Fault($"{name} must be true or false."));

    public IReadOnlyList<string>? Texts(string name, int max)
    {
        if (Value(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > max)
            throw Fault($"{name} must be an array of at most {max} strings.");
        return [.. value.EnumerateArray().Select(item =>
            ForeignJwt.Text(item) ?? throw Fault($"{name} must be an array of strings."))];
    }

    public string? HttpsUri(string name)
    {
        if (Text(name, FieldRules.MaxUriChars) is not { } text) return null;
        return FieldRules.IsHttpsUri(text) ? text : throw Fault($"{name} must be an https URL.");
    }

    /// <summary>An address that Latchkey itself will go to (<see cref="ProviderHttp.IsAllowed"/>).</summary>
    public string? OutboundUri(string name, bool development)
    {
        if (Text(name, FieldRules.MaxUriChars) is not { } text) return null;
        return ProviderHttp.IsAllowed(text, development) ? text : throw Fault($"{name} must be an https URL without a fragment.");
    }

    public string? Object(string name, int max)
    {
        if (Value(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Object && value.GetRawText() is var raw && raw.Length <= max
            ? raw : throw Fault($"{name} must be an object of at most {max} characters.");
    }

    JsonElement? Value(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
