using System.Text.Json.Nodes;
using static Latchkey.OpenApi.OperationParts;

namespace Latchkey.OpenApi;

/// <summary>
/// Expands one operation of an area file. What all endpoints of its kind respond with is added here, so that no file repeats it.
/// </summary>
/// <param name="area">The file's name, which is the tag.</param>
/// <param name="key">Method and path.</param>
/// <param name="source">The operation in the file.</param>
/// <param name="own">Parameters of this area.</param>
/// <param name="shared">Parameters of all areas.</param>
sealed partial class AreaOperation(string area, string key, JsonObject source, JsonObject own, JsonObject shared)
{
    static readonly string[] Known =
    [
        "id", "summary", "description", "scope", "access", "security", "parameters", "json", "bodies", "optionalBody", "example", "answers",
        "problems", "oauthErrors",
    ];

    readonly SortedDictionary<int, List<string>> problems = [];
    readonly SortedDictionary<int, JsonObject> responses = [];

    string? Scope => (string?)source["scope"];

    /// <summary>The Operation Object (OpenAPI 3.1 §4.8.10).</summary>
    /// <exception cref="FormatException">The file contains something unknown.</exception>
    public JsonObject Expand()
    {
        if (source.Select(member => member.Key).FirstOrDefault(member => !Known.Contains(member)) is { } unknown)
            throw Fault($"{unknown} is unknown");
        var operation = new JsonObject { ["tags"] = new JsonArray(area) };
        foreach (var member in (string[])["id", "summary", "description"])
        {
            if (source[member] is { } text) operation[member == "id" ? "operationId" : member] = text.DeepClone();
        }
        operation["security"] = Security();
        var parameters = Parameters();
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (Bodies() is { } bodies)
            operation["requestBody"] = new JsonObject { ["required"] = source["optionalBody"] is null, ["content"] = bodies };
        Answers();
        OAuthErrors();
        Problems();
        operation["responses"] = new JsonObject(
            responses.Select(response => KeyValuePair.Create($"{response.Key}", (JsonNode?)response.Value)));
        return operation;
    }

    JsonArray Security() => source["security"]?.DeepClone().AsArray() ?? (Scope is null ? [] : new JsonArray(
        new JsonObject { ["oauth2"] = new JsonArray(Scope) }, new JsonObject { ["dpop"] = new JsonArray(Scope) }));

    JsonArray Parameters()
    {
        var inPath = key.Split('{').Skip(1).Select(segment => segment[..segment.IndexOf('}', StringComparison.Ordinal)]);
        return new JsonArray([.. inPath.Concat(source["parameters"]?.AsArray().Select(name => (string)name!) ?? []).Select(Parameter)]);
    }

    JsonNode Parameter(string name)
    {
        if (own[name] is not JsonObject definition)
        {
            return shared.ContainsKey(name) ? new JsonObject { ["$ref"] = $"#/components/parameters/{name}" }
                : throw Fault($"the parameter {name} is not defined");
        }
        var parameter = definition.DeepClone().AsObject();
        parameter["schema"] = AreaSchema.Expand(parameter["schema"]!);
        if (!parameter.ContainsKey("name")) parameter.Insert(0, "name", name);
        if ((string?)parameter["in"] == "path") parameter["required"] = true;
        return parameter;
    }

    JsonObject? Bodies()
    {
        var bodies = source["bodies"]?.AsObject().ToDictionary(body => body.Key, body => body.Value!)
            ?? (source["json"] is { } json ? new() { ["application/json"] = json } : []);
        if (bodies.Count == 0) return null;
        Add(400, IsPage ? "The form cannot be read." : IsScim ? "The body cannot be read." : "truncated_body malformed_request");
        Add(413, IsPage ? "The form is too large." : IsScim ? "The body is too large." : "body_too_large");
        if (IsScim) Add(415, "The body is of another type.");
        if (source["json"] is not null) // JsonBody reads it.
        {
            Add(400, "invalid_json");
            Add(415, "unsupported_media_type");
        }
        return new JsonObject(bodies.Select(body => KeyValuePair.Create(body.Key, (JsonNode?)Content(body.Value, source["example"]))));
    }

    void Answers()
    {
        foreach (var (status, answer) in source["answers"]!.AsObject())
        {
            var response = new JsonObject { ["description"] = answer!["description"]?.DeepClone() ?? "Done." };
            if (answer["headers"] is JsonArray names) response["headers"] = Headers(names.Select(name => (string)name!));
            if (answer["json"] is { } json)
                response["content"] = new JsonObject { ["application/json"] = Content(json, answer["example"]) };
            if (answer["type"] is { } type)
            {
                response["content"] = new JsonObject(Types(type)
                    .Select(one => KeyValuePair.Create(one, (JsonNode?)Content(answer["schema"] ?? "string", answer["example"]))));
            }
            responses[Number(status)] = response;
        }
        // RFC 9449 §8.2: a response to a request with a proof carries the newest nonce.
        if (Scope is null) return;
        foreach (var response in responses.Values)
            HeadersOf(response).TryAdd("DPoP-Nonce", Header("DPoP-Nonce"));
    }

    static IEnumerable<string> Types(JsonNode type) => type is JsonArray types ? types.Select(one => (string)one!) : [(string)type!];

    void OAuthErrors()
    {
        foreach (var (status, codes) in source["oauthErrors"]?.AsObject() ?? [])
        {
            var words = ((string)codes!).Split(' ');
            Response(Number(status), words)["content"] =
                new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Coded("OAuthError", "error", words) } };
        }
    }

    void Problems()
    {
        Kind((string?)source["access"] ?? (Scope is null ? throw Fault("has neither scope nor access") : "token"));
        if (source["parameters"] is JsonArray names && names.Any(name => IsInQuery((string)name!)))
            Add(400, HasSentences ? "The query string is invalid." : "invalid_query");
        foreach (var (status, codes) in source["problems"]?.AsObject() ?? []) Add(Number(status), (string)codes!);
        foreach (var (status, codes) in problems)
        {
            var content = Response(status, codes)["content"] ??= new JsonObject();
            if (IsScim) content[ScimType] = new JsonObject { ["schema"] = AreaSchema.Expand("ScimError") };
            else if (IsPage) content["text/html"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
            else content["application/problem+json"] = new JsonObject { ["schema"] = Coded("Problem", "code", codes) };
        }
    }

    bool IsInQuery(string parameter) => (string?)(own[parameter] ?? shared[parameter])?["in"] == "query";

    void Add(int status, string codes)
    {
        if (!problems.TryGetValue(status, out var list)) problems[status] = list = [];
        list.AddRange(HasSentences ? [codes] : codes.Split(' ').Except(list));
    }

    JsonObject Response(int status, IReadOnlyCollection<string> codes)
    {
        var listed = HasSentences ? string.Join(' ', codes) : string.Join(", ", codes.Select(code => $"`{code}`"));
        if (responses.TryGetValue(status, out var response))
        {
            response["description"] = $"{(string)response["description"]!} {listed}";
            return response;
        }
        response = new JsonObject { ["description"] = listed };
        string[] headers = status switch
        {
            401 when Scope is not null => ["WWW-Authenticate", "DPoP-Nonce"],
            401 => ["WWW-Authenticate"],
            403 when Scope is not null => ["WWW-Authenticate"],
            400 when codes.Contains("use_dpop_nonce") => ["DPoP-Nonce"],
            409 when codes.Any(code => code is "thumbnail_pending" or "file_scanning" or "folder_busy" or "job_running") => ["Retry-After"],
            412 when area == "tus" => ["Tus-Version"],
            429 or 503 => ["Retry-After"],
            _ => [],
        };
        if (headers.Length > 0) response["headers"] = Headers(headers);
        return responses[status] = response;
    }

    static int Number(string status) => int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);

    FormatException Fault(string why) => new($"functions/OpenApi/areas/{area}.json, {key}: {why}");
}
