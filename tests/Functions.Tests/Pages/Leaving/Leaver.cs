using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages.Leaving;

/// <summary>A user who is going to leave, with a browser that is signed in to the account page.</summary>
sealed class Leaver(SignUpHost host, string name, string id)
{
    public string Name => name;

    public string Id => id;

    public string Email => $"{name}@people.example";

    public string Password => $"{name}-password";

    public Browser Browser { get; set; } = new(host.Host);

    /// <summary>A new user of the demo, with an address that is verified.</summary>
    public static async Task<Leaver> New(SignUpHost host)
    {
        var name = $"u{Guid.NewGuid():N}"[..12];
        var user = await (await host.Host.Admin()).AddUser(new
        {
            userName = name,
            name = $"Name of {name}",
            password = $"{name}-password",
            email = $"{name}@people.example",
            emailVerified = true,
            roles = AdminClient.Texts("member"),
        });
        return new(host, name, user.Id);
    }

    /// <summary>Signs in to a page of ours; the answer to the sign-in form.</summary>
    public async Task<HttpResponseMessage> SignIn(string page = "/demo/account") =>
        await Browser.SignIn(await Browser.Get(page), name);

    /// <summary>Sends the form that a page shows.</summary>
    public async Task<HttpResponseMessage> Send(string page, string action) =>
        await Browser.Post(page, [.. await Browser.Fields(await Browser.Get(page)), ("action", action)]);

    /// <summary>From the answer to a sign-in to the page that asks whether the account is to be kept; the answer to its form.</summary>
    public async Task<HttpResponseMessage> Answer(HttpResponseMessage signedIn, string action) =>
        await Choose(await Asked(signedIn), action);

    /// <summary>From the answer to a sign-in to the page that asks whether the account is to be kept.</summary>
    public async Task<HttpResponseMessage> Asked(HttpResponseMessage signedIn)
    {
        Assert.StartsWith("/demo/leaving?", Browser.Location(signedIn), StringComparison.Ordinal);
        return await Browser.Follow(signedIn);
    }

    /// <summary>Sends the form of the page that asks.</summary>
    public async Task<HttpResponseMessage> Choose(HttpResponseMessage page, string action) =>
        await Browser.Post("/demo/leaving", [.. await Browser.Fields(page), ("action", action)]);

    /// <summary>An access token with every scope.</summary>
    public async Task<string> Token() => (await host.Host.Tokens("demo", name)).AccessToken;

    /// <summary>The user as an administrator sees it; null if it is gone.</summary>
    public async Task<UserAnswer?> Now()
    {
        var answer = await (await host.Host.Admin()).Send(HttpMethod.Get, $"users/{id}");
        return (int)answer.StatusCode == 404 ? null : await answer.Read<UserAnswer>();
    }
}
