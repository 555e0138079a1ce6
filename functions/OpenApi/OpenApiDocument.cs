using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Http;

namespace Latchkey.OpenApi;

/// <summary>
/// The description of the whole API (OpenAPI 3.1), built from the area files when first requested. README.md explains how they are
/// written; <see cref="AreaOperation"/> adds what all operations of a kind have in common.
/// </summary>
public sealed class OpenApiDocument
{
    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonDocumentOptions Source = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The document of a deployment: its only server is the origin in the settings.</summary>
    public OpenApiDocument(Settings settings)
    {
        Json = JsonSerializer.SerializeToUtf8Bytes(Build(settings.Origin), Readable);
        ETag = EntityTag.Of(Json);
    }

    /// <summary>The document in UTF-8.</summary>
    public byte[] Json { get; }

    /// <summary>The strong validator of <see cref="Json"/> (RFC 9110 §8.8.3).</summary>
    public string ETag { get; }

    /// <summary>The areas in the document's order; each is a file.</summary>
    public static IReadOnlyList<string> Areas { get; } = [.. Read("common")["areas"]!.AsArray().Select(name => (string)name!)];

    /// <summary>Builds the document from the areas.</summary>
    /// <exception cref="FormatException">A file contains something unknown.</exception>
    public static JsonObject Build(string origin)
    {
        var root = Read("common");
        root.Remove("areas");
        root["servers"] = new JsonArray(new JsonObject { ["url"] = origin, ["description"] = "This deployment." });
        var components = root["components"]!.AsObject();
        foreach (var flow in components["securitySchemes"]!["oauth2"]!["flows"]!.AsObject())
        {
            foreach (var url in flow.Value!.AsObject().Where(member => IsUrl(member.Key)).ToList())
                flow.Value[url.Key] = origin + (string)url.Value!;
        }
        Expand(components["schemas"]!.AsObject());
        foreach (var component in components["parameters"]!.AsObject().Concat(components["headers"]!.AsObject()).ToList())
            component.Value!["schema"] = AreaSchema.Expand(component.Value!["schema"]!);
        var (tags, paths) = (new JsonArray(), new JsonObject());
        foreach (var name in Areas) Add(name, components, tags, paths);
        (root["tags"], root["paths"]) = (tags, paths);
        return root;
    }

    static void Add(string name, JsonObject components, JsonArray tags, JsonObject paths)
    {
        var area = Read(name);
        tags.Add(new JsonObject { ["name"] = name, ["description"] = area["description"]!.DeepClone() });
        foreach (var (schema, source) in area["schemas"]?.AsObject() ?? [])
        {
            if (!components["schemas"]!.AsObject().TryAdd(schema, AreaSchema.Expand(source!)))
                throw new FormatException($"{name}: the schema {schema} is defined twice");
        }
        var own = area["parameters"]?.AsObject() ?? [];
        foreach (var (key, source) in area["operations"]!.AsObject())
        {
            if (key.Split(' ') is not [var method, var path]) throw new FormatException($"{name}: {key} must be a method and a path");
            var item = paths[path] as JsonObject;
            if (item is null) paths[path] = item = [];
            var operation = new AreaOperation(name, key, source!.AsObject(), own, components["parameters"]!.AsObject());
            item[method.ToLowerInvariant()] = operation.Expand();
        }
    }

    static void Expand(JsonObject schemas)
    {
        foreach (var (name, source) in schemas.ToList()) schemas[name] = AreaSchema.Expand(source!);
    }

    static bool IsUrl(string member) => member.EndsWith("Url", StringComparison.Ordinal);

    static JsonObject Read(string name)
    {
        using var stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream($"openapi/{name}.json")
            ?? throw new FormatException($"The file functions/OpenApi/areas/{name}.json does not exist.");
        return JsonNode.Parse(stream, documentOptions: Source)!.AsObject();
    }
}
