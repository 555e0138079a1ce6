using System.Text.Json;

namespace Latchkey.Tests.Files;

/// <summary>The file steps with raw JSON answers, for the crash tests that have not moved to <see cref="FilesClient"/> yet.</summary>
sealed class FilesOf(TestHost host, string token, string tenant = "demo") : FilesClient(host, token, tenant)
{
    public static async Task<FilesOf> SignedIn(TestHost host, string user = "alice", string tenant = "demo") =>
        new(host, await host.Session(user, tenant), tenant);

    public static Task<string> UserId(TestHost host, string user, string tenant = "demo") => host.UserId(user, tenant);

    public static Task<string> Code(HttpResponseMessage answer, int status) => Answers.Code(answer, status);

    public new Task<JsonElement> Read(string id) => Send(HttpMethod.Get, $"/{id}").Json();

    public new async Task<(List<JsonElement> Files, string? Cursor)> List(string query = "")
    {
        var page = await Send(HttpMethod.Get, query).Json();
        return ([.. page.GetProperty("files").EnumerateArray()], page.TryGetProperty("cursor", out var c) ? c.GetString() : null);
    }
}
