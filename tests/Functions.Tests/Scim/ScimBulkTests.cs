using System.Text.Json;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.Scim;

/// <summary>Bulk (RFC 7644 §3.7): references, errors, limits, the audit; and what happens when storage fails.</summary>
public sealed class ScimBulkTests : OnCuttableStorage
{
    ScimClient scim = null!;

    private protected override async Task Prepare()
    {
        scim = await ScimClient.Start(host);
    }

    [Fact]
    public async Task Operations_run_in_order_name_what_was_made_before_and_fail_each_by_itself()
    {
        var results = await Run("""
            { "method": "POST", "path": "/Users", "bulkId": "u1", "data": { "userName": "bulk1" } },
            { "method": "POST", "path": "/Users", "bulkId": "u2", "data": { "userName": "alice" } },
            { "method": "POST", "path": "/Groups", "bulkId": "g", "data": { "displayName": "Bulk",
            "members": [{ "value": "bulkId:u1" }] } },
            { "method": "PATCH", "path": "/Users/bulkId:u1", "data": { "Operations": [{ "op": "replace", "path": "active",
            "value": false }] } },
            { "method": "PATCH", "path": "/Groups/bulkId:g", "data": { "Operations": [{ "op": "add", "path": "members",
            "value": [{ "value": "bulkId:u2" }] }] } },
            { "method": "PUT", "path": "/Users/bulkId:u1", "version": "W/\"other\"", "data": { "userName": "bulk1" } },
            { "method": "GET", "path": "/Users/x" },
            { "method": "POST", "path": "/Devices", "data": {} },
            { "method": "DELETE", "path": "/Groups/bulkId:g" }
            """);
        Assert.Equal(["201", "409", "201", "200", "400", "412", "400", "400", "204"], results.Select(one => Text(one, "status")));
        Assert.Equal("uniqueness", Text(results[1].GetProperty("response"), "scimType"));
        Assert.StartsWith($"{host.Origin}/demo/scim/v2/Users/", Text(results[0], "location"), StringComparison.Ordinal);
        Assert.Equal(("u1", "POST"), (Text(results[0], "bulkId"), Text(results[0], "method")));
        var user = Text(results[0], "location").Split('/')[^1];
        Assert.True((await scim.Admin.User(user)).Disabled);
        await Eventually.True(async () => (await scim.Admin.WholeAudit()) is var entries
            && entries.Any(entry => entry.Type == "scim-user-create" && entry.Target == user
                && entry.Client!.StartsWith("scim-", StringComparison.Ordinal))
            && entries.Any(entry => entry.Type == "scim-bulk" && entry.Detail == "9 operations, 5 failed"));
    }

    [Fact]
    public async Task It_stops_after_as_many_errors_as_it_is_told_and_takes_no_more_than_its_limits()
    {
        const string wrong = """{ "method": "POST", "path": "/Users", "data": {} }""";
        Assert.Equal(2, (await Run(string.Join(',', Enumerable.Repeat(wrong, 5)), ", \"failOnErrors\": 2")).Count);
        await scim.Refused(413, null, "POST", "Bulk", Body(string.Join(',', Enumerable.Repeat(wrong, 101))));
        await scim.Refused(413, null, "POST", "Bulk", Body($$"""{ "method": "{{new string('x', 1024 * 1024)}}" }"""));
        await scim.Refused(400, "invalidSyntax", "POST", "Bulk", "{}");
        await scim.Refused(400, "invalidSyntax", "POST", "Bulk", Body("1"));
        var hashing = await ScimClient.Start(host, new { name = "p", passwords = true });
        const string costly = """{ "method": "POST", "path": "/Users", "data": { "userName": "a", "password": "b" } }""";
        await hashing.Refused(413, null, "POST", "Bulk", Body(string.Join(',', Enumerable.Repeat(costly, 11))));
    }

    [Fact]
    public async Task Storage_that_fails_is_a_503_with_Retry_After_in_scims_form_and_a_repeated_request_goes_on()
    {
        await scim.Get("Users?count=1"); // The token is known from here on.
        storage.CutAfter(0, answerLost: false);
        var answer = await scim.Send("POST", "Users", """{ "userName": "later", "externalId": "l" }""");
        await ScimClient.Refused(answer, 503);
        Assert.NotNull(answer.Headers.RetryAfter);
        storage.Mend();
        var users = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => scim.AddUser($"half{n}")));
        var group = await scim.Create("Groups", """{ "displayName": "Half" }""");
        var add = ScimClient.PatchBody(
            $$"""{ "op": "add", "path": "members", "value": [{{string.Join(',', users.Select(id => $$"""{"value":"{{id}}"}"""))}}] }""");
        // Dies between the two transactions that so many members take.
        var cut = 0;
        for (var passing = 60; passing < 80 && cut is 0 or 60; passing++)
        {
            storage.CutAfter(passing, answerLost: false);
            var half = await scim.Send("PATCH", $"Groups/{group}", add);
            storage.Mend();
            if ((int)half.StatusCode != 204) await ScimClient.Refused(half, 503);
            cut = (await scim.Members(group)).Count;
            if (cut == 60) await scim.PatchGroup(group, """{ "op": "remove", "path": "members" }""");
        }
        Assert.Equal(49, cut);
        await (await scim.Send("PATCH", $"Groups/{group}", add)).Is(204);
        Assert.Equal(60, (await scim.Members(group)).Count);
    }

    [Fact]
    public async Task Storage_that_fails_in_the_middle_does_not_hide_what_was_done_before()
    {
        await scim.Get("Users?count=1"); // The token is known from here on.
        for (var (passing, number) = (0, 0); ; passing++, number += 3)
        {
            Assert.True(passing < 40, "No cut was in the second operation.");
            storage.CutAfter(passing, answerLost: false);
            var answer = await scim.Send("POST", "Bulk", Body(string.Join(',', Enumerable.Range(number, 3).Select(n =>
                $$"""{ "method": "POST", "path": "/Users", "data": { "userName": "outage{{n}}" } }"""))));
            storage.Mend();
            if (await scim.Ids("Users", $"userName eq \"outage{number}\"") is []) continue;
            if (await scim.Ids("Users", $"userName eq \"outage{number + 1}\"") is not []) break;
            // The first may be there although nobody heard of it: then it is the one that was cut.
            if ((int)answer.StatusCode == 503) continue;
            var results = (await answer.Json()).GetProperty("Operations").EnumerateArray().ToList();
            Assert.Equal(["201", "503"], results.Select(one => Text(one, "status")));
            return;
        }
        Assert.Fail("The second operation was never the one that failed.");
    }

    [Fact]
    public async Task A_rename_that_broke_off_is_finished_by_the_same_request()
    {
        var group = await scim.Create("Groups",
            $$"""{ "displayName": "Old", "members": [{ "value": "{{await host.UserId("alice")}}" }] }""");
        var rename = ScimClient.PatchBody("""{ "op": "replace", "path": "displayName", "value": "New" }""");
        for (var passing = 0; ; passing++)
        {
            Assert.True(passing < 20, "The name was never written without those of the members.");
            storage.CutAfter(passing, answerLost: false);
            var answer = await scim.Send("PATCH", $"Groups/{group}", rename);
            storage.Mend();
            if ((await scim.Get($"Groups/{group}")).GetProperty("displayName").GetString() == "Old") continue;
            await ScimClient.Refused(answer, 503);
            break;
        }
        Assert.Equal("Old", await NameForAlice());
        await (await scim.Send("PATCH", $"Groups/{group}", rename)).Is(204);
        Assert.Equal("New", await NameForAlice());

        async Task<string> NameForAlice() =>
            (await host.Service<Latchkey.Tenancy.GroupStore>().Of("demo", await host.UserId("alice"), default))
            .Single(one => one.Group.Id == group).Group.Name;
    }

    async Task<List<JsonElement>> Run(string operations, string more = "") =>
        [.. (await scim.Json("POST", "Bulk", Body(operations, more))).GetProperty("Operations").EnumerateArray()];

    static string Body(string operations, string more = "") =>
        $$"""{ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [{{operations}}]{{more}} }""";

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
