using System.Text;
using System.Text.Json.Nodes;
using Latchkey.Tests.OpenApi;

namespace Latchkey.Tests.Fuzz;

/// <summary>Makes requests that the OpenAPI document allows.</summary>
sealed class GoodRequests(FuzzWorld world)
{
    /// <param name="operation">What is asked.</param>
    /// <param name="dice">Decides about what may be left out; null leaves out all that may be.</param>
    public FuzzRequest Make(Documented operation, Dice? dice)
    {
        var request = new FuzzRequest(operation);
        foreach (var listed in operation.Says["parameters"]?.AsArray() ?? []) Add(request, Resolved(listed!), dice);
        if (world.Token(operation) is { } token) request.Headers.Add(("Authorization", $"Bearer {token}"));
        if ((string?)operation.Says["tags"]![0] == "pages") request.Headers.Add(("Cookie", world.Cookies));
        if (operation.Says["requestBody"] is JsonObject { } body && body["content"] is JsonObject contents
            && (dice is not null || (bool?)body["required"] is true)) AddBody(request, contents, dice);
        return request;
    }

    void Add(FuzzRequest request, JsonObject parameter, Dice? dice)
    {
        var (name, place) = ((string)parameter["name"]!, (string)parameter["in"]!);
        var needed = (bool?)parameter["required"] is true;
        var known = world.Known(request.Operation, name);
        if (!needed && (dice is null ? place != "query" || known is null || name is "user" or "group" or "client" : dice.Once(2))) return;
        var value = known ?? parameter["example"]?.ToString() ?? Text(Of(request.Operation, name, parameter["schema"]!, dice, 0));
        if (place == "path") request.Path[name] = Uri.EscapeDataString(value);
        else if (place == "query") request.Query.Add((name, Uri.EscapeDataString(value)));
        else if (place == "header") request.Headers.Add((name, value));
    }

    void AddBody(FuzzRequest request, JsonObject contents, Dice? dice)
    {
        var (type, content) = dice?.Of(contents.ToList()) ?? contents.First();
        request.ContentType = type;
        var example = content!["example"] is { } said && (dice is null || dice.Once(2)) ? said.DeepClone() : null;
        switch (type)
        {
            case "application/json" or "application/scim+json":
                var json = example ?? Of(request.Operation, "", content["schema"]!, dice, 0) ?? new JsonObject();
                // What is made must not be there yet, and what is named must be.
                if (json is JsonObject members && example is not null)
                {
                    foreach (var name in (string[])["userName", "client", "space"])
                    {
                        if (members.ContainsKey(name) && world.Known(request.Operation, name) is { } value) members[name] = value;
                    }
                    if (members.ContainsKey("id")) members["id"] = $"made{Guid.CreateVersion7():n}"[..24];
                }
                request.Body = Encoding.UTF8.GetBytes(json.ToJsonString());
                break;
            case "application/x-www-form-urlencoded":
                var fields = world.Form(request.Operation.Path) is { Count: > 0 } page ? page
                    : Of(request.Operation, "", content["schema"]!, dice, 0) is JsonObject form
                        ? [.. form.Select(field => (field.Key, Text(field.Value)))] : [];
                request.Body = Encoding.UTF8.GetBytes(
                    string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Item1)}={Uri.EscapeDataString(field.Item2)}")));
                break;
            case "multipart/form-data":
                request.ContentType = "multipart/form-data; boundary=b";
                request.Body =
                    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\nhello\n\r\n--b--\r\n"u8.ToArray();
                break;
            default:
                request.Body = "hello\n"u8.ToArray();
                break;
        }
    }

    JsonNode? Of(Documented operation, string name, JsonNode schema, Dice? dice, int depth)
    {
        if (depth > 6) return null;
        var one = Resolved(schema);
        if (one["allOf"] is JsonArray all)
        {
            var merged = new JsonObject();
            foreach (var part in all)
            {
                if (Of(operation, name, part!, dice, depth + 1) is not JsonObject members) continue;
                foreach (var (key, value) in members) merged[key] = value?.DeepClone();
            }
            return merged;
        }
        if ((one["oneOf"] ?? one["anyOf"]) is JsonArray some) return Of(operation, name, (dice is null ? some[0] : dice.Of(some.ToList()))!,
            dice, depth + 1);
        var type = one["type"] is JsonArray types ? (string)types[0]! : (string?)one["type"] ?? "object";
        if (type == "string" && name.Length > 0 && world.Known(operation, name) is { } known) return known;
        if (one["enum"] is JsonArray words) return (dice is null ? words[0] : dice.Of(words.ToList()))?.DeepClone();
        return type switch
        {
            "string" =>
                (string?)one["format"] switch
                {
                    "date-time" => "2030-01-31T12:00:00Z",
                    "uri" => "https://app.example/cb",
                    _ =>
                    name == "name" ? "Fuzz ä.bin" : "fuzz"
                },
            "integer" or "number" => Math.Max(1, (long?)one["minimum"] ?? 1),
            "boolean" => dice?.Once(2) ?? false,
            "array" => new JsonArray(Of(operation, name, one["items"] ?? new JsonObject { ["type"] = "string" }, dice, depth + 1)),
            _ => Members(operation, one, dice, depth),
        };
    }

    JsonObject Members(Documented operation, JsonObject schema, Dice? dice, int depth)
    {
        var needed = schema["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        var members = new JsonObject();
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            var wanted = needed.Contains(name)
                || (dice is null ? world.Known(operation, name) is not null && name is not ("space" or "user" or "group") : dice.Once(2));
            if (wanted) members[name] = Of(operation, name, property!, dice, depth + 1);
        }
        return members;
    }

    static string Text(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue(out string? said) ? said : value?.ToJsonString() ?? "";

    static JsonObject Resolved(JsonNode node)
    {
        var one = node.AsObject();
        while (one["$ref"] is { } reference)
            one = ((string)reference!)[2..].Split('/').Aggregate((JsonNode)Contract.Root, (at, name) => at[name]!).AsObject();
        return one;
    }
}
