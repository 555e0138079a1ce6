using System.Text.Json;

namespace Latchkey.Tests.Scim;

/// <summary>
/// The requests that Okta documents ("Okta and SCIM Version 2.0"): operations without a path, PUT of whole users, push of groups.
/// </summary>
public sealed class OktaProvisioningTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string User = """
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "test.user@okta.local",
            "name": { "givenName": "Test", "familyName": "User" },
            "emails": [{ "primary": true, "value": "test.user@okta.local", "type": "work" }],
            "displayName": "Test User",
            "locale": "en-US",
            "externalId": "00ujl29u0le5T6Aj10h7",
            "groups": [],
            "password": "1mz050nq",
            "active": true
        }
        """;

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_user_is_looked_for_created_replaced_deactivated_and_activated_again()
    {
        var scim = await ScimClient.Start(host, new { name = "Okta", roles = AdminClient.Texts("member") });
        // After the settings are saved, Okta asks this to see whether it can.
        Assert.True((await scim.Get("Users?startIndex=1&count=2")).GetProperty("totalResults").GetInt32() >= 3);
        await scim.Get("Groups?startIndex=1&count=100");

        const string query = "Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100";
        var none = await scim.Get(query);
        Assert.Equal((0, 0), (none.GetProperty("totalResults").GetInt32(), none.GetProperty("itemsPerPage").GetInt32()));
        var made = await scim.Json("POST", "Users", User, 201);
        var id = Text(made, "id");
        Assert.Equal(("Test User", "en-US", "00ujl29u0le5T6Aj10h7", true),
            (Text(made, "displayName"), Text(made, "locale"), Text(made, "externalId"), made.GetProperty("active").GetBoolean()));
        Assert.False(made.TryGetProperty("password", out _));
        await scim.Refused(409, "uniqueness", "POST", "Users", User);
        Assert.Equal(id, Text((await scim.Get(query)).GetProperty("Resources")[0], "id"));
        Assert.Equal(id, Text(await scim.Get($"Users/{id}"), "id"));

        var replaced = await scim.Json("PUT", $"Users/{id}", $$"""
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "id": "{{id}}",
                "userName": "test.user@okta.local",
                "name": { "givenName": "Another", "middleName": "Excited", "familyName": "User" },
                "emails": [{ "primary": true, "value": "test.user@okta.local", "type": "work", "display": "test.user@okta.local" }],
                "active": true,
                "groups": [],
                "meta": { "resourceType": "User" }
            }
            """);
        Assert.Equal(("Another", "Another User", "00ujl29u0le5T6Aj10h7", "en-US"), (Text(replaced.GetProperty("name"), "givenName"),
            Text(replaced, "displayName"), Text(replaced, "externalId"), Text(replaced, "locale")));

        // Signed in when the company lets them go: signed out at once.
        await scim.Admin.Do(HttpMethod.Put, $"users/{id}/password", new { password = "okta-user-password" });
        var tokens = await Tokens().Read<TokenAnswer>();
        await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken).Is(200);
        var off = await scim.Patch($"Users/{id}", """{ "op": "replace", "value": { "active": false } }""");
        Assert.False(off.GetProperty("active").GetBoolean());
        await host.Send(HttpMethod.Get, "/demo/files", tokens.AccessToken).Fails(401, "invalid_token");
        await host.Refresh("demo", tokens.RefreshToken!).Refused("invalid_grant");
        await Tokens().Refused("invalid_grant");
        await scim.Patch($"Users/{id}", """{ "op": "replace", "value": { "active": true } }""");
        await Tokens().Is(200);
        // Custom apps say the same by PUT.
        await scim.Json("PUT", $"Users/{id}", User.Replace("true\n}", "false\n}", StringComparison.Ordinal));
        await Tokens().Refused("invalid_grant");

        Task<HttpResponseMessage> Tokens() => host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"),
            ("username", "test.user@okta.local"), ("password", "okta-user-password"));
    }

    [Fact]
    public async Task A_password_counts_only_where_the_token_accepts_it_and_then_by_the_rules()
    {
        var scim = await ScimClient.Start(host, new { name = "Okta", passwords = true, roles = AdminClient.Texts("member") });
        Assert.True((await scim.Get("ServiceProviderConfig")).GetProperty("changePassword").GetProperty("supported").GetBoolean());
        await scim.Refused(400, "invalidValue", "POST", "Users", """{"userName":"pat","password":"1mz050nq"}""");
        var id = await scim.Create("Users", """{"userName":"pat","password":"pat-has-a-long-one"}""");
        await Tokens("pat-has-a-long-one").Is(200);
        await scim.Patch($"Users/{id}", """{ "op": "replace", "path": "password", "value": "pat-has-another-one" }""");
        await Tokens("pat-has-a-long-one").Refused("invalid_grant");
        await Tokens("pat-has-another-one").Is(200);
        await scim.Refused(400, "invalidValue", "PATCH", $"Users/{id}",
            ScimClient.PatchBody("""{ "op": "replace", "value": { "password": "short" } }"""));

        Task<HttpResponseMessage> Tokens(string password) => host.Token("demo", ("grant_type", "password"), ("client_id", "first-party"),
            ("username", "pat"), ("password", password));
    }

    [Fact]
    public async Task A_group_is_pushed_renamed_filled_and_unlinked()
    {
        var scim = await ScimClient.Start(host, new { name = "Okta" });
        var (one, two) = (await scim.AddUser("okta-one"), await scim.AddUser("okta-two"));
        var made = await scim.Json("POST", "Groups",
            """{ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Test SCIMv2", "members": [] }""", 201);
        var id = Text(made, "id");
        Assert.Equal(0, made.GetProperty("members").GetArrayLength());
        await scim.PatchGroup(id, $$"""{ "op": "replace", "value": { "id": "{{id}}", "displayName": "Test SCIMv20" } }""");
        await scim.PatchGroup(id, $$"""
            { "op": "remove", "path": "members[value eq \"{{one}}\"]" },
            { "op": "add", "path": "members", "value": [{ "value": "{{two}}", "display": "test.user@okta.local" }] }
            """);
        Assert.Equal([two], await scim.Members(id));
        await scim.PatchGroup(id, $$"""
            { "op": "replace", "path": "members", "value": [{ "value": "{{one}}", "display": "a" }, { "value": "{{two}}",
            "display": "b" }] }
            """);
        Assert.Equal(new[] { one, two }.Order(), await scim.Members(id));
        var put = await scim.Json("PUT", $"Groups/{id}", $$"""
            { "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "{{id}}", "displayName": "By PUT",
            "members": [{ "value": "{{one}}" }] }
            """);
        Assert.Equal(("By PUT", one), (Text(put, "displayName"), Text(put.GetProperty("members")[0], "value")));
        await (await scim.Send("DELETE", $"Groups/{id}")).Is(204);
    }

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
