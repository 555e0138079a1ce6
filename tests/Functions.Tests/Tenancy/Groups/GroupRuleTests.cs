using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Tenancy.Groups;

/// <summary>Users belong to groups by what is true of them: an attribute, a mail domain, a network (docs/operating/groups.md).</summary>
public sealed class GroupRuleTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    static int made;

    readonly TestHost host = demo.Host;
    readonly string group = $"ruled{Interlocked.Increment(ref made)}";

    AdminClient admin = null!;

    public async Task InitializeAsync()
    {
        admin = await host.Admin();
        await admin.AddGroup(new { id = group, name = "By rule" });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Whoever_has_the_attribute_has_the_groups_files_and_whoever_loses_it_does_not_from_the_next_request_on()
    {
        var (id, who) = await Person("ada");
        await Title(id, "Pilot");
        await NotIn(who);
        // The user was there before the rule.
        await Rule(new { role = "editor", attribute = new { name = "title", values = AdminClient.Texts("Captain", "Pilot") } });
        var file = await who.Upload([1, 2, 3], space: $"group:{group}");
        Assert.Contains($"group:{group}", await Spaces(who));
        Assert.Equal([("ada", "editor", true)], await Members());

        await Title(id, "pilot"); // Another value: it counts as written.
        await NotIn(who);
        await who.Send(HttpMethod.Get, $"/{file}").Fails(404, "file_not_found");
        Assert.DoesNotContain($"group:{group}", await Spaces(who));
        Assert.Empty(await Members());
        await Title(id, "Captain");
        await who.Send(HttpMethod.Get, $"/{file}").Is(200);

        await admin.Do(HttpMethod.Delete, $"groups/{group}/rule");
        await who.Send(HttpMethod.Get, $"/{file}").Fails(404, "file_not_found");
        await admin.Send(HttpMethod.Delete, $"groups/{group}/rule").Fails(404, "rule_not_found");
    }

    [Fact]
    public async Task Only_a_verified_address_of_the_domain_counts()
    {
        var (id, who) = await Person("ben");
        await Rule(new { emailDomains = AdminClient.Texts("corp.example", "xn--bcher-kva.example") });
        await admin.ChangeUser(id, new { email = "ben@corp.example" });
        await NotIn(who);
        await admin.ChangeUser(id, new { emailVerified = true });
        Assert.Empty((await who.List($"?space=group:{group}")).Files);
        await who.Send(HttpMethod.Post, "", FilesClient.Declaration(space: $"group:{group}")).Fails(403,
            "insufficient_rights"); // A reader, if the rule says nothing else.
        foreach (var other in (string[])["ben@not.corp.example", "ben@corp.example.evil.example", "corp.example@evil.example"])
        {
            await admin.ChangeUser(id, new { email = other, emailVerified = true });
            await NotIn(who);
        }
        await admin.ChangeUser(id, new { email = "Ben@BÜCHER.example", emailVerified = true });
        Assert.Empty((await who.List($"?space=group:{group}")).Files);
        await admin.ChangeUser(id, new { disabled = true });
        Assert.Empty(await Members());
    }

    [Fact]
    public async Task Whoever_was_put_into_the_group_stays_without_the_rule_and_has_the_higher_of_two_roles_with_it()
    {
        var (id, who) = await Person("cyd");
        await admin.Do(HttpMethod.Put, $"groups/{group}/members/{id}", new { role = "reader" }, 200);
        await admin.ChangeUser(id, new { email = "cyd@cyd.example", emailVerified = true });
        await Rule(new { role = "editor", emailDomains = AdminClient.Texts("cyd.example") });
        var file = await who.Upload([1], space: $"group:{group}");
        Assert.Equal([("cyd", "editor", false)], await Members());
        await Rule(new { emailDomains = AdminClient.Texts("elsewhere.example") });
        await who.Send(HttpMethod.Get, $"/{file}").Is(200);
        await who.Send(HttpMethod.Patch, $"/{file}", new { name = "x" }).Fails(403, "insufficient_rights");
        Assert.Equal([("cyd", "reader", false)], await Members());
    }

    [Fact]
    public async Task A_file_shared_with_the_group_is_read_by_those_whom_the_rule_admits()
    {
        var (id, who) = await Person("dan");
        var (giver, _) = await Person("eve");
        await admin.Do(HttpMethod.Put, $"groups/{group}/members/{giver}", new { role = "owner" }, 200);
        var eve = new FilesClient(host, await Token("eve"));
        var file = await eve.Upload([1, 2, 3]);
        await eve.Share(file, new { with = new { group }, access = "read" });
        await who.Send(HttpMethod.Get, $"/{file}").Fails(404, "file_not_found");
        await Rule(new { emailDomains = AdminClient.Texts("dan.example") });
        await admin.ChangeUser(id, new { email = "dan@dan.example", emailVerified = true });
        await who.Send(HttpMethod.Get, $"/{file}").Is(200);
        Assert.Equal([file], (await who.List("?space=shared")).Files.Select(one => one.Id));
        var share = await who.Share(await who.Upload([4]), new { with = new { group }, access = "read" });
        Assert.Equal("By rule", share.With!.Name); // They see the group as other members do.
    }

    [Fact]
    public async Task A_network_counts_as_long_as_the_requests_come_from_it()
    {
        var (_, who) = await Person("fay");
        await Rule(new { networks = AdminClient.Texts("127.0.0.0/8", "::/64") });
        Assert.Empty((await who.List($"?space=group:{group}")).Files);
        await Rule(new { networks = AdminClient.Texts("192.0.2.0/24", "2001:db8::/48") });
        await NotIn(who);
        // What a caller says of the way here does not count.
        var request = new HttpRequestMessage(HttpMethod.Get, $"/demo/files?space=group:{group}")
        {
            Headers = { { "X-Forwarded-For", "192.0.2.1" }, { "X-Azure-SocketIP", "192.0.2.1" } },
        };
        request.Headers.Authorization = new("Bearer", who.Token);
        await host.Http.SendAsync(request).Fails(404, "space_not_found");
    }

    [Fact]
    public async Task Tokens_and_userinfo_name_the_groups_that_the_user_belongs_to_by_what_is_true_of_the_user()
    {
        var (id, _) = await Person("ian");
        await admin.ChangeUser(id, new { attributes = new { plan = "gold" } });
        await Rule(new { attribute = new { name = "plan", values = AdminClient.Texts("gold") } });
        Assert.Equal([group], await Told("ian"));
        await Rule(new { networks = AdminClient.Texts("127.0.0.0/8", "::/64") }); // A token can be carried out of a network.
        Assert.Empty(await Told("ian"));
    }

    [Fact]
    public async Task Another_tenants_rule_for_a_group_of_the_same_name_does_nothing_here()
    {
        var (_, who) = await Person("gus");
        var acme = await host.Admin("acme");
        await acme.AddGroup(new { id = group });
        await acme.Do(HttpMethod.Put, $"groups/{group}/rule", new { networks = AdminClient.Texts("0.0.0.0/0", "::/0") }, 200);
        await NotIn(who);
        Assert.Null((await admin.Group(group)).Rule);
    }

    [Fact]
    public async Task A_groups_rule_goes_with_it_and_the_next_group_of_the_name_has_none()
    {
        var (_, who) = await Person("hal");
        var everybody = new { networks = AdminClient.Texts("0.0.0.0/0", "::/0") };
        for (var round = 0; round < 3; round++)
        {
            var answers = await Task.WhenAll(
                admin.Send(HttpMethod.Put, $"groups/{group}/rule", everybody), admin.Send(HttpMethod.Delete, $"groups/{group}"),
                admin.Send(HttpMethod.Put, $"groups/{group}/rule", everybody));
            Assert.All(answers, answer => Assert.Contains((int)answer.StatusCode, (int[])[200, 204, 404, 409]));
            await admin.AddGroup(new { id = group });
            Assert.Null((await admin.Group(group)).Rule);
            await NotIn(who);
        }
    }

    [Theory]
    [InlineData("{}", "rule")]
    [InlineData("""{"emailDomains":["a.example"],"networks":["192.0.2.0/24"]}""", "rule")]
    [InlineData("""{"emailDomains":[]}""", "emailDomains")]
    [InlineData("""{"emailDomains":["example"]}""", "emailDomains")]
    [InlineData("""{"emailDomains":["Example.com"]}""", "emailDomains")]
    [InlineData("""{"emailDomains":["a.example"],"role":"owner"}""", "role")]
    [InlineData("""{"networks":["192.0.2.1/24"]}""", "networks")]
    [InlineData("""{"networks":["192.0.2.0/33"]}""", "networks")]
    [InlineData("""{"networks":["192.0.2.0"]}""", "networks")]
    [InlineData("""{"networks":["010.0.0.0/8"]}""", "networks")]
    [InlineData("""{"networks":["10/8"]}""", "networks")]
    [InlineData("""{"networks":["2001:db8::/65"]}""", "networks")]
    [InlineData("""{"networks":["::ffff:0:0/60"]}""", "networks")]
    [InlineData("""{"attribute":{"name":"a b","values":["x"]}}""", "attribute.name")]
    [InlineData("""{"attribute":{"name":"title","values":[]}}""", "attribute.values")]
    [InlineData("""{"attribute":{"name":"title","values":["\u202e"]}}""", "attribute.values")]
    [InlineData("""{"place":{"latitude":90.1,"longitude":0,"radiusMeters":100}}""", "place.latitude")]
    [InlineData("""{"place":{"latitude":0,"longitude":-1e999,"radiusMeters":100}}""", "place.longitude")]
    [InlineData("""{"place":{"latitude":0,"longitude":0,"radiusMeters":9}}""", "place.radiusMeters")]
    [InlineData("""{"place":{"latitude":0,"longitude":0,"radiusMeters":100,"minutes":1441}}""", "place.minutes")]
    [InlineData("""{"place":{"latitude":"NaN","longitude":0,"radiusMeters":100}}""", null)]
    [InlineData("""{"place":{"latitude":0,"longitude":0}}""", null)]
    [InlineData("""{"attribute":null}""", "rule")]
    [InlineData("""{"networks":[null]}""", null)]
    [InlineData("""{"group":"other","networks":["192.0.2.0/24"]}""", null)]
    public async Task A_rule_that_is_wrong_is_refused_and_changes_nothing(string body, string? field)
    {
        await Rule(new { emailDomains = AdminClient.Texts("kept.example") });
        var before = (await admin.Get($"groups/{group}")).GetRawText();
        var request = new HttpRequestMessage(HttpMethod.Put, $"/demo/admin/groups/{group}/rule")
        {
            Content = new StringContent(body, null, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", admin.Token);
        var problem = await host.Http.SendAsync(request).Problem(400);
        Assert.Equal((field is null ? "invalid_json" : "invalid_field", field), (problem.Code, problem.Field));
        Assert.Equal(before, (await admin.Get($"groups/{group}")).GetRawText());
    }

    [Fact]
    public async Task A_group_that_is_not_there_or_is_one_too_many_gets_no_rule()
    {
        var rule = new { emailDomains = AdminClient.Texts("a.example") };
        await admin.Send(HttpMethod.Put, "groups/nobody/rule", rule).Fails(404, "group_not_found");
        await admin.AddGroup(new { id = "dying" });
        await host.Service<GroupStore>().Mark("demo", "dying", deleting: true, default);
        await admin.Send(HttpMethod.Put, "groups/dying/rule", rule).Fails(409, "group_deleting");
        var acme = await host.Admin("acme");
        var table = host.Service<StorageClients>().Tables.GetTableClient("Tenants");
        for (var n = 0; n < GroupRule.MaxPerTenant; n++)
        {
            await table.UpsertEntityAsync(GroupRule.RowOf("acme",
                new() { Group = $"full{n}", Role = GroupRole.Reader, Version = "x", EmailDomains = ["a.example"] }));
        }
        await acme.Send(HttpMethod.Put, "groups/family/rule", rule).Fails(409, "too_many_rules");
        for (var n = 0; n < GroupRule.MaxPerTenant; n++) await acme.Do(HttpMethod.Delete, $"groups/full{n}/rule");
    }

    [Fact]
    public async Task A_page_of_members_by_rule_is_followed_by_the_next_until_all_were_there()
    {
        await Rule(new { emailDomains = AdminClient.Texts("many.example") });
        foreach (var n in Enumerable.Range(0, 5))
            await admin.AddUser(new { userName = $"many{n}", email = $"many{n}@many.example", emailVerified = n != 3 });
        var put = await admin.AddUser(new { userName = "many-put" });
        await admin.Do(HttpMethod.Put, $"groups/{group}/members/{put.Id}", new { role = "owner" }, 200);
        var members = await admin.All<MemberAnswer>($"groups/{group}/members", "members", 2);
        Assert.Equal(["many-put", "many0", "many1", "many2", "many4"],
            members.Select(member => member.UserName).Order(StringComparer.Ordinal));
        Assert.False(members.Single(member => member.Role == "owner").ByRule);
    }

    Task<ProblemAnswer> NotIn(FilesClient who) => who.Send(HttpMethod.Get, $"?space=group:{group}").Fails(404, "space_not_found");

    Task Rule(object rule) => admin.Do(HttpMethod.Put, $"groups/{group}/rule", rule, 200);

    async Task<(string Id, FilesClient Who)> Person(string name)
    {
        var user = await admin.AddUser(new { userName = name, password = $"{name}-password", roles = AdminClient.Texts("member") });
        return (user.Id, new FilesClient(host, await Token(name)));
    }

    async Task<string[]> Told(string name)
    {
        var token = (await host.Tokens("demo", name, "openid groups")).AccessToken;
        var told = (await host.Send(HttpMethod.Get, "/demo/oauth/userinfo", token).Json()).GetProperty("groups").As<string[]>();
        Assert.Equal(told, new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).GetPayloadValue<string[]>("groups"));
        return told;
    }

    async Task<string> Token(string name) => (await host.Tokens("demo", name)).AccessToken;

    // A directory writes attributes.
    async Task Title(string user, string title)
    {
        var token = (await admin.Post("scim-tokens", new { name = "Directory" })).GetProperty("token").GetString()!;
        await host.Send(HttpMethod.Patch, $"/demo/scim/v2/Users/{user}", token, new
        {
            schemas = AdminClient.Texts("urn:ietf:params:scim:api:messages:2.0:PatchOp"),
            Operations = new[] { new { op = "replace", path = "title", value = title } },
        }).Is(200);
    }

    async Task<(string?, string, bool)[]> Members() => [.. (await admin.All<MemberAnswer>($"groups/{group}/members", "members", 200))
        .Select(member => (member.UserName, member.Role, member.ByRule))];

    async Task<List<string>> Spaces(FilesClient who) => [.. (await host.Send(HttpMethod.Get, "/demo/spaces", who.Token).Json())
        .GetProperty("spaces").EnumerateArray().Select(space => space.GetProperty("space").GetString()!)];
}
