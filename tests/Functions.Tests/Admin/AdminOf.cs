using System.Text.Json;

namespace Latchkey.Tests.Admin;

/// <summary>Somebody who administers, with what they hold.</summary>
sealed class AdminOf(TestHost host, string tenant, string token)
{
    public string Token => token;

    /// <summary>What a deployment's setting holds of its one-time secret.</summary>
    public static string Hash(string secret) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)));

    /// <summary>A JSON array.</summary>
    public static string[] Texts(params string[] texts) => texts;

    /// <summary>The demo's administrator of a tenant.</summary>
    public static async Task<AdminOf> Tenant(TestHost host, string tenant = "demo") =>
        new(host, tenant, (await host.SignIn(tenant, "admin")).GetProperty("access_token").GetString()!);

    /// <summary>The demo's operator.</summary>
    public static async Task<AdminOf> Operator(TestHost host) => new(host, "operator", (await TestHost.Json(await host.Token("operator",
        ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only")), 200))
        .GetProperty("access_token").GetString()!);

    /// <summary>An operator's way into a tenant.</summary>
    public async Task<AdminOf> Into(string other) =>
        new(host, other, (await Post($"tenants/{other}/token", new { }, 200)).GetProperty("accessToken").GetString()!);

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, object? json = null) =>
        host.Send(method, $"/{tenant}/admin/{path}", token, json);

    public async Task<JsonElement> Get(string path, int status = 200) => await TestHost.Json(await Send(HttpMethod.Get, path), status);

    public async Task<JsonElement> Post(string path, object json, int status = 201) => await TestHost.Json(await Send(HttpMethod.Post, path, json), status);

    public async Task<JsonElement> Patch(string path, object json, int status = 200) => await TestHost.Json(await Send(HttpMethod.Patch, path, json), status);

    /// <summary>For answers without a body.</summary>
    public async Task Do(HttpMethod method, string path, object? json = null, int status = 204)
    {
        var answer = await Send(method, path, json);
        Assert.True((int)answer.StatusCode == status, $"expected {status}, was {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    public async Task<string> UserId(string userName) =>
        (await Get($"users?userName={userName}")).GetProperty("users")[0].GetProperty("id").GetString()!;

    /// <summary>Every page's items.</summary>
    public async Task<List<JsonElement>> All(string path, string name, int limit)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await Get($"{path}{(path.Contains('?') ? '&' : '?')}limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.True(page.GetProperty(name).GetArrayLength() <= limit);
            items.AddRange(page.GetProperty(name).EnumerateArray());
            cursor = page.GetProperty("cursor").GetString();
        }
        while (cursor is not null);
        return items;
    }
}
