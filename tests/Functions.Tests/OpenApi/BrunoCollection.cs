using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Latchkey.Tests.OpenApi;

/// <summary>
/// clients/bruno, a collection for Bruno (its .bru files): a folder for each area and a request for each operation that is for programs.
/// The environment is the demo of <c>dotnet dev.cs up</c>. What a request has made is what the next ones are about: its id is the
/// variable <c>id</c>.
/// </summary>
static partial class BrunoCollection
{
    public const string Folder = "clients/bruno";

    const string Environment = """
        vars {
          origin: http://localhost:7071
          tenant: demo
          user: admin
          password: admin-password
          clientId: service
          clientSecret: service-secret-for-local-runs-only
          registrationToken:
          scimToken:
        }

        """;

    // The demo's administrator may do everything in its tenant; what is for operators has their service's token.
    const string Collection = """
        meta {
          name: Latchkey
        }

        auth {
          mode: oauth2
        }

        auth:oauth2 {
          grant_type: password
          access_token_url: {{origin}}/{{tenant}}/oauth/token
          refresh_token_url:
          username: {{user}}
          password: {{password}}
          client_id: first-party
          client_secret:
          scope:
          credentials_placement: body
          credentials_id: user
          token_placement: header
          token_header_prefix: Bearer
          auto_fetch_token: true
          auto_refresh_token: true
        }

        """;

    const string Operator = """
        auth:oauth2 {
          grant_type: client_credentials
          access_token_url: {{origin}}/operator/oauth/token
          refresh_token_url:
          client_id: {{clientId}}
          client_secret: {{clientSecret}}
          scope:
          credentials_placement: basic_auth_header
          credentials_id: operator
          token_placement: header
          token_header_prefix: Bearer
          auto_fetch_token: true
          auto_refresh_token: true
        }


        """;

    // The operation's own example is a refresh; without a refresh token of one's own it could not be sent.
    static readonly JsonObject SignIn = new()
    {
        ["grant_type"] = "password",
        ["client_id"] = "first-party",
        ["username"] = "{{user}}",
        ["password"] = "{{password}}",
    };

    static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The files by their path in the repository.</summary>
    public static Dictionary<string, string> Make()
    {
        var files = new Dictionary<string, string>
        {
            [$"{Folder}/bruno.json"] =
                """{ "version": "1", "name": "Latchkey", "type": "collection", "ignore": ["node_modules", ".git"] }""" + "\n",
            [$"{Folder}/collection.bru"] = Collection,
            [$"{Folder}/environments/Local.bru"] = Environment,
        };
        foreach (var tag in Contract.Root["tags"]!.AsArray())
        {
            var area = (string)tag!["name"]!;
            var operations = Contract.Operations.Where(operation => IsForPrograms(operation) && (string)operation.Says["tags"]![0]! == area)
                .ToList();
            if (operations.Count == 0) continue;
            files[$"{Folder}/{area}/folder.bru"] = $"meta {{\n  name: {area}\n}}\n\n{Block("docs", (string)tag["description"]!)}";
            foreach (var (at, operation) in operations.Index()) files[$"{Folder}/{area}/{operation.Id}.bru"] = Request(operation, at + 1);
        }
        return files;
    }

    static bool IsForPrograms(Documented operation) => operation.Says["responses"]!["500"]?["content"]?["text/html"] is null;

    static string Request(Documented operation, int number)
    {
        var isOperators = operation.Scope == "operator";
        var path = isOperators ? operation.Path.Replace("{tenant}", "operator", StringComparison.Ordinal) : operation.Path;
        path = PathParameter().Replace(path.Replace("{tenant}", "{{tenant}}", StringComparison.Ordinal), ":$1");
        var parameters = (operation.Says["parameters"] as JsonArray ?? []).Select(Resolved).ToList();
        var (mode, body) = Body(operation);
        var text = new StringBuilder($"meta {{\n  name: {operation.Says["summary"]}\n  type: http\n  seq: {number}\n}}\n\n");
        string[] lines = [$"url: {{{{origin}}}}{path}", $"body: {mode}", $"auth: {Auth(operation, isOperators)}"];
        text.Append(Block(operation.Method.ToLowerInvariant(), string.Join('\n', lines))).Append('\n');
        text.Append(Pairs("params:query", parameters, "query")).Append(Pairs("params:path", parameters, "path"))
            .Append(Pairs("headers", [.. parameters, .. ContentType(operation)], "header"));
        text.Append(Auth(operation, isOperators) switch
        {
            "basic" => "auth:basic {\n  username: {{clientId}}\n  password: {{clientSecret}}\n}\n\n",
            "bearer" => $"auth:bearer {{\n  token: {{{{{Scheme(operation)}}}}}\n}}\n\n",
            "oauth2" => Operator,
            _ => "",
        });
        text.Append(body);
        if (Makes(operation)) text.Append("vars:post-response {\n  id: res.body.id\n}\n\n");
        return text.Append(Block("docs", Docs(operation))).ToString();
    }

    static string Auth(Documented operation, bool isOperators) => isOperators ? "oauth2" : Scheme(operation) switch
    {
        "oauth2" => "inherit",
        "clientSecretBasic" when operation.Id != "token" => "basic",
        "registrationToken" or "scimToken" => "bearer",
        _ => "none",
    };

    static string? Scheme(Documented operation) => (operation.Says["security"] as JsonArray)?.FirstOrDefault()?.AsObject()
        .Select(way => way.Key).FirstOrDefault();

    static JsonObject Resolved(JsonNode? node) => node!["$ref"] is { } reference
        ? ((string)reference!).Split('/').Skip(1).Aggregate((JsonNode)Contract.Root, (at, name) => at[name]!).AsObject() : node.AsObject();

    // ~ is not sent until it is switched on.
    static string Pairs(string block, List<JsonObject> parameters, string place)
    {
        var lines = parameters.Where(parameter => (string)parameter["in"]! == place && (string)parameter["name"]! != "tenant")
            .Select(Line).ToList();
        return lines.Count == 0 ? "" : $"{block} {{\n{string.Concat(lines)}}}\n\n";

        string Line(JsonObject parameter)
        {
            var name = (string)parameter["name"]!;
            var value = place != "path" ? $"{parameter["example"] ?? parameter["schema"]!["default"]}"
                : name.EndsWith("id", StringComparison.OrdinalIgnoreCase) ? "{{id}}" : $"{{{{{name}}}}}";
            return $"  {((bool?)parameter["required"] == true ? "" : "~")}{name}: {value}".TrimEnd() + "\n";
        }
    }

    static (string Mode, string Block) Body(Documented operation)
    {
        if (operation.Says["requestBody"] is not { } request) return ("none", "");
        var (type, content) = request["content"]!.AsObject().First();
        var example = operation.Id == "token" ? SignIn : content!["example"] ?? Example(content["schema"]!, 0);
        var (mode, block) = type switch
        {
            "application/x-www-form-urlencoded" => ("formUrlEncoded", Form("body:form-urlencoded", example)),
            "multipart/form-data" => ("multipartForm", Form("body:multipart-form", example)),
            _ when type.EndsWith("json", StringComparison.Ordinal) =>
                ("json", Block("body:json", example?.ToJsonString(Readable) ?? "{}") + "\n"),
            _ => ("none", ""), // Bytes.
        };
        return ((bool?)request["required"] == false ? "none" : mode, block);
    }

    // Bruno sends JSON as application/json unless a header says otherwise.
    static IEnumerable<JsonObject> ContentType(Documented operation) =>
        from type in operation.Says["requestBody"]?["content"]?.AsObject().Take(1).Select(content => content.Key) ?? []
        where type is "application/scim+json"
        select new JsonObject
        {
            ["name"] = "Content-Type",
            ["in"] = "header",
            ["required"] = true,
            ["example"] = type,
            ["schema"] = new JsonObject(),
        };

    static string Form(string block, JsonNode? example) => $"{block} {{\n"
        + string.Concat((example as JsonObject ?? []).Select(field => $"  {field.Key}: {field.Value}".TrimEnd() + "\n")) + "}\n\n";

    // What a schema demands; everything else is optional.
    static JsonNode? Example(JsonNode schema, int depth)
    {
        if (depth > 6) return null;
        if (schema["$ref"] is not null) return Example(Resolved(schema), depth + 1);
        var given = schema["example"] ?? schema["default"] ?? schema["const"] ?? (schema["enum"] as JsonArray)?[0];
        if (given is not null) return given.DeepClone();
        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray { Count: > 0 } ways) return Example(ways[0]!, depth + 1);
        var type = schema["type"] is JsonArray types ? (string)types[0]! : (string?)schema["type"];
        var parts = (schema["allOf"] as JsonArray ?? []).Select(part => Example(part!, depth + 1)).OfType<JsonObject>().ToList();
        if (parts.Count > 0 || type == "object") return Object(schema, parts, depth);
        return type switch
        {
            "array" => new JsonArray(schema["items"] is { } items ? [Example(items, depth + 1)] : []),
            "integer" or "number" => schema["minimum"]?.DeepClone() ?? 1,
            "boolean" => false,
            _ => (string?)schema["format"] switch { "date-time" => "2027-01-01T00:00:00Z", "uri" => "https://example.com/", _ => "text" },
        };
    }

    static JsonObject Object(JsonNode schema, List<JsonObject> parts, int depth)
    {
        var made = new JsonObject();
        foreach (var (name, value) in parts.SelectMany(part => part)) made[name] = value?.DeepClone();
        foreach (var name in (schema["required"] as JsonArray ?? []).Select(name => (string)name!))
            made[name] = Example(schema["properties"]![name]!, depth + 1);
        return made;
    }

    static bool Makes(Documented operation) => operation.Method == "POST" && operation.Says["responses"]!["201"] is { } made
        && made["content"]?["application/json"]?["schema"] is { } schema
        && Example(schema, 0) is JsonObject answer && answer.ContainsKey("id");

    static string Docs(Documented operation)
    {
        var lines = new List<string>();
        if ((string?)operation.Says["description"] is { } description) lines.AddRange([description, ""]);
        if (operation.Scope is { } scope) lines.AddRange([$"It needs the scope `{scope}`.", ""]);
        lines.AddRange(operation.Says["responses"]!.AsObject().Select(answer => $"- {answer.Key}: {answer.Value!["description"]}"));
        lines.AddRange(["", "What each code means: docs/reference/errors.md."]);
        return string.Join('\n', lines);
    }

    static string Block(string name, string text) =>
        $"{name} {{\n{string.Concat(text.Split('\n').Select(line => $"  {line}".TrimEnd() + "\n"))}}}\n";

    [GeneratedRegex(@"(?<!\{)\{(\w+)\}(?!\})")]
    private static partial Regex PathParameter();
}
