namespace Latchkey.Tests.Admin;

/// <summary>An administrator's unlock lets the user in again wherever wrong passwords have locked them out.</summary>
public sealed class UnlockTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Every_known_device_of_the_user_counts_from_nothing_and_nobody_elses_does()
    {
        var devices = new List<string>();
        for (var n = 0; n < 3; n++) devices.Add(Device(await Try("alice", "alice-password").Read<TokenAnswer>()));
        var bobs = Device(await Try("bob", "bob-password").Read<TokenAnswer>());
        foreach (var device in devices) await Lock("alice", device);
        await Lock("bob", bobs);
        var admin = await host.Admin();
        await admin.Do(HttpMethod.Post, $"users/{await admin.UserId("alice")}/unlock");
        foreach (var device in devices) await Try("alice", "alice-password", device).Is(200);
        Assert.Equal(429, (int)(await Try("bob", "bob-password", bobs)).StatusCode);
    }

    async Task Lock(string user, string device)
    {
        for (var failure = 0; failure < 10; failure++)
        {
            await Try(user, "wrong", device);
            host.Clock.Advance(TimeSpan.FromSeconds(16));
        }
        Assert.Equal(429, (int)(await Try(user, $"{user}-password", device)).StatusCode);
    }

    static string Device(TokenAnswer tokens) => tokens.DeviceToken!;

    Task<HttpResponseMessage> Try(string user, string password, string? device = null)
    {
        List<(string, string)> form = [("grant_type", "password"), ("client_id", "first-party"), ("username", user),
            ("password", password)];
        if (device is not null) form.Add(("device_token", device));
        return host.Token("demo", form);
    }
}
