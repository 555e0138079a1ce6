using System.Diagnostics;
using Latchkey.OAuth;

namespace Latchkey.Tests.OAuth;

/// <summary>npm's openid-client registers a service and signs in with its key; the rest of its tests run under dev.cs test.</summary>
public sealed class OpenIdClientTests(DemoHost demo) : IClassFixture<DemoHost>
{
    [Fact]
    public async Task Openid_client_registers_a_service_and_signs_in_with_private_key_jwt_and_DPoP()
    {
        var host = demo.Host;
        var folder = Repository.Path("tests/clients");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")),
            "openid-client is not installed: run `dotnet dev.cs test` once.");
        var start = new ProcessStartInfo("node", ["--test", "registered-service.js"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LATCHKEY_ORIGIN"] = host.Origin;
        start.Environment["LATCHKEY_INITIAL_TOKEN"] =
            await host.Service<InitialAccessTokens>().Create(await host.Tenant("demo"), 1, TimeSpan.FromHours(1), default);
        using var node = Process.Start(start)!;
        var (output, error) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        Assert.True(node.ExitCode == 0, $"{await output}{await error}");
    }
}
