using System.Text.Json;

namespace Latchkey.Tests.Callers;

/// <summary>
/// A caller who administers a tenant, or all of them, and the usual steps of that. Each asserts its status; <see cref="Send"/> sends
/// anything and asserts nothing.
/// </summary>
sealed class AdminClient(TestHost host, string tenant, string token)
{
    public string Token => token;

    /// <summary>What a deployment's setting holds of its one-time secret.</summary>
    public static string Hash(string secret) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)));

    /// <summary>A JSON array.</summary>
    public static string[] Texts(params string[] texts) => texts;

    /// <summary>The demo's administrator of a tenant.</summary>
    public static Task<AdminClient> Tenant(TestHost host, string tenant = "demo") => host.Admin(tenant);

    /// <summary>An operator's way into a tenant.</summary>
    public async Task<AdminClient> Into(string other) =>
        new(host, other, (await Send(HttpMethod.Post, $"tenants/{other}/token", new { }).Read<OperatorTokenAnswer>()).AccessToken);

    /// <summary>The raw way: any request to the admin endpoints.</summary>
    public Task<HttpResponseMessage> Send(HttpMethod method, string path, object? json = null) =>
        host.Send(method, $"/{tenant}/admin/{path}", token, json);

    public Task<JsonElement> Get(string path, int status = 200) => Send(HttpMethod.Get, path).Json(status);

    public Task<JsonElement> Post(string path, object json, int status = 201) => Send(HttpMethod.Post, path, json).Json(status);

    public Task<JsonElement> Patch(string path, object json, int status = 200) => Send(HttpMethod.Patch, path, json).Json(status);

    /// <summary>For answers without a body.</summary>
    public async Task Do(HttpMethod method, string path, object? json = null, int status = 204) =>
        await Send(method, path, json).Is(status);

    /// <summary>Makes a user of a <see cref="NewUser"/> or of any other body.</summary>
    public Task<UserAnswer> AddUser(object user) => Send(HttpMethod.Post, "users", user).Read<UserAnswer>(201);

    public Task<UserAnswer> User(string id) => Send(HttpMethod.Get, $"users/{id}").Read<UserAnswer>();

    public async Task<string> UserId(string userName) => (await Items<UserAnswer>("users", $"users?userName={userName}")).Single().Id;

    public Task<UserAnswer> ChangeUser(string id, object change) => Send(HttpMethod.Patch, $"users/{id}", change).Read<UserAnswer>();

    public Task DeleteUser(string id) => Do(HttpMethod.Delete, $"users/{id}");

    public async Task<List<RoleAnswer>> Roles() => (await Send(HttpMethod.Get, "roles").Read<RolesAnswer>()).Roles;

    /// <summary>Makes or changes a role.</summary>
    public Task<RoleAnswer> SetRole(string name, params string[] rights) =>
        Send(HttpMethod.Put, $"roles/{name}", new { rights }).Read<RoleAnswer>();

    /// <summary>Makes a client.</summary>
    public Task<ClientAnswer> AddClient(object client) => Send(HttpMethod.Post, "clients", client).Read<ClientAnswer>(201);

    public Task<ClientAnswer> Client(string id) => Send(HttpMethod.Get, $"clients/{id}").Read<ClientAnswer>();

    public Task<ClientAnswer> ChangeClient(string id, object change) =>
        Send(HttpMethod.Patch, $"clients/{id}", change).Read<ClientAnswer>();

    /// <summary>A new secret of a client; the old one works for so many seconds more, or as long as the service says.</summary>
    public async Task<string> RotateSecret(string id, int? overlapSeconds = null) => (await Send(HttpMethod.Post, $"clients/{id}/secret",
        overlapSeconds is { } seconds ? (object)new { overlapSeconds = seconds } : new { }).Json()).GetProperty("secret").GetString()!;

    public Task<GroupAnswer> AddGroup(object group) => Send(HttpMethod.Post, "groups", group).Read<GroupAnswer>(201);

    /// <summary>A group, with what its space holds.</summary>
    public Task<GroupAnswer> Group(string id) => Send(HttpMethod.Get, $"groups/{id}").Read<GroupAnswer>();

    public Task<List<SessionAnswer>> Sessions(string query) => Items<SessionAnswer>("sessions", $"sessions{query}");

    /// <summary>One page of the audit.</summary>
    public Task<List<AuditAnswer>> Audit(string query = "") => Items<AuditAnswer>("entries", $"audit{query}");

    /// <summary>The whole audit.</summary>
    public Task<List<AuditAnswer>> WholeAudit(string query = "") => All<AuditAnswer>($"audit{query}", "entries", 200);

    public Task<TenantAnswer> AddTenant(object newTenant) => Send(HttpMethod.Post, "tenants", newTenant).Read<TenantAnswer>(201);

    public Task<TenantAnswer> TenantOf(string id) => Send(HttpMethod.Get, $"tenants/{id}").Read<TenantAnswer>();

    public Task<TenantAnswer> ChangeTenant(string id, object change) =>
        Send(HttpMethod.Patch, $"tenants/{id}", change).Read<TenantAnswer>();

    /// <summary>Every page's items.</summary>
    public async Task<List<T>> All<T>(string path, string name, int limit)
    {
        var items = new List<T>();
        string? cursor = null;
        do
        {
            var page = await Get($"{path}{(path.Contains('?') ? '&' : '?')}limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            var found = page.GetProperty(name).As<List<T>>();
            Assert.True(found.Count <= limit);
            items.AddRange(found);
            cursor = page.GetProperty("cursor").GetString();
        }
        while (cursor is not null);
        return items;
    }

    async Task<List<T>> Items<T>(string name, string path) => (await Get(path)).GetProperty(name).As<List<T>>();
}
