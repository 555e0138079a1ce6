using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Latchkey.Workshop.Steps;

namespace Latchkey.Workshop;

/// <summary><c>dev.cs demo</c>: the main job from end to end, as an app would do it. No code, token or signature is printed
/// whole.</summary>
static class Demo
{
    // Drawn for this repository, and under its license.
    const string Photo = "tests/Workshop/demo.jpg";

    /// <param name="args"><c>--password</c>, <c>--host</c>, <c>--port</c> and a file, all optional.</param>
    /// <param name="folder">Where a relative path begins.</param>
    /// <exception cref="Failure">An argument is wrong, a step failed, or the downloaded file is not the uploaded one.</exception>
    public static async Task Run(string[] args, string folder)
    {
        var (named, others) = Instance.Take(args);
        var files = others.Where(one => one != "--password").ToArray();
        if (files.FirstOrDefault(one => one.StartsWith('-')) is { } unknown)
            throw new Failure($"demo does not know {unknown}. It knows --host, --password, --port and the path of a file.");
        if (files.Length > 1) throw new Failure("demo moves one file.");
        var origin = named?.Origin ?? Environment.GetEnvironmentVariable("LATCHKEY_ORIGIN") ?? new Instance().Origin;
        await Run(origin, files is [var path] ? Path.GetFullPath(path, folder) : null, password: others.Contains("--password"));
    }

    /// <summary>Moves a file, or the photo beside this class, up and down as alice of tenant demo.</summary>
    /// <param name="origin">Where the service is.</param>
    /// <param name="path">The file, or null.</param>
    /// <param name="password">Sign in with the legacy password grant instead of code and PKCE.</param>
    /// <exception cref="Failure">A step failed, or the downloaded file is not the uploaded one.</exception>
    public static async Task Run(string origin, string? path, bool password)
    {
        try
        {
            await using var file = File.OpenRead(path ?? Photo);
            await Move($"{origin}/demo", file, password);
        }
        catch (HttpRequestException unreachable)
        {
            throw new Failure($"{unreachable.Message}\nIs the service running? Start it with `dotnet dev.cs up`. If it runs at another "
                + "address or port, give the same --host and --port here.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new Failure(fault.Message);
        }
        catch (TaskCanceledException) when (!Shell.Stopping.IsCancellationRequested)
        {
            throw new Failure($"There was no answer within {Http.Timeout.TotalMinutes} minutes.");
        }
    }

    static async Task Move(string tenant, FileStream file, bool password)
    {
        var sent = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Shell.Stopping));
        var (name, type) = (Path.GetFileName(file.Name), ContentType(file.Name));
        Console.WriteLine($"{file.Name}: {file.Length:N0} bytes, {type}");

        var app = password ? "first-party" : "mobile";
        var tokens = password
            ? await SignIn.Token("Sign in as alice, with her password", $"{tenant}/oauth/token", ("client_id", app),
                ("grant_type", "password"),
                ("username", "alice"), ("password", "alice-password"), ("scope", "files.read files.write offline_access"))
            : await new SignIn(tenant, app).WithCode();
        tokens = await SignIn.Token("Refresh", $"{tenant}/oauth/token", ("client_id", app), ("grant_type", "refresh_token"),
            ("refresh_token", Text(tokens, "refresh_token")));
        AccessToken = Text(tokens, "access_token");

        var begun = await Ask("Begin the upload", HttpMethod.Post, $"{tenant}/files",
            JsonContent.Create(new { name, contentType = type, size = file.Length, sha256 = sent }));
        await Upload(begun["upload"] as JsonObject ?? [], file);
        var id = Text(begun, "id");
        await Ask("Complete it", HttpMethod.Post, $"{tenant}/files/{id}/complete", JsonContent.Create(new { }));

        await FindInList(tenant, id);
        var download = await Ask("Ask for a download", HttpMethod.Get, $"{tenant}/files/{id}/download");
        var received = await Download(Text(download, "url"), file.Length);

        Console.WriteLine($"SHA-256 uploaded    {sent}\nSHA-256 downloaded  {received}");
        if (sent != received)
            throw new Failure("The downloaded file is NOT the one that was uploaded.");
        Console.WriteLine("The files are the same.");
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
                throw new Failure("The new file is not in the list.");
            query = $"?cursor={Uri.EscapeDataString(cursor)}";
        }
    }

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
