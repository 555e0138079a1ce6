using System.Text.Json;
using Latchkey.Protocol;
using Latchkey.Tests.OAuth.Apis;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth;

/// <summary>Groups, roles and a tenant's own claims in access tokens, ID tokens and UserInfo.</summary>
public sealed class ClaimsTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task The_scopes_groups_and_roles_tell_them_in_both_tokens_and_at_userinfo_and_only_if_they_are_named()
    {
        var admin = await host.Admin();
        await admin.AddGroup(new { id = "chess", name = "Chess" });
        await admin.Do(HttpMethod.Put, $"groups/chess/members/{await admin.UserId("alice")}", new { role = "reader" }, 200);
        var tokens = await host.Tokens("demo", scope: "openid groups roles");
        foreach (var jwt in new[] { new JsonWebToken(tokens.AccessToken), new JsonWebToken(tokens.IdToken) })
        {
            Assert.Contains("chess", jwt.GetPayloadValue<string[]>("groups"));
            Assert.Contains("member", jwt.GetPayloadValue<string[]>("roles"));
        }
        var told = await UserInfo(tokens.AccessToken);
        Assert.Contains("chess", await Groups(tokens.AccessToken));
        Assert.Contains("member", told.GetProperty("roles").As<string[]>());
        var unnamed = await host.Tokens("demo");
        Assert.DoesNotContain("groups", unnamed.Scope!.Split(' '));
        Assert.False(new JsonWebToken(unnamed.AccessToken).TryGetClaim("groups", out _));
        Assert.False(new JsonWebToken(unnamed.IdToken).TryGetClaim("roles", out _));
        var refreshed = await host.Token("demo", ("grant_type", "refresh_token"), ("client_id", "first-party"),
            ("refresh_token", (await host.Tokens("demo", scope: "openid offline_access groups")).RefreshToken!)).Read<TokenAnswer>();
        Assert.Contains("chess", new JsonWebToken(refreshed.AccessToken).GetPayloadValue<string[]>("groups"));
    }

    [Fact]
    public async Task Groups_cost_one_request_to_storage_more()
    {
        await host.Tokens("demo", scope: "openid");
        var without = await host.Trips(() => host.Tokens("demo", scope: "openid"));
        Assert.Equal(without + 1, await host.Trips(() => host.Tokens("demo", scope: "openid groups")));
    }

    [Fact]
    public async Task Too_many_groups_are_left_out_of_tokens_and_told_at_userinfo()
    {
        var groups = host.Service<Latchkey.Tenancy.GroupStore>();
        var bob = await (await host.Admin()).UserId("bob");
        var before = (await Groups((await host.Tokens("demo", "bob", "openid groups")).AccessToken)).Length;
        for (var n = 0; n <= 100; n++) await groups.TryCreate("demo", new($"of-bob-{n}", "One"), bob, default);
        var tokens = await host.Tokens("demo", "bob", "openid groups");
        var jwt = new JsonWebToken(tokens.AccessToken);
        Assert.True(jwt.GetPayloadValue<bool>("groups_overage"));
        Assert.False(jwt.TryGetClaim("groups", out _));
        Assert.Equal(before + 101, (await Groups(tokens.AccessToken)).Length);
    }

    [Fact]
    public async Task A_tenants_own_claims_come_from_attributes_fields_and_fixed_values_where_the_rule_says()
    {
        var admin = await host.Admin("acme");
        var alice = await admin.UserId("alice");
        await admin.ChangeUser(alice,
            new { attributes = new { department = "Sales", level = "7", remote = "true", tags = "a, b", no = "x" } });
        var api = await ApiHost.Add(admin, "urn:example:claims", "Claims", 0, ["*"], ("read", "Read"));
        await admin.ChangeClient("first-party", new { scope = "openid profile offline_access files.read read admin account".Split(' ') });
        await Put(admin,
            new { name = "department", attribute = "department", @in = Places("access_token", "id_token", "userinfo") },
            new { name = "level", attribute = "level", type = "number", @in = Places("id_token") },
            new { name = "https://acme.example/remote", attribute = "remote", type = "boolean", @in = Places("id_token") },
            new { name = "tags", attribute = "tags", type = "list", @in = Places("id_token", "userinfo") },
            new { name = "none", attribute = "no", type = "number", @in = Places("id_token") },
            new { name = "login", field = "userName", scope = "profile", @in = Places("id_token") },
            new { name = "plan", value = "gold", clients = Places("service"), @in = Places("access_token") },
            new { name = "plan", value = "silver", apis = Places(api.Id), @in = Places("access_token") });
        var tokens = await host.Tokens("acme", scope: "openid files.read");
        var id = new JsonWebToken(tokens.IdToken);
        Assert.Equal(("Sales", 7, true), (id.GetPayloadValue<string>("department"), id.GetPayloadValue<int>("level"),
            id.GetPayloadValue<bool>("https://acme.example/remote")));
        Assert.Equal(["a", "b"], id.GetPayloadValue<string[]>("tags"));
        Assert.DoesNotContain(id.Claims, claim => claim.Type is "none" or "login" or "plan");
        var access = new JsonWebToken(tokens.AccessToken);
        Assert.Equal("Sales", access.GetPayloadValue<string>("department"));
        Assert.DoesNotContain(access.Claims, claim => claim.Type is "level" or "plan");
        var told = await UserInfo(tokens.AccessToken, "acme");
        Assert.Equal(["department", "sub", "tags"], told.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
        var withProfile = await host.Tokens("acme", scope: "openid profile");
        Assert.Equal("alice", new JsonWebToken(withProfile.IdToken).GetPayloadValue<string>("login"));
        // A client's own token has fixed values, those of its client; a token for the API has the API's.
        Assert.Equal("gold", new JsonWebToken(await host.ServiceToken("acme")).GetPayloadValue<string>("plan"));
        var forApi = await host.Token("acme", ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"),
            ("password", "alice-password"), ("resource", "urn:example:claims")).Read<TokenAnswer>();
        Assert.Equal("silver", new JsonWebToken(forApi.AccessToken).GetPayloadValue<string>("plan"));
        var metadata = await host.Http.GetAsync("/acme/.well-known/openid-configuration").Json();
        Assert.Contains("department", metadata.GetProperty("claims_supported").As<string[]>());
        Assert.DoesNotContain("plan", metadata.GetProperty("claims_supported").As<string[]>()); // Not for every app, nor in its tokens.
        // What is gone from the user is gone from the next token.
        await admin.ChangeUser(alice, new { attributes = new Dictionary<string, string?> { ["department"] = null } });
        Assert.False(new JsonWebToken((await host.Tokens("acme", scope: "openid")).IdToken).TryGetClaim("department", out _));
    }

    [Theory]
    [InlineData("claims[0].name", """{"name":"sub","value":"x","in":["id_token"]}""")]
    [InlineData("claims[0].name", """{"name":"ROLES","value":"x","in":["access_token"]}""")]
    [InlineData("claims[0].name", """{"name":"tid","value":"x","in":["access_token"]}""")]
    [InlineData("claims[0].name", """{"name":"role","value":"x","in":["access_token"]}""")]
    [InlineData("claims[0].name", """{"name":"http://schemas.microsoft.com/ws/2008/06/identity/claims/role","value":"x","in":["id_token"]}""")]
    [InlineData("claims[0].name", """{"name":"a b","value":"x","in":["id_token"]}""")]
    [InlineData("claims[0].in", """{"name":"a","value":"x","in":[]}""")]
    [InlineData("claims[0].in", """{"name":"a","value":"x","in":["nowhere"]}""")]
    [InlineData("claims[0]", """{"name":"a","in":["id_token"]}""")]
    [InlineData("claims[0]", """{"name":"a","value":"x","field":"name","in":["id_token"]}""")]
    [InlineData("claims[0].field", """{"name":"a","field":"passwordHash","in":["id_token"]}""")]
    [InlineData("claims[0].attribute", """{"name":"a","attribute":"a b","in":["id_token"]}""")]
    [InlineData("claims[0].type", """{"name":"a","value":"x","type":"date","in":["id_token"]}""")]
    [InlineData("claims[0].value", """{"name":"a","value":"x","type":"number","in":["id_token"]}""")]
    [InlineData("claims[0].scope", """{"name":"a","value":"x","scope":"no.such","in":["id_token"]}""")]
    [InlineData("claims[0].apis", """{"name":"a","value":"x","apis":["no-such"],"in":["access_token"]}""")]
    [InlineData("claims[0].apis", """{"name":"a","value":"x","apis":["own"],"in":["id_token"]}""")]
    public async Task A_rule_that_makes_no_sense_is_refused(string field, string rule)
    {
        var admin = await host.Admin();
        var problem = await admin.Send(HttpMethod.Put, "claims", new { claims = new[] { JsonDocument.Parse(rule).RootElement } })
            .Fails(400, "invalid_field");
        Assert.Equal(field, problem.Field);
    }

    [Fact]
    public async Task There_are_thirty_rules_at_most_and_the_audit_names_them()
    {
        var admin = await host.Admin();
        object Rule(int n) => new { name = $"c{n}", value = "x", scope = "admin", @in = Places("id_token") };
        await admin.Send(HttpMethod.Put, "claims", new { claims = Enumerable.Range(0, 31).Select(Rule) }).Fails(400, "invalid_field");
        await Put(admin, Rule(1), Rule(2));
        Assert.Equal(2, (await admin.Get("claims")).GetProperty("claims").GetArrayLength());
        await Eventually.True(async () => (await admin.Audit("?type=admin-claims-replace")).Any(entry => entry.Detail == "c1, c2"));
        await host.Send(HttpMethod.Get, "/demo/admin/claims", (await host.Tokens()).AccessToken).Fails(403, "insufficient_scope");
    }

    [Fact]
    public async Task A_token_that_would_be_longer_than_8_KiB_is_refused_and_says_why()
    {
        var admin = await host.Admin("acme");
        await host.AddClient("long", client => client with { Scope = Scope.Of("openid", "email") }, "acme");
        Task<HttpResponseMessage> Ask() => host.Token("acme", ("grant_type", "password"), ("client_id", "long"),
            ("username", "bob"), ("password", "bob-password"), ("scope", "openid"));
        await Put(admin, [.. Enumerable.Range(0, 30).Select(n => new
        {
            name = $"c{n}", value = new string('x', 256), clients = Places("long"), @in = Places("id_token"),
        })]);
        Assert.Contains("ID token would have", (await Ask().Refused("invalid_scope")).ErrorDescription, StringComparison.Ordinal);
        await Put(admin);
        await Ask().Is(200);
    }

    [Fact]
    public async Task Attributes_of_a_user_are_bounded()
    {
        var admin = await host.Admin();
        var user = await admin.AddUser(new { userName = "attributes", attributes = new { one = "1", two = "2" } });
        await admin.ChangeUser(user.Id, new { attributes = new Dictionary<string, string?> { ["one"] = null, ["three"] = "3" } });
        var now = (await admin.Get($"users/{user.Id}")).GetProperty("attributes").As<Dictionary<string, string>>();
        Assert.Equal("three=3 two=2", string.Join(' ', now.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)));
        foreach (var bad in new[]
        {
            new Dictionary<string, string?> { ["a b"] = "x" }, new() { [new string('a', 65)] = "x" },
            new() { ["a"] = new string('x', 257) },
            new() { ["a"] = "x\n" + "y" }, Enumerable.Range(0, 21).ToDictionary(n => $"n{n}", string? (_) => "x"),
            Enumerable.Range(0, 9).ToDictionary(n => $"n{n}", string? (_) => new string('x', 240)),
        })
            await admin.Send(HttpMethod.Patch, $"users/{user.Id}", new { attributes = bad }).Fails(400, "invalid_field");
    }

    static string[] Places(params string[] places) => places;

    [Fact]
    public async Task Claims_that_could_make_every_token_too_long_are_refused()
    {
        var admin = await host.Admin("acme");
        var long256 = Enumerable.Range(0, 17)
            .Select(n => (object)new { name = $"c{n}", value = new string('x', 256), @in = Places("access_token") });
        var refused = await admin.Send(HttpMethod.Put, "claims", new { claims = long256 }).Fails(400, "invalid_field");
        Assert.Equal("claims", refused.Field);
        var same = Enumerable.Range(0, 17).Select(n => (object)new { name = $"c{n}", attribute = "department", @in = Places("id_token") });
        await admin.Send(HttpMethod.Put, "claims", new { claims = same }).Fails(400, "invalid_field");
        var attributes = Enumerable.Range(0, 20).Select(n => (object)new { name = $"c{n}", attribute = $"a{n}", @in = Places("id_token") });
        await Put(admin, [.. attributes]);
        await Put(admin);
    }

    async Task<string[]> Groups(string token) => (await UserInfo(token)).GetProperty("groups").As<string[]>();

    static Task Put(AdminClient admin, params object[] claims) => admin.Do(HttpMethod.Put, "claims", new { claims }, 200);

    Task<JsonElement> UserInfo(string token, string tenant = "demo") =>
        host.Send(HttpMethod.Get, $"/{tenant}/oauth/userinfo", token).Json();
}
