using System.Text.Json;
using static Latchkey.Tests.Callers.AdminClient;

namespace Latchkey.Tests.Admin;

/// <summary>What a tenant's administrators set themselves, and what only operators do: limits above all.</summary>
public sealed class TenantSettingsTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminClient admin = null!;
    AdminClient @operator = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        (admin, @operator) = (await host.Admin(), await host.Operator());
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Name_colour_logo_and_origins_are_the_tenants_own_to_change_and_hold_at_once()
    {
        await admin.Patch("settings", new { origins = Texts("https://old.demo.example") });
        Assert.Equal("https://old.demo.example", await AllowedFor("https://old.demo.example"));
        var changed = await admin.Patch("settings",
            new
            {
                name = "Demo & Sons",
                color = "#112233",
                logoUri = "https://demo.example/logo.svg",
                origins = Texts("https://app.demo.example")
            });
        Assert.Equal(changed.GetRawText(), (await admin.Get("settings")).GetRawText());
        var page = await (await host.Http.GetAsync("/demo/oauth/authorize?client_id=nobody")).Content.ReadAsStringAsync();
        Assert.Contains("#112233", page, StringComparison.Ordinal);
        Assert.Equal("https://app.demo.example", await AllowedFor("https://app.demo.example"));
        Assert.Null(await AllowedFor("https://old.demo.example"));
        Assert.Equal("Demo & Sons", (await @operator.TenantOf("demo")).Name);
        await admin.Patch("settings", new { color = "", logoUri = "" });
        Assert.Equal(JsonValueKind.Null, (await admin.Get("settings")).GetProperty("color").ValueKind);
        await Eventually.True(async () => (await admin.Audit("?type=admin-settings-change"))
            .Any(entry => entry.Detail == "name, origins, color, logoUri"));
    }

    [Fact]
    public async Task Limits_that_an_operator_sets_hold_at_once_and_the_tenant_sees_them_with_what_it_uses()
    {
        var alice = await host.As("alice");
        await alice.Upload([1, 2, 3]);
        await @operator.ChangeTenant("demo",
            new { limits = new { fileBytes = 1000, spaceFiles = 2, contentTypes = Texts("image/*", "application/octet-stream") } });
        Assert.Equal("file_too_large", await Refused(413, size: 1001));
        Assert.Equal("content_type_not_allowed", await Refused(415, type: "text/plain"));
        await alice.Upload([4]);
        Assert.Equal("quota_exceeded", await Refused(403));

        var seen = await admin.Get($"limits?user={await admin.UserId("alice")}");
        var limits = seen.GetProperty("limits");
        Assert.Equal((1000, 2, 100L << 30),
            (limits.As<LimitsAnswer>().FileBytes, limits.As<LimitsAnswer>().SpaceFiles, limits.As<LimitsAnswer>().SpaceBytes));
        var space = seen.GetProperty("space").As<UsageAnswer>();
        Assert.Equal((4, 2, 0), (space.Bytes, space.Files, space.Pending));
        Assert.InRange(seen.GetProperty("taken").GetProperty("bytes").GetInt64(), 4, 4 + (64 << 20));
        Assert.Equal(limits.GetRawText(), (await @operator.Get("tenants/demo")).GetProperty("limits").GetRawText());

        var lifted = await @operator.ChangeTenant("demo",
            new { limits = new { fileBytes = -1, spaceFiles = 100, contentTypes = Texts() } });
        Assert.Equal(-1, lifted.Limits!.FileBytes);
        await alice.Begin(FilesClient.Declaration(size: 2000, contentType: "text/plain"));
        foreach (var path in new[] { "limits", "settings" }) // Not an administrator.
            Assert.Equal(403, (int)(await host.Send(HttpMethod.Get, $"/demo/admin/{path}", alice.Token)).StatusCode);

        async Task<string?> Refused(int status, long size = 1, string type = FilesClient.AnyType) =>
            await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: size, contentType: type)).Code(status);
    }

    async Task<string?> AllowedFor(string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/demo/oauth/token");
        request.Headers.Add("Origin", origin);
        return (await host.Http.SendAsync(request)).Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single()
            : null;
    }
}

/// <summary>Settings and limits that are refused: they change nothing.</summary>
public sealed class TenantSettingsInputTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    readonly TestHost host = demo.Host;

    AdminClient admin = null!;
    AdminClient @operator = null!;

    public async Task InitializeAsync() => (admin, @operator) = (await host.Admin(), await host.Operator());

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("""{"domain":"login.example.com"}""", "invalid_json")]
    [InlineData("""{"openRegistration":true}""", "invalid_json")]
    [InlineData("""{"limits":{"fileBytes":-1}}""", "invalid_json")]
    [InlineData("""{"suspendedBecause":""}""", "invalid_json")]
    [InlineData("""{"origins":["*"]}""", "invalid_field")]
    [InlineData("""{"color":"red"}""", "invalid_field")]
    [InlineData("""{"logoUri":"http://demo.example/logo.svg"}""", "invalid_field")]
    public async Task A_tenants_administrator_cannot_change_what_is_the_operators(string body, string code)
    {
        var before = (await @operator.Get("tenants/demo")).GetRawText();
        var request = new HttpRequestMessage(HttpMethod.Patch,
            "/demo/admin/settings")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", admin.Token);
        await host.Http.SendAsync(request).Fails(400, code);
        Assert.Equal(before, (await @operator.Get("tenants/demo")).GetRawText());
    }

    [Theory]
    [InlineData("user=nobody", "user_not_found")]
    [InlineData("group=nobody", "group_not_found")]
    [InlineData("client=nobody", "client_not_found")]
    public async Task The_space_of_somebody_who_is_not_there_is_not_found(string query, string code) =>
        await host.Send(HttpMethod.Get, $"/demo/admin/limits?{query}", admin.Token).Fails(404, code);

    [Theory]
    [InlineData("""{"limits":{"fileBytes":-2}}""")]
    [InlineData("""{"limits":{"tenantFiles":9223372036854775807}}""")]
    [InlineData("""{"limits":{"contentTypes":["IMAGE/png"]}}""")]
    [InlineData("""{"limits":{"contentTypes":["image"]}}""")]
    [InlineData("""{"limits":{"contentTypes":["*/*"]}}""")]
    [InlineData("""{"limits":{"contentTypes":["image/png\n"]}}""")]
    public async Task A_limit_that_is_none_is_a_400(string body)
    {
        var before = (await @operator.Get("tenants/demo")).GetRawText();
        var request = new HttpRequestMessage(HttpMethod.Patch,
            "/operator/admin/tenants/demo")
        { Content = new StringContent(body, null, "application/json") };
        request.Headers.Authorization = new("Bearer", @operator.Token);
        await host.Http.SendAsync(request).Fails(400, "invalid_field");
        Assert.Equal(before, (await @operator.Get("tenants/demo")).GetRawText());
    }
}
