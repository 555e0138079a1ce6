using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Latchkey.Workshop;

/// <summary><c>dev.cs demo</c>: the main job from end to end, as an app would do it. No token or signature is printed whole.</summary>
static class Demo
{
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(30) };
    static string? token;
    static int step;

    /// <summary>Moves a file, or a picture that is made for it, up and down as alice of tenant demo.</summary>
    /// <exception cref="Failure">A step failed, or what came down is not what went up.</exception>
    public static async Task Run(string origin, string? path)
    {
        try
        {
            await using var file = File.OpenRead(path ?? await Picture());
            await Move($"{origin}/demo", file);
        }
        catch (HttpRequestException unreachable)
        {
            throw new Failure($"{unreachable.Message}\nIs the service running? Start it with: dotnet dev.cs up");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new Failure(fault.Message);
        }
        catch (TaskCanceledException) when (!Shell.Stopping.IsCancellationRequested)
        {
            throw new Failure($"There was no answer within {Http.Timeout.TotalMinutes} minutes.");
        }
    }

    static async Task<string> Picture()
    {
        var path = Path.Combine(".local", "demo.jpg");
        Directory.CreateDirectory(".local");
        await File.WriteAllBytesAsync(path, Jpeg.Draw(2400, 1600));
        return path;
    }

    static async Task Move(string tenant, FileStream file)
    {
        var sent = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Shell.Stopping));
        var (name, type) = (Path.GetFileName(file.Name), ContentType(file.Name));
        Console.WriteLine($"{file.Name}: {file.Length:N0} bytes, {type}");

        var tokens = await Token("Sign in as alice", tenant, ("grant_type", "password"),
            ("username", "alice"), ("password", "alice-password"), ("scope", "files.read files.write offline_access"));
        tokens = await Token("Refresh", tenant, ("grant_type", "refresh_token"), ("refresh_token", Text(tokens, "refresh_token")));
        token = Text(tokens, "access_token");

        var begun = await Ask("Begin the upload", HttpMethod.Post, $"{tenant}/files",
            JsonContent.Create(new { name, contentType = type, size = file.Length, sha256 = sent }));
        await Upload(begun["upload"] as JsonObject ?? [], file);
        var id = Text(begun, "id");
        await Ask("Complete it", HttpMethod.Post, $"{tenant}/files/{id}/complete", JsonContent.Create(new { }));

        await FindInList(tenant, id);
        var download = await Ask("Ask for a download", HttpMethod.Get, $"{tenant}/files/{id}/download");
        var received = await Download(Text(download, "url"), file.Length);

        Console.WriteLine($"SHA-256 up    {sent}\nSHA-256 down  {received}");
        if (sent != received)
            throw new Failure("What came down is NOT what went up.");
        Console.WriteLine("the same");
    }

    static async Task<JsonNode> Token(string what, string tenant, params (string Name, string Value)[] fields)
    {
        var form = fields.Append(("client_id", "first-party")).Select(field => KeyValuePair.Create(field.Item1, field.Item2));
        var tokens = await Ask(what, HttpMethod.Post, $"{tenant}/oauth/token", new FormUrlEncodedContent(form));
        Console.WriteLine($"     access token {Text(tokens, "access_token")[..8]}... for {tokens["expires_in"]} s, "
            + $"refresh token {Text(tokens, "refresh_token")[..8]}..., scope {tokens["scope"]}");
        return tokens;
    }

    static async Task Upload(JsonObject upload, FileStream file)
    {
        file.Position = 0;
        using var request = new HttpRequestMessage(new(Text(upload, "method")), Text(upload, "url"));
        using var answer = await Progress.Show("up", file.Length, sent =>
        {
            request.Content = new Progress.FileContent(file, sent);
            foreach (var (name, value) in upload["headers"] as JsonObject ?? [])
                if (!request.Headers.TryAddWithoutValidation(name, (string?)value))
                    request.Content.Headers.TryAddWithoutValidation(name, (string?)value);
            return Http.SendAsync(request, Shell.Stopping);
        });
        await Check("Upload, straight to storage", request, answer);
    }

    static async Task<string> Download(string url, long length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Shell.Stopping);
        await Check("Download, straight from storage", request, answer);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var body = await answer.Content.ReadAsStreamAsync(Shell.Stopping);
        return await Progress.Show("down", length, async received =>
        {
            var buffer = new byte[Progress.BufferBytes];
            while (await body.ReadAsync(buffer, Shell.Stopping) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                received(count);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        });
    }

    static async Task FindInList(string tenant, string id)
    {
        var query = "";
        while (true)
        {
            var page = await Ask("List", HttpMethod.Get, $"{tenant}/files{query}");
            var files = page["files"] as JsonArray ?? [];
            if (files.FirstOrDefault(listed => (string?)listed?["id"] == id) is { } found)
            {
                Console.WriteLine($"     {found["name"]}, {found["size"]} bytes, {found["status"]}, among {files.Count} on this page");
                return;
            }
            if ((string?)page["cursor"] is not { } cursor)
                throw new Failure("The list does not hold the new file.");
            query = $"?cursor={Uri.EscapeDataString(cursor)}";
        }
    }

    /// <summary>One step: sends, prints the status, and answers the JSON of a 2xx.</summary>
    static async Task<JsonNode> Ask(string what, HttpMethod method, string url, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var answer = await Http.SendAsync(request, Shell.Stopping);
        await Check(what, request, answer);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Shell.Stopping)) ?? throw new Failure($"{what}: the answer is null.");
    }

    static async Task Check(string what, HttpRequestMessage request, HttpResponseMessage answer)
    {
        Console.WriteLine($"{++step,2}.  {what}\n     {request.Method} {Shown(request.RequestUri!)} -> {(int)answer.StatusCode}");
        if (answer.IsSuccessStatusCode)
            return;
        var why = Why(await answer.Content.ReadAsStringAsync(Shell.Stopping));
        throw new Failure($"{what} failed with {(int)answer.StatusCode}: {why}");
    }

    /// <summary>An address; of a SAS only what it permits and until when.</summary>
    static string Shown(Uri url)
    {
        var permitted = Regex.Matches(url.Query, "(?<=[?&])s[pe]=[^&]*").Select(match => match.Value).ToArray();
        return permitted.Length == 0 ? url.AbsoluteUri : $"{url.GetLeftPart(UriPartial.Path)}?...{string.Join('&', permitted)}...";
    }

    /// <summary>Code and detail of a problem (RFC 9457), an OAuth error (RFC 6749 section 5.2) or a storage error (XML).</summary>
    static string Why(string body)
    {
        try
        {
            var node = JsonNode.Parse(body)!;
            return $"{node["code"] ?? node["error"]}: {node["detail"] ?? node["error_description"] ?? node["title"]}";
        }
        catch (JsonException)
        {
            var said = Regex.Matches(body, "(?<=<(Code|Message)>)[^<\n]*").Select(match => match.Value);
            return string.Join(": ", said.DefaultIfEmpty("no reason was given"));
        }
    }

    static string Text(JsonNode node, string name) => (string?)node[name] ?? throw new Failure($"The answer has no \"{name}\".");

    static string ContentType(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JPG" or ".JPEG" => "image/jpeg",
        ".PNG" => "image/png",
        ".HEIC" => "image/heic",
        ".MP4" => "video/mp4",
        ".PDF" => "application/pdf",
        ".TXT" => "text/plain",
        _ => "application/octet-stream",
    };
}
