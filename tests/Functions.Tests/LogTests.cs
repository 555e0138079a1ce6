using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests;

/// <summary>Nothing that opens anything is ever logged, not even by the framework at the level that the worker logs at.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task No_log_line_of_a_whole_run_holds_a_token_a_secret_a_password_or_a_signature()
    {
        await using var host = await TestHost.Start(services: services =>
            services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Trace)));
        var user = await host.Tokens("demo");
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"),
            ("client_secret", "service-secret-for-local-runs-only"));
        await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "a-wrong-secret"));
        await host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "a-wrong-password"));
        var refreshToken = user.RefreshToken!;
        for (var generation = 0; generation < 2; generation++)
            refreshToken = (await host.Refresh("demo", refreshToken).Read<TokenAnswer>()).RefreshToken!;
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3]);
        await alice.Completed(begun.Id);
        await alice.DownloadUrl(begun.Id);
        var redirect = await alice.Send(HttpMethod.Get, $"/{begun.Id}/content");
        Assert.Contains("sig=", redirect.Headers.Location!.Query, StringComparison.Ordinal);
        await host.Refresh("demo", user.RefreshToken!); // Reuse.
        await host.Send(HttpMethod.Get, "/demo/files", alice.Token + "A");

        string[] secrets =
        [
            "sig=", "alice-password", "a-wrong-password", "service-secret", "a-wrong-secret", alice.Token.Split('.')[2],
            user.AccessToken.Split('.')[2],
            user.RefreshToken!.Split('.')[^1], refreshToken.Split('.')[^1],
        ];
        Assert.Contains(host.Log.Lines, line => line.Contains("/demo/files", StringComparison.Ordinal)); // The framework did log.
        Assert.DoesNotContain(host.Log.Lines, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_route_that_nobody_knows_writes_no_line_of_its_own_into_the_log()
    {
        await using var host = await TestHost.Start();
        var request = new Microsoft.AspNetCore.Http.DefaultHttpContext().Request;
        request.RouteValues["tenant"] = "x\nInformation: forged";
        await host.Service<Http.ErrorBoundary>().Run(request, () => throw Http.Problem.NotFound("unknown_tenant", "None."));
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("forged", StringComparison.Ordinal));
    }
}
