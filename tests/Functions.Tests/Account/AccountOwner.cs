using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Latchkey.Tests.Pages;

namespace Latchkey.Tests.Account;

/// <summary>One host with a mailbox for the tests of the API of one's own account.</summary>
[CollectionDefinition("own account")]
public sealed class AccountTestGroup : ICollectionFixture<SignUpHost>;

/// <summary>A user with an app that has the scope <c>account</c>.</summary>
sealed class AccountOwner(TestHost host, string tenant, string name, string id, TokenAnswer tokens)
{
    public string Name => name;

    public string Id => id;

    public string Email => $"{name}@people.example";

    public TokenAnswer Tokens => tokens;

    /// <summary>A new user, who has just signed in with an app.</summary>
    public static async Task<AccountOwner> New(TestHost host, string tenant = "demo", string[]? roles = null, string? scope = null)
    {
        var name = $"own{Guid.CreateVersion7():n}";
        var user = await (await host.Admin(tenant)).AddUser(new
        {
            userName = name,
            name = "Ada",
            password = SignUpHost.Password,
            email = $"{name}@people.example",
            emailVerified = true,
            roles = roles ?? ["member"],
        });
        return await new AccountOwner(host, tenant, name, user.Id, null!).SignedIn(scope: scope);
    }

    /// <summary>The same user with one more session.</summary>
    public async Task<AccountOwner> SignedIn(string? password = null, string? scope = null) =>
        new(host, tenant, name, id, await TrySignIn(password, scope).Read<TokenAnswer>());

    public Task<HttpResponseMessage> TrySignIn(string? password = null, string? scope = null) => host.Token(tenant,
        ("grant_type", "password"), ("client_id", "first-party"), ("username", name), ("password", password ?? SignUpHost.Password),
        ("scope", scope ?? "openid profile email account files.read files.write"));

    public Task<HttpResponseMessage> Send(HttpMethod method, string path = "", object? json = null, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(method, $"/{tenant}/me{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (json is not null) request.Content = JsonContent.Create(json);
        return host.Http.SendAsync(request);
    }

    public Task<JsonElement> Get(string path = "") => Send(HttpMethod.Get, path).Json();

    public Task<HttpResponseMessage> Post(string path, object? json = null) => Send(HttpMethod.Post, path, json);

    public Task<HttpResponseMessage> Patch(object json, string path = "") => Send(HttpMethod.Patch, path, json);

    public Task<HttpResponseMessage> Delete(string path) => Send(HttpMethod.Delete, path);

    public Task<UserInfoAnswer> UserInfo() =>
        host.Send(HttpMethod.Get, $"/{tenant}/oauth/userinfo", tokens.AccessToken).Read<UserInfoAnswer>();

    /// <summary>The same session after a refresh.</summary>
    public async Task<AccountOwner> Refreshed() => new(host, tenant, name, id, await host.Refreshed(tenant, tokens.RefreshToken!));

    public async Task<bool> IsSignedIn() => (int)(await Send(HttpMethod.Get)).StatusCode == 200;

    /// <summary>Uploads a file into the user's own space.</summary>
    public async Task<string> Upload(byte[] bytes, string contentType, string fileName = "me.png")
    {
        var files = new FilesClient(host, tokens.AccessToken, tenant);
        var begun = await files.Begin(FilesClient.Declaration(fileName, bytes.Length, contentType));
        await FilesClient.Stored(begun, bytes);
        await files.Send(HttpMethod.Post, $"/{begun.Id}/complete", new { }).Is(200);
        return begun.Id;
    }
}
