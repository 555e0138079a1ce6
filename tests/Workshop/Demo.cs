using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Latchkey.Workshop;

/// <summary><c>dev.cs demo</c>: the main job from end to end, as an app would do it. No token or signature is printed whole.</summary>
static class Demo
{
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(30) };
    static string? token;
    static int step;

    public static async Task Run(string origin, string? path)
    {
        if (path is not null && !File.Exists(path))
            throw new Failure($"There is no file {path}.");
        if (path is null)
        {
            Directory.CreateDirectory(".local");
            path = Path.Combine(".local", "demo.jpg");
            await File.WriteAllBytesAsync(path, Jpeg.Draw(2400, 1600));
        }
        await using var file = File.OpenRead(path);
        var up = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Shell.Stopping));
        var type = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" => "image/jpeg",
            ".PNG" => "image/png",
            ".PDF" => "application/pdf",
            ".TXT" => "text/plain",
            ".MP4" => "video/mp4",
            _ => "application/octet-stream",
        };
        Console.WriteLine($"{path}: {file.Length:N0} bytes, {type}, to {origin} as alice of tenant demo");
        var tenant = $"{origin}/demo";
        try
        {
            var tokens = await Send("Sign in", HttpMethod.Post, $"{tenant}/oauth/token", Form(("grant_type", "password"), ("client_id", "first-party"),
                ("username", "alice"), ("password", "alice-password"), ("scope", "files.read files.write offline_access")));
            Tokens(tokens);
            tokens = await Send("Refresh", HttpMethod.Post, $"{tenant}/oauth/token", Form(("grant_type", "refresh_token"), ("client_id", "first-party"),
                ("refresh_token", Text(tokens, "refresh_token"))));
            Tokens(tokens);
            token = Text(tokens, "access_token");
            var begun = await Send("Begin the upload", HttpMethod.Post, $"{tenant}/files",
                JsonContent.Create(new { name = Path.GetFileName(path), contentType = type, size = file.Length, sha256 = up }));
            var id = Text(begun, "id");
            await Upload(begun["upload"]!, file);
            await Send("Complete it", HttpMethod.Post, $"{tenant}/files/{id}/complete", JsonContent.Create(new { }));
            await List($"{tenant}/files", id);
            var download = await Send("Ask for a download", HttpMethod.Get, $"{tenant}/files/{id}/download");
            var down = await Download(Text(download, "url"), file.Length);
            Console.WriteLine($"SHA-256 up    {up}\nSHA-256 down  {down}");
            Console.WriteLine(up == down ? "the same" : "DIFFERENT");
            if (up != down)
                throw new Failure("What came down is not what went up.");
        }
        catch (HttpRequestException unreachable)
        {
            throw new Failure($"{unreachable.Message}\nIs the service running? Start it with: dotnet dev.cs up");
        }
    }

    static FormUrlEncodedContent Form(params (string, string)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2)));

    static string Text(JsonNode node, string name) => (string?)node[name] ?? throw new Failure($"The answer has no \"{name}\".");

    static void Tokens(JsonNode tokens) => Console.WriteLine(
        $"    access token {Text(tokens, "access_token")[..8]}... for {tokens["expires_in"]} s, scope \"{tokens["scope"]}\"; refresh token {Text(tokens, "refresh_token")[..4]}...");

    /// <summary>One step: sends, prints the status, and answers the JSON of a 2xx.</summary>
    static async Task<JsonNode> Send(string what, HttpMethod method, string url, HttpContent? content = null)
    {
        using var answer = await Say(what, new(method, url) { Content = content });
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Shell.Stopping))!;
    }

    static async Task<HttpResponseMessage> Say(string what, HttpRequestMessage request)
    {
        if (token is not null && request.RequestUri!.Query.Contains("sig=", StringComparison.Ordinal) == false)
            request.Headers.Authorization = new("Bearer", token);
        var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Shell.Stopping);
        Console.WriteLine($"{++step}. {what}: {request.Method} {Shown(request.RequestUri!)} -> {(int)answer.StatusCode}");
        if (!answer.IsSuccessStatusCode)
            throw new Failure($"{what} failed with {(int)answer.StatusCode} {answer.ReasonPhrase}: {Why(await answer.Content.ReadAsStringAsync(Shell.Stopping))}");
        return answer;
    }

    /// <summary>An address without the signature in it.</summary>
    static string Shown(Uri url) => Regex.Replace(url.AbsoluteUri, "(?<=[?&]sig=)[^&]*", "...");

    /// <summary>Code and detail of a problem (RFC 9457), an OAuth error (RFC 6749 section 5.2) or a storage error.</summary>
    static string Why(string body)
    {
        try
        {
            var node = JsonNode.Parse(body)!;
            return $"{node["code"] ?? node["error"]}: {node["detail"] ?? node["error_description"] ?? node["title"]}";
        }
        catch (System.Text.Json.JsonException)
        {
            return string.Join(": ", Regex.Matches(body, "(?<=<(Code|Message)>)[^<]*").Select(match => match.Value.Split('\n')[0]));
        }
    }

    static async Task Upload(JsonNode upload, FileStream file)
    {
        file.Position = 0;
        await Transfer("up", file.Length, async sent =>
        {
            using var request = new HttpRequestMessage(new(Text(upload, "method")), Text(upload, "url")) { Content = new Counted(file, sent) };
            foreach (var (name, value) in upload["headers"]!.AsObject())
                if (!request.Headers.TryAddWithoutValidation(name, (string?)value))
                    request.Content.Headers.TryAddWithoutValidation(name, (string?)value);
            using var answer = await Say("Upload to storage", request);
        });
    }

    static async Task List(string url, string id)
    {
        string? cursor = null;
        do
        {
            var page = await Send("List", HttpMethod.Get, cursor is null ? url : $"{url}?cursor={Uri.EscapeDataString(cursor)}");
            if (page["files"]!.AsArray().FirstOrDefault(listed => (string?)listed!["id"] == id) is { } found)
            {
                Console.WriteLine($"    {found["name"]}, {found["size"]} bytes, {found["status"]}");
                return;
            }
            cursor = (string?)page["cursor"];
        }
        while (cursor is not null);
        throw new Failure("The list does not hold the new file.");
    }

    static async Task<string> Download(string url, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await Transfer("down", length, async received =>
        {
            using var answer = await Say("Download from storage", new(HttpMethod.Get, url));
            await using var body = await answer.Content.ReadAsStreamAsync(Shell.Stopping);
            var buffer = new byte[1 << 16];
            while (await body.ReadAsync(buffer, Shell.Stopping) is > 0 and var count)
            {
                hash.AppendData(buffer, 0, count);
                received(count);
            }
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Moves bytes under a progress bar, where the output is a terminal.</summary>
    static Task Transfer(string way, long length, Func<Action<int>, Task> move)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
            return move(_ => { });
        return AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn())
            .StartAsync(bar =>
            {
                var task = bar.AddTask(way, maxValue: length);
                return move(count => task.Increment(count));
            });
    }

    /// <summary>A request body that is read from a file as it is sent, and says how far it got.</summary>
    sealed class Counted(FileStream file, Action<int> sent) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var buffer = new byte[1 << 16];
            while (await file.ReadAsync(buffer, Shell.Stopping) is > 0 and var count)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), Shell.Stopping);
                sent(count);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = file.Length;
            return true;
        }
    }
}
