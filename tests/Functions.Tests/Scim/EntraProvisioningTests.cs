using System.Text.Json;

namespace Latchkey.Tests.Scim;

/// <summary>
/// The requests that Microsoft documents for Entra ID's provisioning service, in their order ("Tutorial: Develop and plan provisioning
/// for a SCIM endpoint in Microsoft Entra ID"): capital letters in <c>op</c>, value paths, members to remove beside the path.
/// </summary>
public sealed class EntraProvisioningTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_user_is_looked_for_created_changed_disabled_and_deleted()
    {
        var scim = await ScimClient.Start(host, new { name = "Entra ID", roles = AdminClient.Texts("member") });
        var none = await scim.Find("Users", "userName eq \"Test_User_1\"");
        Assert.Equal((0, 0, 1), (none.GetProperty("totalResults").GetInt32(), none.GetProperty("Resources").GetArrayLength(),
            none.GetProperty("startIndex").GetInt32()));

        var answer = await scim.Send("POST", "Users", $$"""
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "{{Enterprise}}"],
                "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
                "userName": "Test_User_1",
                "active": true,
                "emails": [{ "primary": true, "type": "work", "value": "Test_User_2@testuser.com" }],
                "meta": { "resourceType": "User" },
                "name": { "formatted": "givenName familyName", "familyName": "familyName", "givenName": "givenName" },
                "roles": [],
                "addresses": [{ "country": "ML", "type": "work", "primary": true }],
                "{{Enterprise}}": { "department": "Research", "manager": "4f8ebf98" }
            }
            """);
        var made = await answer.Json(201);
        var id = Text(made, "id");
        Assert.Equal(($"{host.Origin}/demo/scim/v2/Users/{id}", Text(made.GetProperty("meta"), "version")),
            (answer.Headers.Location?.ToString(), answer.Headers.GetValues("ETag").Single()));
        Assert.Equal("givenName familyName", Text(made, "displayName"));
        Assert.Equal("User", Text(made.GetProperty("meta"), "resourceType"));
        var user = await scim.Admin.User(id);
        Assert.Equal(("Test_User_1", "Test_User_2@testuser.com", true, "member"),
            (user.UserName, user.Email, user.EmailVerified, user.Roles.Single()));

        Assert.Equal([id], await scim.Ids("Users", "externalId eq \"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef\""));
        Assert.Equal([id], await scim.Ids("Users", "userName eq \"test_user_1\""));
        Assert.Equal([id], await scim.Ids("Users", "emails[type eq \"work\"].value eq \"Test_User_2@testuser.com\""));
        Assert.Equal([id], await scim.Ids("Users", $"id eq \"{id}\" and {Enterprise}:manager eq \"4f8ebf98\""));
        Assert.Empty(await scim.Ids("Users", $"id eq \"{id}\" and {Enterprise}:manager eq \"other\""));

        var changed = await scim.Patch($"Users/{id}", """
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updatedEmail@microsoft.com" },
            { "op": "Replace", "path": "name.familyName", "value": "updatedFamilyName" }
            """);
        Assert.Equal("givenName updatedFamilyName", Text(changed.GetProperty("name"), "formatted"));
        Assert.Equal(("updatedEmail@microsoft.com", true),
            (Text(changed.GetProperty("emails")[0], "value"), changed.GetProperty("emails")[0].GetProperty("primary").GetBoolean()));
        changed = await scim.Patch($"Users/{id}", """{ "op": "Replace", "path": "userName", "value": "5b50642d@testuser.com" }""");
        Assert.Equal("5b50642d@testuser.com", Text(changed, "userName"));
        Assert.Empty(await scim.Ids("Users", "userName eq \"Test_User_1\""));
        changed = await scim.Patch($"Users/{id}", $$"""
            { "op": "Add", "path": "{{Enterprise}}:department", "value": "Sales" },
            { "op": "Add", "path": "{{Enterprise}}:manager", "value": [{ "$ref": "x", "value": "5f" }] },
            { "op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+49 151" },
            { "op": "Add", "path": "addresses[type eq \"work\"].formatted", "value": "Not kept" },
            { "op": "Replace", "value": { "name.givenName": "New", "{{Enterprise}}:costCenter": "4711", "displayName": "Called So" } },
            { "op": "Remove", "path": "title" }
            """);
        var company = changed.GetProperty(Enterprise);
        Assert.Equal(("Sales", "5f", "4711", "+49 151"), (Text(company, "department"), Text(company.GetProperty("manager"), "value"),
            Text(company, "costCenter"), Text(changed.GetProperty("phoneNumbers")[0], "value")));
        Assert.Equal(("New", "Called So"), (Text(changed.GetProperty("name"), "givenName"), Text(changed, "displayName")));

        // Entra ID writes booleans as texts, unless it is told not to.
        foreach (var no in (string[])["false", "\"False\""])
        {
            await scim.Patch($"Users/{id}", """{ "op": "Replace", "path": "active", "value": "True" }""");
            Assert.False((await scim.Admin.User(id)).Disabled);
            Assert.False((await scim.Patch($"Users/{id}", $$"""{ "op": "Replace", "path": "active", "value": {{no}} }"""))
                .GetProperty("active")
                .GetBoolean());
            Assert.True((await scim.Admin.User(id)).Disabled);
        }
        await (await scim.Send("DELETE", $"Users/{id}")).Is(204);
        await scim.Refused(404, null, "GET", $"Users/{id}");
        await scim.Refused(404, null, "DELETE", $"Users/{id}");
        await scim.Admin.Send(HttpMethod.Get, $"users/{id}").Is(404);
        Assert.Empty(await scim.Ids("Users", "externalId eq \"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef\""));
    }

    [Fact]
    public async Task A_group_is_looked_for_created_renamed_filled_emptied_and_deleted()
    {
        var scim = await ScimClient.Start(host, new { name = "Entra ID" });
        var (alice, bob) = (await host.UserId("alice"), await host.UserId("bob"));
        var query = "Groups?excludedAttributes=members&filter=" + Uri.EscapeDataString("displayName eq \"displayName\"");
        Assert.Equal(0, (await scim.Get(query)).GetProperty("totalResults").GetInt32());
        var id = await scim.Create("Groups", """
            {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group",
                "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
                "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
                "displayName": "displayName",
                "meta": { "resourceType": "Group" }
            }
            """);
        var found = (await scim.Get(query)).GetProperty("Resources")[0];
        Assert.Equal((id, "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", false),
            (Text(found, "id"), Text(found, "externalId"), found.TryGetProperty("members", out _)));
        await scim.PatchGroup(id, """{ "op": "Replace", "path": "displayName", "value": "updatedDisplayName" }""");
        Assert.Empty(await scim.Ids("Groups", "displayName eq \"displayName\""));
        Assert.Equal([id], await scim.Ids("Groups", "displayName eq \"UPDATEDdisplayName\""));

        await scim.PatchGroup(id, $$"""
            { "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "{{alice}}" }, { "$ref": null, "value": "{{bob}}" }] }
            """);
        await scim.PatchGroup(id, $$"""{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "{{alice}}" }] }"""); // Again.
        Assert.Equal(new[] { alice, bob }.Order(), await scim.Members(id));
        Assert.Equal([id], await scim.Ids("Groups", $"id eq \"{id}\" and members eq \"{bob}\""));
        Assert.Contains(id, await scim.Ids("Groups", $"members.value eq \"{bob}\""));
        await scim.PatchGroup(id, $$"""{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "{{bob}}" }] }""");
        Assert.Equal([alice], await scim.Members(id));
        Assert.Empty(await scim.Ids("Groups", $"id eq \"{id}\" and members[value eq \"{bob}\"]"));
        await (await host.As("alice")).List($"?space=group:{id}");
        await (await scim.Send("DELETE", $"Groups/{id}")).Is(204);
        await scim.Refused(404, null, "GET", $"Groups/{id}?excludedAttributes=members");
        Assert.Empty(await scim.Ids("Groups", "externalId eq \"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159\""));
    }

    [Fact]
    public async Task The_schemas_are_a_list_and_say_what_is_kept()
    {
        var scim = await ScimClient.Start(host, new { name = "Entra ID" });
        var schemas = (await scim.Get("Schemas")).GetProperty("Resources").EnumerateArray().ToList();
        Assert.Equal(["urn:ietf:params:scim:schemas:core:2.0:User", Enterprise, "urn:ietf:params:scim:schemas:core:2.0:Group"],
            schemas.Select(schema => Text(schema, "id")));
        var userName = schemas[0].GetProperty("attributes").EnumerateArray().Single(one => Text(one, "name") == "userName");
        Assert.Equal((true, "server", "readWrite"),
            (userName.GetProperty("required").GetBoolean(), Text(userName, "uniqueness"), Text(userName, "mutability")));
        Assert.Equal("EnterpriseUser", Text(await scim.Get($"Schemas/{Enterprise}"), "name"));
        Assert.Equal(["User", "Group"], (await scim.Get("ResourceTypes")).GetProperty("Resources").EnumerateArray()
            .Select(one => Text(one, "id")));
        Assert.Equal("/Groups", Text(await scim.Get("ResourceTypes/Group"), "endpoint"));
        await scim.Refused(404, null, "GET", "Schemas/urn:nothing");
        var config = await scim.Get("ServiceProviderConfig");
        Assert.True(config.GetProperty("patch").GetProperty("supported").GetBoolean());
        Assert.Equal(100, config.GetProperty("bulk").GetProperty("maxOperations").GetInt32());
        await scim.Refused(501, null, "GET", "Me");
        await scim.Refused(501, null, "POST", ".search", "{}");
    }

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
