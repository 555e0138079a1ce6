using System.Text.Json;

namespace Latchkey.Tests.Storage;

/// <summary>Storage dies while requests are under way: 503 problems, and nothing that was acknowledged is lost.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    readonly string data = Directory.CreateTempSubdirectory("latchkey-outage").FullName;
    Azurite azurite = null!;
    TestHost host = null!;

    public async Task InitializeAsync()
    {
        azurite = await Azurite.Start(data);
        host = await TestHost.Start(azurite);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        azurite.Dispose();
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Killing_storage_gives_503_and_loses_nothing_that_was_acknowledged()
    {
        var access = (await host.Tokens("demo")).AccessToken;
        var upload = new { name = "a.jpg", contentType = "image/jpeg", size = 3 };
        var file = (await TestHost.Json(await host.Send(HttpMethod.Post, "/demo/files", access, upload), 201)).GetProperty("id")
            .GetString();
        var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.SignIn("demo")));
        var acknowledged = users.Select(RefreshToken).ToArray();
        using var killed = new CancellationTokenSource();
        var working = users.Select((_, n) => Task.Run(async () =>
        {
            while (true)
            {
                var answer = await host.Refresh("demo", acknowledged[n]);
                if ((int)answer.StatusCode == 503)
                {
                    await AssertUnavailable(answer);
                    return;
                }
                acknowledged[n] = RefreshToken(await TestHost.Json(answer, 200));
            }
        })).ToArray();
        await Task.Delay(1500); // Let them run, then pull the plug in the middle of it.
        azurite.Kill();
        await Task.WhenAll(working).WaitAsync(TimeSpan.FromMinutes(1));

        foreach (var request in new Func<Task<HttpResponseMessage>>[]
        {
            () => host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "service"),
                ("client_secret", "service-secret-for-local-runs-only")),
            () => host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
                ("password", "alice-password")),
            () => host.Send(HttpMethod.Post, "/demo/files", access, upload),
            () => host.Send(HttpMethod.Get, "/demo/files", access),
            () => host.Send(HttpMethod.Get, $"/demo/files/{file}", access),
            () => host.Send(HttpMethod.Get, $"/demo/files/{file}/download", access),
            () => host.Send(HttpMethod.Post, $"/demo/files/{file}/complete", access),
            () => host.Send(HttpMethod.Delete, $"/demo/files/{file}", access),
            () => host.Http.GetAsync("/health/ready"),
        })
        {
            await AssertUnavailable(await request());
        }
        Assert.Equal(200, (int)(await host.Http.GetAsync("/health/live")).StatusCode);

        await azurite.Restart();
        foreach (var refreshToken in acknowledged)
            await TestHost.Json(await host.Refresh("demo", refreshToken), 200);
        var found = await TestHost.Json(await host.Send(HttpMethod.Get, $"/demo/files/{file}", access), 200);
        Assert.Equal("pending", found.GetProperty("status").GetString());
    }

    static async Task AssertUnavailable(HttpResponseMessage answer)
    {
        var problem = await TestHost.Json(answer, 503);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("storage_unavailable", problem.GetProperty("code").GetString());
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    static string RefreshToken(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;
}
