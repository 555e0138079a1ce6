using System.Net.Http.Json;

namespace Latchkey.Workshop;

/// <summary>Demo Id: an OpenID provider from npm, whose users are whoever they say they are.</summary>
static class DemoId
{
    public const string Folder = "tests/idp";

    /// <summary>Starts it, and has tenant demo sign in with it.</summary>
    public static async Task Start(Instance its)
    {
        var (port, origin) = (its.DemoId, its.Origin);
        if (Ports.IsBusy(port)) throw new Failure($"Demo Id needs port {port}, but {await Ports.Holder(port)} listens on it.");
        var log = new LogFile($"{its.Folder}/idp.log");
        var idp = new Child(log.Write, "node", [$"{Folder}/idp.js", $"{port}", $"{origin}/demo/login/return/demo-id"]);
        await Ports.Answer("Demo Id", idp, log, () => Task.FromResult(Ports.IsBusy(port)));
        await Register(origin, port);
    }

    static async Task Register(string origin, int port)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = "first-party",
            ["username"] = "admin",
            ["password"] = "admin-password",
        });
        using var http = new HttpClient();
        using var signedIn = await http.PostAsync($"{origin}/demo/oauth/token", form, Shell.Stopping);
        var tokens = await signedIn.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Dictionary<string, object>>(Shell.Stopping);
        http.DefaultRequestHeaders.Authorization = new("Bearer", $"{tokens!["access_token"]}");
        using var added = await http.PostAsJsonAsync($"{origin}/demo/admin/providers", new
        {
            id = "demo-id",
            kind = "oidc",
            name = "Demo Id",
            issuer = $"http://127.0.0.1:{port}",
            clientId = "latchkey",
            clientSecret = "demo-id-secret-for-local-runs-only",
            trustEmail = true,
            signUp = true,
        }, Shell.Stopping);
        // The data of the last start is still there.
        if (!added.IsSuccessStatusCode && (int)added.StatusCode != 409)
            throw new Failure($"The demo's provider could not be added: status {(int)added.StatusCode}.");
    }
}
