using System.Net;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Tenancy;

/// <summary>A new app on a developer's machine: its origin is allowed, or the log has the command that allows it.</summary>
public sealed class LocalOriginsTests : IAsyncLifetime
{
    const string Named = "http://localhost:6006";

    TestHost host = null!;

    public async Task InitializeAsync() =>
        host = await TestHost.Start(settings: new() { ["Latchkey:LocalOrigins"] = $"{Named} http://192.168.1.20:5173" });

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Every_tenant_allows_the_usual_origins_and_those_of_the_settings_and_the_demos_app_leads_back_there()
    {
        await (await host.Operator()).AddTenant(new { id = "fresh", name = "Fresh" });
        foreach (var tenant in (string[])["demo", "acme", "operator", "fresh"])
        {
            foreach (var origin in (string[])["http://localhost:5173", "http://localhost:4173", "http://localhost:4200",
                "http://localhost:8100", "http://localhost:3000", "capacitor://localhost", "http://localhost", "https://localhost", Named,
                "http://192.168.1.20:5173"])
                Assert.Equal(origin, await Allowed(tenant, origin));
        }
        foreach (var origin in (string[])["http://localhost:5173", "http://localhost:4200", Named])
        {
            Assert.Equal(HttpStatusCode.SeeOther, (await new Browser(host).Authorize(("redirect_uri", $"{origin}/callback"))).StatusCode);
            Assert.Equal(HttpStatusCode.SeeOther, (await new Browser(host).Authorize(("redirect_uri", $"{origin}/"))).StatusCode);
        }
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("was refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_refused_is_told_once_with_the_command_that_cures_it()
    {
        for (var twice = 0; twice < 2; twice++)
        {
            Assert.Null(await Allowed("demo", "http://localhost:6007"));
            Assert.Null(await Allowed("demo", "null"));
            await Refused("authorize?client_id=mobile&redirect_uri=http://localhost:6007/cb?a=1%26b=2");
            await Refused("authorize?client_id=mobile&redirect_uri=http://192.168.1.20:6007/cb");
            await Refused("logout?client_id=mobile&post_logout_redirect_uri=http://localhost:6007/bye");
        }
        Assert.Null(await Allowed("demo", host.Origin)); // Its own pages need no CORS.
        var where = $"--host 127.0.0.1 --port {new Uri(host.Origin).Port}";
        Assert.Equal(
        [
            "Warning: A script of http://localhost:6007 was refused: tenant demo does not allow this origin. If it is your app, stop the "
                + $"service and start it with: dotnet dev.cs up {where} --origin \"http://localhost:6007\" ",
            "Warning: A script without an origin (\"null\") was refused by tenant demo: the page was opened as a file, or is in a sandbox. "
                + "Serve it by http, for example with: npx vite ",
            "Warning: The redirect URI http://localhost:6007/cb?a=1&b=2 was refused: client mobile of tenant demo has not registered it. "
                + $"If it is your app's: dotnet dev.cs admin {where} client set mobile --tenant demo --add-redirect "
                + "\"http://localhost:6007/cb?a=1&b=2\" ",
            "Warning: The redirect URI http://192.168.1.20:6007/cb was refused: client mobile of tenant demo has not registered it, and "
                + "can't. http is only allowed for 127.0.0.1, [::1] and localhost (RFC 8252 §7.3); use https. ",
            "Warning: The post-logout redirect URI http://localhost:6007/bye was refused: client mobile of tenant demo has not registered "
                + $"it. If it is your app's: dotnet dev.cs admin {where} client set mobile --tenant demo --add-logout-redirect "
                + "\"http://localhost:6007/bye\" ",
        ], Told());
    }

    [Fact]
    public async Task Strangers_neither_forge_a_line_or_a_command_nor_fill_the_log()
    {
        await Refused("authorize?client_id=mobile&redirect_uri=http://localhost:6007/%0AWarning:%20forged");
        await Refused("authorize?client_id=mobile&redirect_uri=http://localhost:6007/';curl%20evil.example");
        await Refused("authorize?client_id=mobile&redirect_uri=http://localhost:6007/$(curl)");
        await Refused("authorize?client_id=mobile&redirect_uri=http://localhost:6007/%25PATH%25"); // cmd.exe replaces it.
        await Refused($"authorize?client_id=mobile&redirect_uri=http://localhost:6007/{new string('a', 500)}");
        Assert.Null(await Allowed("demo", "http://evil.example/$(curl)"));
        Assert.Equal(6, Told().Count);
        Assert.All(Told(), line => Assert.Contains("It is not shown", line, StringComparison.Ordinal));
        for (var many = 0; many < 120; many++) await Allowed("demo", $"http://{many}.evil.example");
        Assert.Equal(100, Told().Count);
        Assert.EndsWith("No more are told of ", Told()[^1], StringComparison.Ordinal);
    }

    List<string> Told() => [.. host.Log.Lines.Where(line => line.StartsWith("Warning: ", StringComparison.Ordinal)
        && line.Contains("refused", StringComparison.Ordinal))];

    async Task Refused(string request) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.GetAsync($"/demo/oauth/{request}")).StatusCode);

    async Task<string?> Allowed(string tenant, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, $"/{tenant}/oauth/token");
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using var answer = await host.Http.SendAsync(request);
        return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
    }
}
