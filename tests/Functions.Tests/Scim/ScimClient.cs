using System.Text;
using System.Text.Json;

namespace Latchkey.Tests.Scim;

/// <summary>A directory that provisions a tenant. Bodies are JSON texts, as directories send them.</summary>
sealed class ScimClient(TestHost host, string tenant, string token, AdminClient admin)
{
    public const string Type = "application/scim+json";

    /// <summary>The administrator who made the token.</summary>
    public AdminClient Admin => admin;

    public string Token => token;

    /// <summary>A directory of the demo's tenant, with a token of its own.</summary>
    public static async Task<ScimClient> Start(TestHost host, object? rules = null, string tenant = "demo") =>
        await Of(host, tenant, await host.Admin(tenant), rules);

    /// <summary>A directory of a new tenant in which nobody is yet.</summary>
    public static async Task<ScimClient> StartEmpty(TestHost host, string tenant)
    {
        var @operator = await host.Operator();
        await @operator.AddTenant(new { id = tenant, name = tenant });
        return await Of(host, tenant, await @operator.Into(tenant), null);
    }

    static async Task<ScimClient> Of(TestHost host, string tenant, AdminClient admin, object? rules) => new(host, tenant,
        (await admin.Post("scim-tokens", rules ?? new { name = "Directory" })).GetProperty("token").GetString()!, admin);

    public async Task<HttpResponseMessage> Send(string method, string path, string? json = null, string? match = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), $"/{tenant}/scim/v2/{path}");
        request.Headers.Authorization = new("Bearer", token);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, Type);
        if (match is not null) request.Headers.TryAddWithoutValidation(method == "GET" ? "If-None-Match" : "If-Match", match);
        return await host.Http.SendAsync(request);
    }

    /// <summary>The answer's JSON, which is SCIM's.</summary>
    public async Task<JsonElement> Json(string method, string path, string? json = null, int status = 200)
    {
        var answer = await Send(method, path, json);
        var body = await answer.Json(status);
        Assert.Equal(Type, answer.Content.Headers.ContentType?.MediaType);
        return body;
    }

    public Task<JsonElement> Get(string path) => Json("GET", path);

    /// <summary>What is found.</summary>
    public Task<JsonElement> Find(string kind, string filter, string more = "") =>
        Get($"{kind}?filter={Uri.EscapeDataString(filter)}{more}");

    /// <summary>The ids of what is found.</summary>
    public async Task<List<string>> Ids(string kind, string filter) =>
        [.. (await Find(kind, filter)).GetProperty("Resources").EnumerateArray().Select(one => one.GetProperty("id").GetString()!)];

    public async Task<string> Create(string kind, string json) => (await Json("POST", kind, json, 201)).GetProperty("id").GetString()!;

    public Task<JsonElement> Patch(string path, string operations) => Json("PATCH", path, PatchBody(operations));

    public async Task PatchGroup(string id, string operations) => await (await Send("PATCH", $"Groups/{id}", PatchBody(operations)))
        .Is(204);

    public static string PatchBody(string operations) =>
        $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{operations}}]}""";

    /// <summary>Asserts that the answer is SCIM's error (RFC 7644 §3.12) with this status and type.</summary>
    public static async Task<string> Refused(HttpResponseMessage answer, int status, string? scimType = null)
    {
        var error = await answer.Json(status);
        Assert.Equal(Type, answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("urn:ietf:params:scim:api:messages:2.0:Error", error.GetProperty("schemas")[0].GetString());
        Assert.Equal($"{status}", error.GetProperty("status").GetString());
        Assert.Equal(scimType, error.TryGetProperty("scimType", out var type) ? type.GetString() : null);
        return error.GetProperty("detail").GetString()!;
    }

    public async Task<string> Refused(int status, string? scimType, string method, string path, string? json = null) =>
        await Refused(await Send(method, path, json), status, scimType);

    /// <summary>The same; afterwards the token is revoked, because a tenant has only so many.</summary>
    public async Task RefusedAndRevoked(int status, string? scimType, string method, string path, string? json = null)
    {
        await Refused(status, scimType, method, path, json);
        await admin.Do(HttpMethod.Delete, $"scim-tokens/{token.Split('_')[1]}");
    }

    /// <summary>The ids of a group's members.</summary>
    public async Task<List<string>> Members(string group) =>
        [.. (await Get($"Groups/{group}")).GetProperty("members").EnumerateArray().Select(one => one.GetProperty("value").GetString()!)
            .Order()];

    public async Task<string> AddUser(string userName) => await Create("Users", $$"""{"userName":"{{userName}}"}""");
}
