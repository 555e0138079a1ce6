using System.Text;
using System.Text.Json;
using Latchkey.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.Admin;

/// <summary><c>latchkey user import</c>: users of other systems move in from a file.</summary>
public sealed class CommandLineImportTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"; // U*U

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_dry_run_writes_nothing_the_import_creates_and_the_same_again_changes_nothing()
    {
        const string Lines = $$"""
            {"userName":"carol","password":"carol-password","roles":["member"]}
            {"userName":"dörte","passwordHash":"{{Bcrypt}}","roles":["member"]}
            {"userName":"alice"}
            """;
        Assert.Equal((0, 2, 1, 0), Counts(await Run("user import - --dry-run --json -t demo", new StringReader(Lines)), "wouldCreate"));
        Assert.DoesNotContain("carol", (await Run("user list -t demo")).Output, StringComparison.Ordinal);
        var done = await Run("user import - --json -t demo", new StringReader(Lines));
        Assert.Equal((0, 2, 1, 0), Counts(done));
        Assert.Matches("^3 lines, [0-9,]+ a second: 2 created, 1 already there, 0 refused.\n$", done.Error);
        Assert.Equal((0, 0, 3, 0), Counts(await Run("user import - --json -t demo", new StringReader(Lines))));
        await host.SignIn("demo", "carol");
        await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "DÖRTE"), ("password", "U*U"))
            .Is(200);
    }

    [Fact]
    public async Task Each_bad_line_is_named_by_its_number_and_the_good_ones_are_taken()
    {
        var file = Path.GetTempFileName();
        try
        {
            await using (var writer = new FileStream(file, FileMode.Create))
            {
                writer.Write(Encoding.UTF8.Preamble); // A byte order mark, and lines that end as Windows ends them.
                writer.Write(Encoding.UTF8.GetBytes(string.Join("\r\n",
                    """{"userName":"good one"}""", "", """{"userName":"Good One"}""", """{"userName":"ＧＯＯＤ ＯＮＥ"}""",
                    "nonsense with a-secret", """{"userName":"a","userName":"b"}""", """["a"]""", """{"name":"nobody"}""",
                    $$"""{"userName":"{{new string('x', 1 << 20)}}"}""", """{"userName":"c","colour":"red-secret"}""",
                    """{"userName":"d","passwordHash":"$2b$31$a-secret"}""", """{"userName":"e","roles":[[[[[[]]]]]]}""",
                    """{"userName":"f","id":"0123456789abcdefghijkl"}""", """{"userName":"g","id":"0123456789abcdefghijkl"}""",
                    """{"userName":"h@example.com","email":"H@example.com","emailVerified":true}""",
                    """{"userName":"i","email":"h@EXAMPLE.com","emailVerified":true}""",
                    """{"userName":"j""")));
                writer.Write([0xC3, 0x28, (byte)'"', (byte)'}', (byte)'\r', (byte)'\n']); // Not UTF-8.
                writer.Write(Encoding.UTF8.GetBytes("""{"userName":"last one"}"""));
            }
            var tried = await Run($"user import {file} --dry-run --json -t demo");
            var done = await Run($"user import {file} --json -t demo");
            Assert.Equal((1, 4, 0, 13), Counts(done));
            Assert.Equal((1, 4, 0, 13), Counts(tried, "wouldCreate"));
            Assert.DoesNotContain("secret", done.Error, StringComparison.Ordinal);
            var told = done.Error.Split('\n').Where(line => line.StartsWith("Line ", StringComparison.Ordinal))
                .Select(line => line[5..].Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1]);
            Assert.Equal("3 4 5 6 7 8 9 10 11 12 14 16 17",
                string.Join(' ', told.Keys.OrderBy(number => number.Length).ThenBy(number => number, StringComparer.Ordinal)));
            Assert.Equal("The user name is in the file twice.", told["4"]);
            Assert.Equal("The line is not a JSON object.", told["5"]);
            Assert.Equal("userName is missing.", told["8"]);
            Assert.Equal("The line has more than 8192 characters.", told["9"]);
            Assert.Equal("invalid_json: Invalid entry: $.colour is unknown or not valid.", told["10"]);
            Assert.StartsWith("invalid_field: passwordHash is not a bcrypt hash", told["11"], StringComparison.Ordinal);
            Assert.Equal("The id is in the file twice.", told["14"]);
            Assert.Equal("The email address is in the file twice.", told["16"]);
            Assert.Equal("The line is not UTF-8.", told["17"]);
            Assert.Contains("18 of 18 lines, ", done.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(typeof(IOException), 1)]
    [InlineData(typeof(OperationCanceledException), 130)]
    public async Task An_import_that_breaks_off_or_is_stopped_goes_on_with_the_same_command(Type how, int code)
    {
        var lines = Enumerable.Range(0, 120).Select(n => $$"""{"userName":"{{how.Name}} {{n}}"}""").ToList();
        var reader = new BreakingReader(string.Join('\n', lines), (Exception)Activator.CreateInstance(how)!);
        var broken = await Run("user import - --json -t acme", reader);
        Assert.Equal((code, ""), (broken.Code, broken.Output));
        Assert.Contains("100 created, 0 already there", broken.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "Run the same command again to go on: users who are there already are not changed.\n", broken.Error, StringComparison.Ordinal);
        Assert.Equal((0, 20, 100, 0), Counts(await Run("user import - --json -t acme", new StringReader(string.Join('\n', lines)))));
    }

    [Fact]
    public async Task A_busy_service_is_asked_again_when_it_says_and_a_token_that_ran_out_is_renewed()
    {
        var (imports, tokens) = (0, 0);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        await using var busy = builder.Build();
        var origin = $"http://127.0.0.1:{Azurite.FreePort()}";
        busy.Urls.Add(origin);
        busy.MapPost("/operator/oauth/token", () => new { access_token = "first", expires_in = 900 });
        busy.MapPost("/operator/admin/tenants/demo/token", () => new { accessToken = $"{++tokens}", expiresIn = 600 });
        busy.MapPost("/demo/admin/users/import", (HttpContext http) =>
        {
            http.Response.Headers.RetryAfter = "0";
            return ++imports switch
            {
                1 => Results.Json(new { code = "server_busy", detail = "Busy." }, statusCode: 503),
                2 => Results.Json(new { code = "invalid_token", detail = "Expired." }, statusCode: 401),
                _ => Results.Json(new { results = new[] { new { status = "created", id = "x" } } }),
            };
        });
        await busy.StartAsync();
        var done = await Run("user import - --json -t demo", new StringReader("""{"userName":"somebody"}"""), origin);
        Assert.Equal((0, 1, 0, 0), Counts(done));
        Assert.Equal((3, 2), (imports, tokens));
        Assert.StartsWith("503 server_busy: Busy. Going on in 0 s.\n", done.Error, StringComparison.Ordinal);
    }

    async Task<(int Code, string Output, string Error)> Run(string args, TextReader? input = null, string? origin = null)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.Run(args.Split(' '), new Terminal(input ?? TextReader.Null, output, error, name => name switch
        {
            "LATCHKEY_ORIGIN" => origin ?? host.Origin,
            "LATCHKEY_CLIENT_ID" => "service",
            "LATCHKEY_CLIENT_SECRET" => "service-secret-for-local-runs-only",
            _ => null,
        })
        { Clock = host.Clock });
        return (code, output.ToString(), error.ToString());
    }

    static (int Code, int Created, int There, int Refused) Counts((int Code, string Output, string Error) run, string created = "created")
    {
        Assert.True(run.Output.Length > 0, run.Error);
        var json = JsonDocument.Parse(run.Output).RootElement;
        int Of(string name) => json.GetProperty(name).GetInt32();
        return (run.Code, Of(created), Of("alreadyThere"), Of("refused"));
    }

    /// <summary>Reads a line at a time and fails where the text ends.</summary>
    sealed class BreakingReader(string text, Exception fault) : TextReader
    {
        int at;

        public override ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default)
        {
            if (at == text.Length) throw fault;
            var end = text.IndexOf('\n', at) is var line and >= 0 ? line + 1 : text.Length;
            text.AsSpan(at, end - at).CopyTo(buffer.Span);
            (var read, at) = (end - at, end);
            return ValueTask.FromResult(read);
        }
    }
}
