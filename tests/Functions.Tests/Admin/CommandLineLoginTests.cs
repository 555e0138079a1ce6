using Latchkey.Cli;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Admin;

/// <summary>People sign in to the command line in a browser, never by typing a password into it.</summary>
public sealed class CommandLineLoginTests : IAsyncLifetime
{
    readonly string home = Directory.CreateTempSubdirectory("latchkey-login").FullName;
    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start();

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public async Task The_browser_signs_an_operator_in_and_the_tokens_are_kept_below_home_for_its_owner_alone()
    {
        var working = Directory.GetFileSystemEntries(Directory.GetCurrentDirectory());
        Assert.Equal(0, (await Login(host, "operator", "operator", "login", Person)).Code);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{home}/.config/latchkey/tokens.json"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode($"{home}/.config/latchkey"));
        }
        Assert.Equal(working, Directory.GetFileSystemEntries(Directory.GetCurrentDirectory()));
        var (code, output, _) = await Run("tenant list --json", Person);
        Assert.Equal(0, code);
        Assert.Contains("\"acme\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenants_administrator_signs_in_in_the_tenants_own_right()
    {
        var made = await Run(
            "client create cli -t demo --auth none --native true --first-party true --grant authorization_code device_code refresh_token "
            + "--scope admin offline_access --redirect http://127.0.0.1/callback", Service);
        Assert.True(made.Code == 0, made.Error);
        Assert.Equal(0, (await Login(host, "demo", "admin", "login -t demo", Person)).Code);
        Assert.Equal(0, (await Run("user list -t demo", Person)).Code);
        var (_, who, _) = await Run("whoami -t demo", Person);
        Assert.Contains("Admin", who, StringComparison.Ordinal);
        Assert.Equal(1, (await Run("tenant list", Person)).Code);
    }

    [Fact]
    public async Task Without_a_browser_another_device_signs_in()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new Watched(async text =>
        {
            var code = System.Text.RegularExpressions.Regex.Match(text, "user_code=(\\S+)").Groups[1].Value;
            var browser = new Browser(host, "operator");
            var answer = await browser.SignIn(
                await browser.Follow(
                    await browser.Post("/operator/device",
                        [.. await Browser.Fields(await browser.Get("/operator/device")), ("user_code", code)])), "operator");
            var consent = await browser.Follow(answer);
            await browser.Post("/operator/device", [.. await Browser.Fields(consent), ("action", "allow")]);
        });
        var terminal = new Terminal(new StringReader(""), output, error, Person) { Clock = new Quick(host.Clock, error) };
        var result = await CommandLine.Run(["login", "--device"], terminal);
        Assert.True(result == 0, error.ToString());
        Assert.Equal(0, (await Run("tenant list", Person)).Code);
    }

    [Fact]
    public async Task Without_a_home_it_says_so_before_anybody_signs_in()
    {
        var (code, _, error) = await Run("login", name => name == "LATCHKEY_ORIGIN" ? host.Origin : null);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal((1, "There is nowhere to keep the sign-in: set HOME, XDG_CONFIG_HOME or LATCHKEY_HOME.\n"), (code, error));
    }

    /// <summary>A command that opens a browser, and the browser.</summary>
    internal static async Task<(int Code, string Output, string Error)> Login(TestHost host, string tenant, string user, string args,
        Func<string, string?> environment)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        Task browsing = Task.CompletedTask;
        var code = await CommandLine.Run(args.Split(' '), new Terminal(new StringReader(""), output, error, environment)
        {
            Browser = address =>
            {
                browsing = Browse(host, tenant, user, address);
                return true;
            },
        });
        await browsing;
        return (code, output.ToString(), code == 0 ? "" : error.ToString());
    }

    static async Task Browse(TestHost host, string tenant, string user, string address)
    {
        var browser = new Browser(host, tenant);
        var answer = await browser.SignIn(await browser.Get(new Uri(address).PathAndQuery), user);
        var back = answer.StatusCode == System.Net.HttpStatusCode.OK ? await Browser.Link(answer) : Browser.Location(answer);
        using var http = new HttpClient();
        var stranger = await http.GetAsync(back.Replace("state=", "state=x", StringComparison.Ordinal)); // Changes nothing.
        Assert.Equal(400, (int)stranger.StatusCode);
        Assert.Equal(200, (int)(await http.GetAsync(back)).StatusCode);
    }

    string? Person(string name) => name switch { "LATCHKEY_ORIGIN" => host.Origin, "HOME" => home, _ => null };

    string? Service(string name) => name switch
    {
        "LATCHKEY_ORIGIN" => host.Origin,
        "LATCHKEY_CLIENT_ID" => "service",
        "LATCHKEY_CLIENT_SECRET" => "service-secret-for-local-runs-only",
        _ => null,
    };

    static async Task<(int Code, string Output, string Error)> Run(string args, Func<string, string?> environment)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.Run(args.Split(' '), new Terminal(new StringReader(""), output, error, environment));
        return (code, output.ToString(), error.ToString());
    }

    sealed class Watched(Func<string, Task> shown) : StringWriter
    {
        public Task Done { get; private set; } = Task.CompletedTask;

        public override Task WriteLineAsync(string? value)
        {
            if (value?.Contains("user_code=", StringComparison.Ordinal) == true) Done = shown(value);
            return base.WriteLineAsync(value);
        }
    }

    // Waits for the user instead of for the time, and moves the host's clock instead.
    sealed class Quick(TestClock clock, Watched user) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ = Fire();
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

            async Task Fire()
            {
                await user.Done;
                await Task.Yield();
                clock.Advance(dueTime);
                callback(state);
            }
        }
    }
}
