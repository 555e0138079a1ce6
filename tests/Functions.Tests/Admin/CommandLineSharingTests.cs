using System.Text.Json;
using Latchkey.Cli;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.Admin;

/// <summary>Links and requests for files on the command line, by an app that may share files.</summary>
public sealed class CommandLineSharingTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;
    readonly string folder = Directory.CreateTempSubdirectory("latchkey-sharing").FullName;
    string id = "", secret = "";

    public async Task InitializeAsync()
    {
        id = $"robot-{Guid.CreateVersion7():n}";
        var made = await (await host.Admin()).Post("clients", new
        {
            id,
            name = "Robot",
            authMethod = "client_secret_basic",
            grants = (string[])["client_credentials"],
            scope = (string[])["files.read", "files.write", "files.share"],
        });
        secret = made.GetProperty("secret").GetString()!;
    }

    public Task DisposeAsync() => Eventually.Gone(folder);

    [Fact]
    public async Task A_request_is_made_changed_and_closed_and_what_came_is_listed_and_saved()
    {
        var made = Parsed(await Ok(["requests", "create", "Receipts for November", "--folder", "In/2026", "--expires", "7d",
            "--max-files", "9", "--max-file-bytes", "20MB", "--type", "text/plain", "--password", "--json"], "open sesame\n"));
        var (request, url) = (made.GetProperty("id").GetString()!, made.GetProperty("url").GetString()!);
        Assert.Equal((9, 20_000_000), (made.GetProperty("maxFiles").GetInt32(), made.GetProperty("maxFileBytes").GetInt32()));
        Assert.Contains("Receipts for November", await Ok(["requests", "list"]), StringComparison.Ordinal);
        Assert.Equal(1, (await Run(["requests", "set", "x", "--title", "y"])).Code);
        Assert.Equal(2, (await Run(["requests", "set", request])).Code);
        await Ok(["requests", "set", request, "--title", "All of them", "--message", "Thank you", "--no-password", "--max-files", "3"]);
        var shown = Parsed(await Ok(["requests", "show", request, "--json"]));
        Assert.Equal(("All of them", "Thank you", 3, false), (shown.GetProperty("title").GetString(),
            shown.GetProperty("message").GetString(), shown.GetProperty("maxFiles").GetInt32(),
            shown.GetProperty("password").GetBoolean()));

        var ada = new HandInSender(host, url);
        foreach (var name in (string[])["a.txt", "..\\..\\evil.txt", "a.txt"])
            await ada.Send("hello"u8.ToArray(), name, "text/plain", new { name = "Ada Example", email = "ada@example.com" });
        var listed = await Ok(["requests", "files", request]);
        foreach (var text in (string[])["a.txt", "a (2).txt", "Ada Example", "ada@example.com", "In/2026"])
            Assert.Contains(text, listed, StringComparison.Ordinal);
        var target = Path.Combine(folder, "came");
        Assert.Contains("3 saved, 0 left", (await Ok(["requests", "receive", request, target])).Replace(" there already or not available.",
            " left", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(["_.._evil.txt", "a (2).txt", "a.txt"],
            Directory.GetFiles(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("hello", await File.ReadAllTextAsync(Path.Combine(target, "a.txt")));
        Assert.Equal(3, Parsed(await Ok(["requests", "receive", request, target, "--json"])).GetProperty("left").GetInt32());
        await Ok(["requests", "close", request]);
        await ada.Begin("late.txt", 1, "text/plain").Fails(410, "request_closed");
        await Ok(["requests", "set", request, "--reopen", "--max-files", "9"]);
        await ada.Begin("late.txt", 1, "text/plain").Is(201);
    }

    [Fact]
    public async Task A_link_is_made_changed_and_revoked()
    {
        var made = Parsed(
            await Ok(["links", "create", "--folder", "Out", "--expires", "2d", "--max-downloads", "5", "--title", "For you", "--json"]));
        var (link, url) = (made.GetProperty("id").GetString()!, made.GetProperty("url").GetString()!);
        Assert.InRange(made.GetProperty("until").GetDateTimeOffset(), host.Clock.Now.AddDays(1.99), host.Clock.Now.AddDays(2));
        Assert.Contains("For you", await (await host.Http.GetAsync(url)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Ok(["links", "set", link, "--never-expires", "--max-downloads", "0", "--title", ""]);
        var shown = Parsed(await Ok(["links", "show", link, "--json"]));
        foreach (var gone in (string[])["until", "maxDownloads", "title"]) Assert.False(shown.TryGetProperty(gone, out _), gone);
        await Ok(["links", "set", link, "--password"], "open sesame\n");
        Assert.Contains("type=\"password\"", await (await host.Http.GetAsync(url)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(link, await Ok(["links", "list", "--space", "me"]), StringComparison.Ordinal);
        Assert.Equal("The link is revoked.\n", await Ok(["links", "revoke", link]));
        Assert.Equal(404, (int)(await host.Http.GetAsync(url)).StatusCode);
        Assert.StartsWith("404 link_not_found", (await Run(["links", "show", link])).Error, StringComparison.Ordinal);
    }

    async Task<string> Ok(string[] args, string input = "")
    {
        var (code, output, error) = await Run(args, input);
        Assert.True(code == 0, $"{string.Join(' ', args)}: {code} {error}");
        return output;
    }

    async Task<(int Code, string Output, string Error)> Run(string[] args, string input = "")
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.Run([.. args, "-t", "demo"], new Terminal(new StringReader(input), output, error, name => name switch
        {
            "LATCHKEY_ORIGIN" => host.Origin,
            "LATCHKEY_CLIENT_ID" => id,
            "LATCHKEY_CLIENT_SECRET" => secret,
            "LATCHKEY_LOGIN_TENANT" => "demo",
            _ => null,
        })
        { Clock = host.Clock });
        return (code, output.ToString(), error.ToString());
    }

    static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement;
}
