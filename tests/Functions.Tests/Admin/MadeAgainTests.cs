using System.Text.Json;
using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth;
using Latchkey.Tests.OAuth.Authorization;
using static Latchkey.Tests.Callers.AdminClient;

namespace Latchkey.Tests.Admin;

/// <summary>Whatever is deleted and made again under the same name starts empty, without a clock that has moved on.</summary>
public sealed class MadeAgainTests : IAsyncLifetime
{
    TestHost host = null!;
    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        admin = await host.Admin();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_clients_tokens_do_not_come_back_with_another_client_of_its_id()
    {
        await Make("app");
        var user = await SignIn("app");
        var service = await host.Token("demo", ("grant_type", "client_credentials"), ("client_id", "robot"),
            ("client_secret", await MakeRobot())).Read<TokenAnswer>();
        Assert.Equal((200, 200), (await host.Try(user.AccessToken), await host.Try(service.AccessToken)));
        await admin.Do(HttpMethod.Delete, "clients/app");
        await admin.Do(HttpMethod.Delete, "clients/robot");
        await Make("app");
        await MakeRobot();
        await Refresh("app", user).Refused("invalid_grant");
        Assert.Equal((401, 401), (await host.Try(user.AccessToken), await host.Try(service.AccessToken)));
        await Refresh("app", await SignIn("app")).Is(200); // The new one's own are good.
    }

    [Fact]
    public async Task Another_instance_takes_the_new_clients_tokens_at_once()
    {
        await using var other = await TestHost.Start(clock: host.Clock, settings: new()
        {
            ["Latchkey:Storage:ConnectionString"] = host.Service<Settings>().ConnectionString,
            ["Latchkey:Origin"] = host.Origin,
        });
        await Make("app");
        var old = await SignIn("app");
        Assert.Equal(200, await other.Try(old.AccessToken)); // It knows the client now.
        await admin.Do(HttpMethod.Delete, "clients/app");
        await Make("app");
        var tokens = await SignIn("app");
        Assert.Equal(200, await other.Try(tokens.AccessToken));
        Assert.Equal(401, await other.Try(old.AccessToken));
    }

    [Fact]
    public async Task A_code_and_an_approval_are_of_the_client_that_was_there()
    {
        var client = new
        {
            id = "shop",
            name = "Web",
            authMethod = "none",
            native = true,
            grants = Texts("authorization_code", "refresh_token"),
            scope = Texts("openid", "files.read"),
            redirectUris = Texts("http://127.0.0.1/callback")
        };
        await admin.AddClient(client);
        var browser = new Browser(host);
        (string, string?)[] asked = [("client_id", "shop"), ("redirect_uri", "http://127.0.0.1/callback"), ("scope", "openid files.read")];
        var consent = await browser.SignIn(await browser.Authorize(asked));
        Assert.Contains("/demo/consent", Browser.Location(consent), StringComparison.Ordinal);
        await browser.Consent(consent);
        var silent = Browser.Returned(Browser.Location(await browser.Consent(await browser.Authorize(asked))));
        await admin.Do(HttpMethod.Delete, "clients/shop");
        await admin.AddClient(client);
        await browser.Redeem(silent["code"], ("client_id", "shop"), ("redirect_uri", "http://127.0.0.1/callback")).Refused("invalid_grant");
        Assert.Contains("/demo/consent", Browser.Location(await browser.Authorize(asked)), StringComparison.Ordinal); // Asked again.
    }

    [Fact]
    public async Task A_client_with_files_is_not_deleted_by_mistake_and_its_spaces_are_empty_when_it_is_made_again()
    {
        await Make("app");
        var app = new FilesClient(host, (await SignIn("app")).AccessToken);
        await app.Upload([1, 2], "shared", space: "app");
        var refused = await admin.Send(HttpMethod.Delete, "clients/app").Problem(409);
        Assert.Equal(("client_has_files", 1), (refused.Code, refused.Number("files")));
        Assert.Single((await app.List("?space=app")).Files); // Nothing has ended.
        await admin.Send(HttpMethod.Delete, "clients/app?files=keep").Fails(400, "invalid_query");
        await admin.Do(HttpMethod.Delete, "clients/app?files=purge");
        await admin.Do(HttpMethod.Delete, "clients/app", status: 404);
        await Make("app");
        Assert.Empty((await new FilesClient(host, (await SignIn("app")).AccessToken).List("?space=app")).Files);
        await Books.Balance(host);
    }

    [Fact]
    public async Task No_client_gets_an_id_under_which_files_are_left()
    {
        await Make("app");
        var app = new FilesClient(host, (await SignIn("app")).AccessToken);
        await app.Upload([1, 2], "shared", space: "app");
        // As by its registration token.
        await host.Service<Latchkey.Tenancy.ClientStore>().Delete(await host.Tenant("demo"), "app", default);
        await admin.Send(HttpMethod.Post, "clients", Body("app")).Fails(409, "client_has_files");
        await admin.Do(HttpMethod.Delete, "clients/app?files=purge");
        await Make("app");
    }

    [Fact]
    public async Task A_role_gives_its_old_holders_nothing_when_it_is_made_again()
    {
        var id = await admin.UserId("bob");
        await admin.Send(HttpMethod.Put, "roles/helper", new { rights = Texts("files.read") }).Is(200);
        await admin.ChangeUser(id, new { roles = Texts("helper") });
        var tokens = await host.Tokens("demo", "bob");
        await admin.Do(HttpMethod.Delete, "roles/helper");
        await admin.Send(HttpMethod.Put, "roles/helper", new { rights = Texts("files.read", "admin") }).Is(200);
        Assert.Equal(403, await host.Try(tokens.AccessToken));
        var next = await host.Refresh("demo", tokens.RefreshToken!).Read<TokenAnswer>();
        Assert.Equal("openid profile email offline_access account", next.Scope);
        Assert.Equal("openid profile email offline_access account", (await host.Tokens("demo", "bob")).Scope);
        Assert.Empty((await admin.User(id)).Roles);
        await admin.ChangeUser(id, new { roles = Texts("helper") }); // Given by somebody who knows what it is now.
        Assert.EndsWith("files.read admin", (await host.Tokens("demo", "bob")).Scope, StringComparison.Ordinal);
        // A change of its rights is no other role; a role that the tenant came with can be another too.
        await admin.Send(HttpMethod.Put, "roles/helper", new { rights = Texts("files.write") }).Is(200);
        Assert.EndsWith(" files.write", (await host.Tokens("demo", "bob")).Scope, StringComparison.Ordinal);
        await admin.Do(HttpMethod.Delete, "roles/member");
        await admin.Send(HttpMethod.Put, "roles/member", new { rights = Texts("files.read") }).Is(200);
        Assert.DoesNotContain("files", (await host.Tokens("demo")).Scope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenants_tokens_do_not_come_back_with_another_tenant_of_its_id()
    {
        var operators = await host.Operator();
        await operators.AddTenant(new { id = "brief" });
        var inside = await operators.Into("brief");
        var tokens = await Fill(inside);
        Assert.Equal(200, await host.Try(tokens.AccessToken, "brief"));
        await operators.Post("tenants/brief/suspend", new { reason = "Over." }, 200);
        var lines = await (await operators.Send(HttpMethod.Get, "tenants/brief/export")).Content.ReadAsStringAsync();
        var confirm = JsonDocument.Parse(lines.Trim().Split('\n')[^1]).RootElement.GetProperty("confirm").GetString();
        await operators.Do(HttpMethod.Delete, "tenants/brief", new { confirm });
        await operators.AddTenant(new { id = "brief" });
        Assert.Equal(401, await host.Try(tokens.AccessToken, "brief"));
        Assert.Equal(401, (int)(await inside.Send(HttpMethod.Get, "users")).StatusCode);
        inside = await operators.Into("brief");
        Assert.Equal(0, (await inside.Get("users")).GetProperty("users").GetArrayLength());
        await Fill(inside);
        await host.Refresh("brief", tokens.RefreshToken!).Refused("invalid_grant");

        async Task<TokenAnswer> Fill(AdminClient who)
        {
            await who.AddUser(new NewUser("dora"));
            await who.AddClient(Body("first-party"));
            return await host.Tokens("brief", "dora");
        }
    }

    static object Body(string id) =>
        new
        {
            id,
            name = id,
            authMethod = "none",
            native = true,
            grants = Texts("password", "refresh_token"),
            scope = Texts("openid", "files.read", "files.write")
        };

    Task<ClientAnswer> Make(string id) => admin.AddClient(Body(id));

    async Task<string> MakeRobot() =>
        (await admin.AddClient(
            new
            {
                id = "robot",
                name = "Robot",
                authMethod = "client_secret_post",
                grants = Texts("client_credentials"),
                scope = Texts("files.read")
            })).Secret!;

    async Task<TokenAnswer> SignIn(string client) => await host.Token("demo",
        ("grant_type", "password"), ("client_id", client), ("username", "alice"), ("password", "alice-password")).Read<TokenAnswer>();

    Task<HttpResponseMessage> Refresh(string client, TokenAnswer tokens) => host.Token("demo",
        ("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", tokens.RefreshToken!));
}
