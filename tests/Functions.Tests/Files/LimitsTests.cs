using Latchkey.Storage;
using Latchkey.Tenancy;


namespace Latchkey.Tests.Files;

/// <summary>What a space and a tenant may hold; counted so that nothing that happens at once can pass it.</summary>
public sealed class LimitsTests : IAsyncLifetime
{
    string account = null!;
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        account = (await Azurite.Shared).NewAccount();
        host = await Start();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    Task<TestHost> Start() => TestHost.Start(settings: new() { ["Latchkey:Storage:ConnectionString"] = account });

    async Task Limit(FileLimits limits)
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        await host.Save(tenant with { Limits = limits });
        alice = await host.As("alice");
    }

    [Fact]
    public async Task Fifty_begins_at_once_from_two_processes_pass_no_limit()
    {
        await using var other = await Start(); // Before the limit: a start makes the demo data anew.
        await Limit(new() { SpaceBytes = 100, SpaceFiles = 30 });
        var there = new FilesClient(other, (await other.Tokens("demo")).AccessToken);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n =>
            (n % 2 == 0 ? alice : there).Send(HttpMethod.Post, "", FilesClient.Declaration($"{n}", size: 7))));
        Assert.Equal(14, answers.Count(answer => (int)answer.StatusCode == 201)); // 98 bytes.
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode != 201))
            Assert.Equal(("space bytes", 100, 98, 7), await Quota(refused));
        await Books.Balance(host);
    }

    [Fact]
    public async Task The_number_of_files_and_of_unfinished_ones_is_limited_and_given_back()
    {
        await Limit(new() { SpaceFiles = 3, SpacePending = 2 });
        var first = await alice.Begin(FilesClient.Declaration(size: 1));
        await alice.Begin(FilesClient.Declaration(size: 1));
        Assert.Equal(("pending files", 2, 2, 1), await Quota(await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: 1))));
        await FilesClient.Stored(first, [1]);
        await alice.Completed(first.Id);
        var third = await alice.Begin(FilesClient.Declaration(size: 1));
        await alice.Send(HttpMethod.Delete, $"/{third.Id}");
        await alice.Begin(FilesClient.Declaration(size: 1));
        Assert.Equal("files", (await Quota(await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: 1)))).What.Split(' ')[1]);

        // The trash takes up room until it is emptied.
        await alice.Send(HttpMethod.Delete, $"/{first.Id}");
        Assert.Equal(403, (int)(await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: 1))).StatusCode);
        await alice.Send(HttpMethod.Delete, $"/{first.Id}?permanent=true");
        await Books.Balance(host);
        Assert.Equal((2, 2L), await Held());
    }

    [Fact]
    public async Task A_copy_needs_room_as_well()
    {
        await Limit(new() { SpaceBytes = 5 });
        var id = await alice.Upload([1, 2, 3]);
        Assert.Equal(("space bytes", 5, 3, 3), await Quota(await alice.Send(HttpMethod.Post, $"/{id}/copy", new { })));
        Assert.Single(await Books.Blobs(host));
        await Books.Balance(host);
    }

    [Fact]
    public async Task All_spaces_of_a_tenant_together_pass_no_limit_and_what_one_gives_back_another_can_have()
    {
        await Limit(new() { TenantBytes = 100, TenantFiles = 1000 });
        var (bob, admin) = (await host.As("bob"), await host.As("admin"));
        var begun = new List<(FilesClient Who, string Id)>();
        var answers = await Task.WhenAll(Enumerable.Range(0, 48).Select(async n =>
        {
            var who = (n % 3) switch { 0 => alice, 1 => bob, _ => admin };
            var answer = await who.Send(HttpMethod.Post, "", FilesClient.Declaration($"{n}", size: 7));
            var id = (int)answer.StatusCode == 201 ? (await answer.Read<BeginAnswer>(201)).Id : null;
            if (id is not null)
            {
                lock (begun) begun.Add((who, id));
            }
            return answer;
        }));
        Assert.InRange(begun.Count, 11, 14); // What one space has taken ahead and not used is a few bytes here.
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode != 201))
        {
            var (what, limit, used, requested) = await Quota(refused);
            Assert.Equal(("tenant bytes", 100), (what, limit));
            Assert.True(used + requested > 100 && used <= 100);
        }
        await Books.Balance(host);

        foreach (var (who, id) in begun) Assert.Equal(204, (int)(await who.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
        await Books.Balance(host);
        for (var n = 0; n < 13; n++) await alice.Begin(FilesClient.Declaration(size: 7));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_a_crash_left_of_the_total_with_a_space_is_found_again()
    {
        await Limit(new() { TenantBytes = 100 });
        await alice.Begin(FilesClient.Declaration(size: 10));
        var space = new Latchkey.Files.Owner("user", await host.UserId("alice")).SpaceKey("demo");
        // The process died between the total's growth and the begin.
        var usage = await host.Service<Latchkey.Files.SpaceQuota>().Read("demo", space, default);
        var limits = new FileLimits { TenantBytes = 100 };
        await host.Service<Latchkey.Files.TenantQuota>().Reserve("demo", space, usage, usage with { Bytes = 90 }, limits, default);

        var bob = await host.As("bob");
        Assert.Equal("tenant bytes", (await Quota(await bob.Send(HttpMethod.Post, "", FilesClient.Declaration(size: 20)))).What);
        await alice.Begin(FilesClient.Declaration(size: 75)); // It is alice's, and she needs nothing of what is left.
        await Books.Balance(host);
    }

    [Fact]
    public async Task Only_allowed_types_and_sizes_are_begun()
    {
        await Limit(new() { ContentTypes = ["image/*", "text/plain"], FileBytes = 10 });
        foreach (var type in (string[])["image/png", "IMAGE/jpeg", "text/plain; charset=utf-8"]) await alice.Begin(
            FilesClient.Declaration(contentType: type));
        var problem = await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(contentType: "text/html")).Problem(415);
        Assert.Equal("content_type_not_allowed", problem.Code);
        Assert.Equal(["image/*", "text/plain"], problem["allowed"].EnumerateArray().Select(type => type.GetString()));
        Assert.Equal(415, (int)(await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(contentType: "imagex/png"))).StatusCode);
        await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: 11, contentType: "image/png")).Fails(413, "file_too_large");
    }

    [Theory]
    [InlineData("text/plain", "%PDF-1.7", false)]
    [InlineData("image/x-png", "\u00FF\u00D8\u00FF\u00E0", true)] // Pictures are allowed, whatever they are called.
    [InlineData("image/png", "\0\0\0\u0018ftypisom\0\0\0\0", false)] // A film is none.
    [InlineData("text/plain", "<html>", false)]
    [InlineData("text/plain", "plain, with %PDF- in it", true)]
    [InlineData("application/x-own", "RIFF\0\0\0\0WAVEfmt ", false)]
    [InlineData("application/x-own", "PK\u0003\u0004", true)] // A container: anything may be one.
    public async Task A_type_that_is_not_allowed_does_not_come_in_under_another_name(string contentType, string content, bool isTaken)
    {
        await Limit(new() { ContentTypes = ["image/*", "text/plain", "application/x-own"] });
        var bytes = System.Text.Encoding.Latin1.GetBytes(content);
        var begun = await alice.Begin(FilesClient.Declaration("false", bytes.Length, contentType));
        await FilesClient.Stored(begun, bytes);
        if (isTaken) await alice.Completed(begun.Id);
        else await alice.Complete(begun.Id).Fails(422, "type_mismatch");
        Assert.Equal(isTaken ? 1 : 0, (await host.Blobs(begun.Id)).Count);
    }

    [Fact]
    public async Task A_tenant_saved_before_there_were_limits_has_the_standard_ones()
    {
        await Limit(new() { SpaceBytes = 1, ContentTypes = ["a/b"] });
        var table = host.Service<StorageClients>().Tables.GetTableClient("Tenants");
        var row = (await table.GetEntityAsync<Azure.Data.Tables.TableEntity>("demo", "tenant")).Value;
        foreach (var column in (string[])["FileBytes", "SpaceBytes", "SpaceFiles", "SpacePending", "TenantBytes", "TenantFiles",
            "ContentTypes"])
            row.Remove(column);
        await table.UpdateEntityAsync(row, row.ETag, Azure.Data.Tables.TableUpdateMode.Replace);
        host.Service<TenantStore>().Forget("demo");
        Assert.Equivalent(new FileLimits(), (await host.Service<TenantStore>().Find("demo", default))!.Limits);
        await alice.Begin(FilesClient.Declaration());
    }

    [Fact]
    public async Task A_refused_begin_leaves_nothing()
    {
        await Limit(new() { SpaceBytes = 5 });
        await alice.Begin(FilesClient.Declaration(size: 5));
        for (var n = 0; n < 3; n++) Assert.Equal(403,
            (int)(await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: 1))).StatusCode);
        Assert.Equal((1, 5L), await Held());
    }

    async Task<(long Files, long Bytes)> Held()
    {
        var space = new Latchkey.Files.Owner("user", await host.UserId("alice")).SpaceKey("demo");
        var usage = await host.Service<Latchkey.Files.SpaceQuota>().Read("demo", space, default);
        return (usage.Files, usage.Bytes);
    }

    static async Task<(string What, long Limit, long Used, long Requested)> Quota(HttpResponseMessage answer)
    {
        var problem = await answer.Problem(403);
        Assert.Equal("quota_exceeded", problem.Code);
        return (problem.Text("what")!, problem.Number("limit"),
            problem.Number("used"), problem.Number("requested"));
    }
}
