using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.OpenApi;

/// <summary>The document as one page of HTML: no script, one style sheet, light or dark as the device is, anchors for everything.</summary>
sealed class ReferencePage(JsonObject root)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly string Style = ReadStyle();

    /// <summary>The page's Content-Security-Policy (CSP 3): its style and nothing else.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>The page, UTF-8.</summary>
    public byte[] Html => Encoding.UTF8.GetBytes($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(root["info"]!["title"])} API</title>
        <style>{Style}</style>
        </head>
        <body>
        <header>
        <h1>{Text(root["info"]!["title"])} API</h1>
        <p class="lead">{Text(root["info"]!["summary"])} <a href="openapi.json">openapi.json</a> · version {Text(root["info"]!["version"])} · <code>{Text(root["servers"]![0]!["url"])}</code></p>
        {Prose(root["info"]!["description"])}
        </header>
        <nav aria-label="Contents">
        <h2>Contents</h2>
        {Join(Areas, Contents)}
        <p><a href="#access">Access</a> · <a href="#schemas">Schemas</a></p>
        </nav>
        <main>
        {Join(Areas, Area)}
        <section id="access" aria-labelledby="of-access">
        <h2 id="of-access">Access</h2>
        {Join(root["components"]!["securitySchemes"]!.AsObject(), Scheme)}
        </section>
        <section id="schemas" aria-labelledby="of-schemas">
        <h2 id="of-schemas">Schemas</h2>
        {Join(root["components"]!["schemas"]!.AsObject().OrderBy(schema => schema.Key, StringComparer.Ordinal), Schema)}
        </section>
        </main>
        </body>
        </html>
        """);

    IEnumerable<JsonNode> Areas => root["tags"]!.AsArray()!;

    IEnumerable<(string Method, string Path, JsonNode Operation)> Operations(JsonNode area) =>
        from path in root["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        where (string?)method.Value!["tags"]![0] == (string?)area["name"]
        select (method.Key.ToUpperInvariant(), path.Key, method.Value!);

    string Contents(JsonNode area) => $"""
        <details><summary>{Title(area)}</summary>
        <ul>
        {Join(Operations(area), item => $"<li><a href=\"#{Text(item.Operation["operationId"])}\">{Text(item.Operation["summary"])}</a></li>")}
        </ul>
        </details>
        """;

    string Area(JsonNode area) => $"""
        <section id="area-{Text(area["name"])}" aria-labelledby="of-{Text(area["name"])}">
        <h2 id="of-{Text(area["name"])}">{Title(area)}</h2>
        {Prose(area["description"])}
        {Join(Operations(area), item => Operation(item.Method, item.Path, item.Operation))}
        </section>
        """;

    string Operation(string method, string path, JsonNode operation)
    {
        var id = Text(operation["operationId"]);
        return $"""
            <article id="{id}" aria-labelledby="of-{id}">
            <h3 id="of-{id}">{Text(operation["summary"])} <a class="anchor" href="#{id}" aria-label="Link to: {Text(operation["summary"])}">#</a></h3>
            <p class="route"><b class="{method.ToLowerInvariant()}">{method}</b> <code>{Text(path).Replace("/", "/<wbr>", StringComparison.Ordinal)}</code></p>
            {Prose(operation["description"])}
            {Access(operation)}
            {Part("Parameters", operation["parameters"]?.AsArray().Select(parameter => Parameter(Resolved(parameter!))))}
            {Part("Request body", operation["requestBody"]?["content"]?.AsObject().Select(Body))}
            {Part("Answers", operation["responses"]!.AsObject().Select(Response))}
            </article>
            """;
    }

    static string Access(JsonNode operation)
    {
        var ways = operation["security"]!.AsArray().SelectMany(way => way!.AsObject()).ToList();
        if (ways.Count == 0) return "";
        var scopes = ways.SelectMany(way => way.Value!.AsArray()).Select(scope => $"<code>{Text(scope)}</code>").Distinct().ToList();
        var names = ways.Select(way => $"<a href=\"#access-{Text(way.Key)}\">{Text(way.Key)}</a>").Distinct()
            .Concat(operation["security"]!.AsArray().Any(way => way!.AsObject().Count == 0) ? ["without"] : []);
        return $"<p class=\"access\">{(scopes.Count == 0 ? "" : $"Scope {string.Join(", ", scopes)} · ")}Access: {string.Join(" or ", names)}</p>";
    }

    static string Scheme(KeyValuePair<string, JsonNode?> scheme)
    {
        var scopes = scheme.Value!["flows"]?.AsObject().SelectMany(flow => flow.Value!["scopes"]!.AsObject()).DistinctBy(scope => scope.Key);
        return $"""
            <article id="access-{Text(scheme.Key)}" aria-labelledby="of-access-{Text(scheme.Key)}">
            <h3 id="of-access-{Text(scheme.Key)}">{Text(scheme.Key)}</h3>
            {Prose(scheme.Value["description"])}
            {Part("Scopes", scopes?.Select(scope => $"<dt><code>{Text(scope.Key)}</code></dt><dd>{Inline(scope.Value)}</dd>"))}
            </article>
            """;
    }

    string Parameter(JsonNode parameter) => Row(
        (string)parameter["name"]!, $"{Text(parameter["in"])}, {Type(parameter["schema"]!)}", parameter["description"], (bool?)parameter["required"] is true);

    string Body(KeyValuePair<string, JsonNode?> content) =>
        $"<dt><code>{Text(content.Key)}</code></dt><dd>{Type(content.Value!["schema"]!)}{Example(content.Value["example"])}</dd>";

    string Response(KeyValuePair<string, JsonNode?> response)
    {
        var contents = response.Value!["content"]?.AsObject().Where(content => content.Value!["schema"]!["allOf"] is null) ?? [];
        var headers = response.Value["headers"]?.AsObject().Select(header => $"<code>{Text(header.Key)}</code>").ToList() ?? [];
        return $"""
            <dt><code class="status s{response.Key[0]}">{response.Key}</code></dt>
            <dd>{Inline(response.Value["description"])} {Join(contents, content => $"<span class=\"type\">{Text(content.Key)}{Named(content.Value!["schema"]!)}</span>{Example(content.Value["example"])}")}
            {(headers.Count == 0 ? "" : $"<span class=\"quiet\">Headers: {string.Join(", ", headers)}</span>")}</dd>
            """;
    }

    string Named(JsonNode schema) => (string?)schema["type"] is "string" or "object" && schema["properties"] is null ? "" : $": {Type(schema)}";

    string Schema(KeyValuePair<string, JsonNode?> schema) => $"""
        <article id="schema-{Text(schema.Key)}" aria-labelledby="of-schema-{Text(schema.Key)}">
        <h3 id="of-schema-{Text(schema.Key)}">{Text(schema.Key)}</h3>
        {Prose(schema.Value!["description"])}
        {Type(schema.Value)}
        </article>
        """;

    // A type in words; an object's properties as a list below.
    string Type(JsonNode schema)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            var name = Text(reference.Split('/')[^1]);
            return $"<a href=\"#schema-{name}\">{name}</a>";
        }
        if (schema["enum"] is JsonArray words) return string.Join(" | ", words.Select(word => $"<code>{(word is null ? "null" : Text(word))}</code>"));
        if (schema["oneOf"] is JsonArray either) return string.Join(" or ", either.Select(one => Type(one!)));
        if (schema["allOf"] is JsonArray all) return string.Join(" and ", all.Select(one => Type(one!)));
        if (schema["properties"] is JsonObject properties)
        {
            var required = schema["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
            return $"<dl>{Join(properties, property => Row(property.Key, Type(property.Value!), property.Value!["description"], required.Contains(property.Key)))}</dl>";
        }
        if (schema["items"] is { } items) return $"list of {Type(items)}";
        var type = schema["type"] is JsonArray types ? string.Join(" or ", types.Select(Text)) : Text(schema["type"]);
        return schema["format"] is { } format ? $"{type} ({Text(format)})" : type;
    }

    static string Row(string name, string type, JsonNode? description, bool required) => $"""
        <dt><code>{Text(name)}</code>{(required ? " <span class=\"needed\">required</span>" : "")}</dt>
        <dd><span class="type">{type}</span> {Inline(description)}</dd>
        """;

    JsonNode Resolved(JsonNode parameter) => (string?)parameter["$ref"] is { } reference
        ? root["components"]!["parameters"]![reference.Split('/')[^1]]! : parameter;

    static string Part(string title, IEnumerable<string>? rows) =>
        rows is null ? "" : $"<h4>{title}</h4>\n<dl>{string.Join('\n', rows)}</dl>";

    static string Example(JsonNode? example) =>
        example is null ? "" : $"<pre tabindex=\"0\" aria-label=\"Example\">{Text(example.ToJsonString(Indented))}</pre>";

    static string Title(JsonNode area) => Text(area["name"]) is [var first, .. var rest] ? char.ToUpperInvariant(first) + rest : "";

    static string Join<T>(IEnumerable<T> items, Func<T, string> show) => string.Join('\n', items.Select(show));

    static string Prose(JsonNode? text) => text is null ? "" : string.Concat(((string)text!).Split("\n\n").Select(part => $"<p>{Inline(part)}</p>"));

    // What stands between backticks is code.
    static string Inline(JsonNode? text) => string.Concat(((string?)text ?? "").Split('`').Select((part, n) => n % 2 == 0 ? Text(part) : $"<code>{Text(part)}</code>"));

    static string Text(JsonNode? text) => Text((string?)text ?? "");

    static string Text(string text) => HtmlEncoder.Default.Encode(text);

    static string ReadStyle()
    {
        using var reader = new StreamReader(typeof(ReferencePage).Assembly.GetManifestResourceStream("openapi/reference.css")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
