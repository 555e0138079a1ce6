using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Tests.Files;
using Latchkey.Tests.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Admin;

/// <summary>Readiness says which part is down, and asks each part seldom however often it is asked itself.</summary>
public sealed class HealthTests
{
    const string Ready = "/health/ready";

    [Fact]
    public async Task A_hundred_callers_cost_one_round_of_checks_and_the_next_costs_none_for_some_seconds()
    {
        await using var host = await TestHost.Start();
        var trips = await host.Trips(() => Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var state = await TestHost.Json(await host.Http.GetAsync(Ready), 200);
            Assert.Equal("ready", state.GetProperty("status").GetString());
            Assert.Equal(("up", "up", "up"), Parts(state));
        })));
        Assert.Equal(2, trips); // Tables and blobs.
        host.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, await host.Trips(() => host.Http.GetAsync(Ready)));
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2, await host.Trips(() => host.Http.GetAsync(Ready)));
    }

    [Fact]
    public async Task Storage_that_is_down_is_503_at_the_next_check_and_200_when_it_is_back()
    {
        using var storage = await CuttableStorage.Start();
        await using var host = await storage.Host();
        await TestHost.Json(await host.Http.GetAsync(Ready), 200);
        storage.CutAfter(0, answerLost: false);
        await TestHost.Json(await host.Http.GetAsync(Ready), 200); // The answer of a moment ago.
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        var answer = await host.Http.GetAsync(Ready);
        var problem = await TestHost.Json(answer, 503);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("storage_unavailable", problem.GetProperty("code").GetString());
        Assert.Equal(("down", "down", "up"), Parts(problem));
        Assert.DoesNotContain("127.0.0.1", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(200, (int)(await host.Http.GetAsync("/health/live")).StatusCode);
        storage.Mend();
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await TestHost.Json(await host.Http.GetAsync(Ready), 200);
    }

    [Fact]
    public async Task A_vault_that_is_down_is_503_and_it_is_asked_once_a_minute()
    {
        var clock = new TestClock();
        await using var vault = await StandInVault.Start(clock);
        vault.Keys.AddRsa("wrap");
        await using var host = await TestHost.Start(clock: clock, settings: new()
        {
            ["Latchkey:Signing:Mode"] = "KeyVaultWrapped",
            ["Latchkey:Signing:Vault"] = vault.Address.AbsoluteUri,
            ["Latchkey:Signing:WrapKey"] = "wrap",
        }, services: services =>
            services.AddSingleton<TokenCredential>(vault.Credential).AddSingleton<HttpPipelineTransport>(vault.Transport));
        await TestHost.Json(await host.Http.GetAsync(Ready), 200);
        vault.Forget();
        for (var second = 0; second < 54; second += 6)
        {
            clock.Advance(TimeSpan.FromSeconds(6));
            await TestHost.Json(await host.Http.GetAsync(Ready), 200);
        }
        Assert.Empty(vault.Calls);
        vault.Fail(503);
        clock.Advance(TimeSpan.FromSeconds(7));
        var problem = await TestHost.Json(await host.Http.GetAsync(Ready), 503);
        Assert.Equal("signing_unavailable", problem.GetProperty("code").GetString());
        Assert.Equal(("up", "up", "down"), Parts(problem));
        vault.Recover();
        vault.Forget();
        await TestHost.Json(await host.Http.GetAsync(Ready), 503);
        Assert.Empty(vault.Calls);
        clock.Advance(TimeSpan.FromSeconds(16));
        await TestHost.Json(await host.Http.GetAsync(Ready), 200);
        Assert.Equal(1, vault.Count("get"));
    }

    static (string?, string?, string?) Parts(System.Text.Json.JsonElement state) =>
        (state.GetProperty("tables").GetString(), state.GetProperty("blobs").GetString(), state.GetProperty("keys").GetString());
}
