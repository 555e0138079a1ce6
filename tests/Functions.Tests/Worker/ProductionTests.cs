using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Latchkey.Tests.Worker;

/// <summary>The worker as Azure runs it: Production, https storage under an identity, keys sealed by a vault, no demo data.</summary>
public sealed class ProductionTests : IAsyncLifetime
{
    Platform platform = null!;
    WorkerProcess worker = null!;

    public async Task InitializeAsync()
    {
        platform = await Platform.Start();
        worker = await WorkerProcess.Start(platform.Settings);
    }

    public async Task DisposeAsync()
    {
        await worker.DisposeAsync();
        await platform.DisposeAsync();
    }

    [Fact]
    public async Task A_deployment_gets_its_operator_tenant_user_and_file_and_shows_its_pages()
    {
        await Send(HttpMethod.Post, "/operator/bootstrap", null, 201,
            new { secret = Platform.OperatorSecret, userName = "root", password = "root-password" });
        var root = await SignIn("operator", "cli", "root");
        await Send(HttpMethod.Post, "/operator/admin/tenants", root.Access, 201, new { id = "demo", name = "Demo" });
        var inside = (await Send(HttpMethod.Post, "/operator/admin/tenants/demo/token", root.Access, 200, new { })).GetProperty(
            "accessToken").GetString();
        await Send(HttpMethod.Post, "/demo/admin/users", inside, 201,
            new { userName = "alice", password = "alice-password", roles = AdminClient.Texts("member") });
        await Send(HttpMethod.Post, "/demo/admin/clients", inside, 201, new
        {
            id = "first-party",
            name = "App",
            authMethod = "none",
            native = true,
            redirectUris = AdminClient.Texts("com.example.files:/callback"),
            grants = AdminClient.Texts("password", "refresh_token", "authorization_code"),
            scope = AdminClient.Texts("files.read", "files.write"),
        });

        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/demo/oauth/token");
        preflight.Headers.Add("Origin", "http://localhost:5173"); // What Development allows everybody, no deployment does.
        Assert.False((await worker.Http.SendAsync(preflight)).Headers.Contains("Access-Control-Allow-Origin"));

        await Page("/demo/my-files", "");
        using var authorize = await worker.Http.GetAsync("/demo/oauth/authorize?client_id=first-party&response_type=code"
            + "&redirect_uri=com.example.files%3A%2Fcallback&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        Assert.Equal(HttpStatusCode.SeeOther, authorize.StatusCode);
        var cookies = authorize.Headers.TryGetValues("Set-Cookie", out var set)
            ? string.Join("; ", set.Select(cookie => cookie.Split(';')[0])) : "";
        await Page(new Uri(new Uri(worker.Origin), authorize.Headers.Location!).PathAndQuery, cookies); // The sign-in page.
        Assert.Equal(HttpStatusCode.OK, (await worker.Http.GetAsync("/")).StatusCode);

        var alice = await SignIn("demo", "first-party", "alice");
        var refreshed = await Token("demo", ("grant_type", "refresh_token"), ("client_id", "first-party"),
            ("refresh_token", alice.Refresh!));
        var token = refreshed.GetProperty("access_token").GetString()!;
        var begun = await Send(HttpMethod.Post, "/demo/files", token, 201,
            new { name = "a.bin", contentType = "application/octet-stream", size = 3 });
        var upload = begun.GetProperty("upload");
        using var put = new HttpRequestMessage(HttpMethod.Put,
            upload.GetProperty("url").GetString())
        { Content = new ByteArrayContent([1, 2, 3]) };
        foreach (var header in upload.GetProperty("headers").EnumerateObject())
        {
            if (!put.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
                put.Content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
        }
        Assert.Equal(HttpStatusCode.Created, (await platform.Storage.SendAsync(put)).StatusCode);
        var id = begun.GetProperty("id").GetString();
        await Send(HttpMethod.Post, $"/demo/files/{id}/complete", token, 200);
        var url = (await Send(HttpMethod.Get, $"/demo/files/{id}/download", token, 200)).GetProperty("url").GetString()!;
        Assert.StartsWith("https://", url, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], await platform.Storage.GetByteArrayAsync(new Uri(url)));
    }

    async Task Page(string path, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookies.Length > 0) request.Headers.Add("Cookie", cookies);
        using var answer = await worker.Http.SendAsync(request);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}: {page}\n{string.Join('\n', worker.Log)}");
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
    }

    async Task<(string Access, string? Refresh)> SignIn(string tenant, string client, string user)
    {
        var json = await Token(tenant, ("grant_type", "password"), ("client_id", client), ("username", user),
            ("password", $"{user}-password"));
        return (json.GetProperty("access_token").GetString()!,
            json.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString() : null);
    }

    async Task<JsonElement> Token(string tenant, params (string, string)[] form) =>
        await TestHost.Json(await worker.Http.PostAsync($"/{tenant}/oauth/token", TestHost.Form(form)), 200);

    async Task<JsonElement> Send(HttpMethod method, string path, string? token, int status, object? json = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : JsonContent.Create(json) };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await TestHost.Json(await worker.Http.SendAsync(request), status);
    }
}
