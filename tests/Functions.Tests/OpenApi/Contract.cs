using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.OpenApi;

namespace Latchkey.Tests.OpenApi;

/// <summary>An operation of the document.</summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Path">The path's template.</param>
/// <param name="Says">The Operation Object.</param>
sealed record Documented(string Method, string Path, JsonObject Says)
{
    public string Id => (string)Says["operationId"]!;

    /// <summary>The scope that it needs, or null.</summary>
    public string? Scope =>
        (string?)(Says["security"] as JsonArray)?.Select(way => way!["oauth2"]?[0]).FirstOrDefault(scope => scope is not null);

    /// <summary>Where to edit it.</summary>
    public string Source => $"\"{Method} {Path}\" in functions/OpenApi/areas/{(string)Says["tags"]![0]!}.json";
}

/// <summary>The document as the tests read it, and what it says of an answer.</summary>
static class Contract
{
    const int LongestHeld = 1000; // Bytes.

    // What an answer must not have without saying so: the headers that a client acts on.
    static readonly string[] Told =
        ["Location", "Retry-After", "WWW-Authenticate", "DPoP-Nonce", "ETag", "Upload-Offset", "Upload-Length", "Upload-Metadata",
            "Upload-Expires", "Tus-Resumable"];

    public static JsonObject Root { get; } = OpenApiDocument.Build("https://id.example.com");

    public static SchemaCheck Schemas { get; } = new(Root);

    public static IReadOnlyList<Documented> Operations { get; } =
    [
        .. from path in Root["paths"]!.AsObject()
           from method in path.Value!.AsObject()
           // As in routing: a segment that is a word goes before one that is a parameter.
           orderby string.Concat(path.Key.Split('/').Select(segment => segment.StartsWith('{') ? '1' : '0')), path.Key
           select new Documented(method.Key.ToUpperInvariant(), path.Key, method.Value!.AsObject()),
    ];

    // Every answer of every test is looked up.
    static readonly ILookup<(string Method, int Length), (string[] Segments, Documented Operation)> Routes = Operations
        .Select(operation => (Segments: operation.Path.Split('/'), Operation: operation))
        .ToLookup(route => (route.Operation.Method, route.Segments.Length));

    // Refusals that were held to the document before, byte for byte: most come again and again, and to check one takes longer than to
    // give it.
    static readonly ConcurrentDictionary<(JsonNode Schema, string Body), bool> Held = [];

    /// <summary>What the answer has that the document does not say, and where to say it; or null.</summary>
    public static async Task<string?> Fault(HttpResponseMessage answer)
    {
        var request = answer.RequestMessage!;
        var (method, path, status) = (request.Method.Method, request.RequestUri!.AbsolutePath, (int)answer.StatusCode);
        if (method == "OPTIONS" || path.StartsWith("/admin/functions/", StringComparison.Ordinal)) return null;
        await answer.Content.LoadIntoBufferAsync();
        var body = await answer.Content.ReadAsByteArrayAsync();
        // The host's own: no such route, or a path that is none.
        if (status is 400 or 404 && body.Length == 0 && answer.Content.Headers.ContentType is null) return null;
        // The document says once, for all, that HEAD is as GET; only tus has a HEAD of its own.
        if ((Find(method, path) ?? (method == "HEAD" ? Find("GET", path) : null)) is not { } operation)
            return $"{method} {path} answered {status} and is not documented: add it to the area's file in functions/OpenApi.";
        if (operation.Says["responses"]![$"{status}"] is not JsonObject says)
            return $"{method} {path} answered {status} {Start(body)}, which is not documented: add {status} to \"answers\", \"problems\" "
                + $"or \"oauthErrors\" of {operation.Source}.";
        // RFC 9110 §9.3.2: no body, whatever the headers say.
        return Headers(answer, says, operation, status) ?? (method == "HEAD" ? null : Body(answer, body, says, operation, status));
    }

    static Documented? Find(string method, string path)
    {
        var given = path.Split('/');
        return Routes[(method, given.Length)].FirstOrDefault(known => Fits(known.Segments, given)).Operation;
    }

    static string? Headers(HttpResponseMessage answer, JsonObject says, Documented operation, int status)
    {
        var named = says["headers"]?.AsObject().Select(header => header.Key).ToList() ?? [];
        // Errors have the headers that come with the status; what tus says on every answer is not repeated.
        var told = Told.Where(name => answer.Headers.Contains(name) && !named.Contains(name) && (status < 400 || name is "Retry-After"))
            .ToList();
        if (told.Count > 0) return $"{operation.Id} answered {status} with {string.Join(", ", told)}: add to \"headers\" of answer "
            + $"{status} of {operation.Source}.";
        var needed = named.Where(name =>
            name is "Location" or "ETag" or "Tus-Resumable"
                // Of a 409 only some codes have it, of a job one that is at work.
                || (name == "Retry-After" && status >= 400 && status != 409)
                || (name == "WWW-Authenticate" && status == 401 && operation.Scope is not null));
        return needed.FirstOrDefault(name => !answer.Headers.Contains(name)) is { } missing
            ? $"{operation.Id} answered {status} without {missing}, which {operation.Source} promises." : null;
    }

    static string? Body(HttpResponseMessage answer, byte[] body, JsonObject says, Documented operation, int status)
    {
        var (type, contents) = (answer.Content.Headers.ContentType?.MediaType, says["content"] as JsonObject);
        if (body.Length == 0 && type is null) return contents is null ? null
            : $"{operation.Id} answered {status} without a body, but {operation.Source} promises one.";
        if (contents?[type ?? "?"] is not JsonObject content)
            return $"{operation.Id} answered {status} as {type} {Start(body)}, which is not documented: add it to answer {status} of "
                + $"{operation.Source}.";
        if (type is not ("application/json" or "application/problem+json" or "application/scim+json")) return null;
        var refusal = status >= 400 && body.Length <= LongestHeld ? System.Text.Encoding.Latin1.GetString(body) : null;
        if (refusal is not null && Held.ContainsKey((content["schema"]!, refusal))) return null;
        using var json = JsonDocument.Parse(body);
        foreach (var (member, list) in new[] { ("code", "problems"), ("error", "oauthErrors") })
        {
            if (content["schema"]!["allOf"]?[1]?["properties"]?[member]?["enum"] is not JsonArray codes) continue;
            var code = json.RootElement.GetProperty(member).GetString();
            if (!codes.Any(known => (string)known! == code))
                return $"{operation.Id} answered {status} {code}, which is not documented: add {code} to \"{list}\", {status}, of "
                    + $"{operation.Source}.";
        }
        if (Schemas.Faults(content["schema"]!, json.RootElement) is { Count: > 0 } faults)
            return $"{operation.Id} answered {status} with JSON that is not as documented: {string.Join("; ", faults)}. "
                + $"See answer {status} of {operation.Source} and its schemas.";
        if (refusal is not null) Held[(content["schema"]!, refusal)] = true;
        return null;
    }

    static bool Fits(string[] template, string[] path) =>
        template.Zip(path).All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second);

    static string Start(byte[] body) => System.Text.Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, 200));
}

/// <summary>Holds every answer that a test gets to the document; the test that got it fails and says what to add where.</summary>
sealed class ContractHandler(Uri origin, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    readonly List<string> faults = [];

    /// <summary>What was found, for whoever comes last: a test may have caught the exception.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (faults) return [.. faults];
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (request.RequestUri!.Authority != origin.Authority || await Contract.Fault(answer) is not { } fault) return answer;
        lock (faults) faults.Add(fault);
        throw new Xunit.Sdk.XunitException(fault);
    }
}
