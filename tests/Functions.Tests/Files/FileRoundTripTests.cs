using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>The table of storage round trips in SCHEMA.md, held line by line; the revocation's point read is among them.</summary>
public sealed class FileRoundTripTests : IAsyncLifetime
{
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await host.As("alice");
        await alice.MakeDueTables();
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task The_round_trips_of_records_and_lists_stay_within_the_budget()
    {
        var id = await alice.Upload([1, 2, 3], "counted", "a");
        await alice.Upload([1], "stays", "a");
        Begun begun = null!;
        await Costs(3, async () => begun = await alice.Begin(FilesClient.Declaration(folder: "a")));
        await FilesClient.Stored(begun, [1, 2, 3]);
        await Costs(4, () => alice.Completed(begun.Id));
        await Costs(2, () => alice.Read(id));
        await Costs(2, () => alice.DownloadUrl(id));
        string? cursor = null;
        await Costs(3, async () => cursor = (await alice.List("?folder=a&limit=1")).Cursor);
        await Costs(2, () => alice.List($"?folder=a&limit=1&cursor={cursor}"));
        await Costs(3, () => alice.List("?folder=a&sort=-size"));
        await Costs(3, () => alice.List("?folder=a&sort=-created&limit=1"));
        await Costs(2, () => alice.List("?trash=true"));
        await Costs(2, () => alice.Spaces());
        await Costs(2, async () => cursor = (await alice.Changes()).Cursor);
        await Costs(2, () => alice.Changes($"?cursor={cursor}"));
        await alice.Upload([1], "news", "a");
        await Costs(3, () => alice.Changes($"?cursor={cursor}"));
        await Costs(3, () => Ok(alice.Send(HttpMethod.Patch, $"/{id}", new { name = "renamed" })));
        await Costs(4, () => Ok(alice.Send(HttpMethod.Patch, $"/{id}", new { folder = "b" })));
        await Costs(8, () => Ok(alice.Send(HttpMethod.Patch, $"/{id}", new { folder = "a" }))); // b is empty now.
        await Costs(5, () => Ok(alice.Send(HttpMethod.Delete, $"/{id}")));
        await Costs(3, () => Ok(alice.Send(HttpMethod.Post, $"/{id}/restore")));
        await Costs(8, () => Ok(alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")));
    }

    [Fact]
    public async Task A_group_with_a_rule_takes_one_request_more_and_a_place_three()
    {
        var admin = await host.Admin();
        await admin.AddGroup(new { id = "ruled" });
        async Task Rule(object rule)
        {
            await admin.Do(HttpMethod.Put, "groups/ruled/rule", rule, 200);
            await alice.List(); // The tenant is in the cache again.
        }
        var files = async () => await alice.List("?space=group:family");
        await files();
        await Costs(3, files);
        await Rule(new { networks = AdminClient.Texts("127.0.0.0/8", "::/64") });
        await Costs(3, files);
        await Costs(4, () => alice.List("?space=group:ruled"));
        await Rule(new { place = new { latitude = 0, longitude = 0, radiusMeters = 100 } });
        await host.Send(HttpMethod.Post, "/demo/me/groups", (await host.Tokens("demo", scope: "groups")).AccessToken,
            new { latitude = 0, longitude = 0 }).Is(200);
        await Costs(6, () => alice.List("?space=group:ruled"));
        await Costs(3, files);
    }

    [Fact]
    public async Task Folders_and_many_files_at_once()
    {
        var folders = new FoldersClient(host, alice.Token);
        await host.Service<StorageClients>().Tables.CreateTableIfNotExistsAsync(
            TableNames.Due + ExpiringTables.Bucket(host.Clock.Now.AddHours(1))); // Where jobs are looked after.
        await host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.FolderJobs).CreateIfNotExistsAsync();
        var ids = new List<string>();
        for (var n = 0; n < 12; n++) ids.Add(await alice.Upload([1], $"{n}", "many"));
        await alice.Upload([1], "stays", "stays");
        host.Service<Latchkey.Files.FolderWork>().RequestTime = TimeSpan.FromMinutes(1); // The queue would cost more.
        var costs = new List<string>();
        async Task Count(string what, Func<Task> step) => costs.Add($"{what} {await host.Trips(step)}");
        await Count("make", () => folders.Make("made"));
        JobAnswer job = null!;
        await Count("move empty", async () => job = await folders.Move("made", "moved"));
        await Count("read", () => folders.Job(job.Id));
        await Count("move", () => folders.Move("many", "stays/many"));
        await Count("trash", () => folders.TrashFolder("stays/many"));
        await Count("restore", () => folders.RestoreFolder("stays/many"));
        await Count("copy", () => folders.CopyFolder("stays/many", "copy"));
        await Count("bulk tag", () => folders.Bulk(new { action = "tag", ids, addTags = new[] { "x" } }));
        await Count("bulk move", () => folders.Bulk(new { action = "move", ids, folder = "stays" }));
        await Count("bulk delete", () => folders.Bulk(new { action = "delete", ids }));
        await Count("bulk restore", () => folders.Bulk(new { action = "restore", ids }));
        Assert.Equal(
            "make 4, move empty 18, read 2, move 34, trash 55, restore 42, copy 108, "
                + "bulk tag 25, bulk move 33, bulk delete 38, bulk restore 25",
            string.Join(", ", costs));
    }

    [Fact]
    public async Task Versions()
    {
        var versions = await VersionsClient.Of(host);
        var id = await versions.Upload([1, 2, 3]);
        await versions.Replace(id, [0]); // From now on the schedule of the day is there.
        Begun begun = null!;
        await Costs(4, async () => begun = await versions.BeginVersion(id, new { contentType = FilesClient.AnyType, size = 1 }));
        await FilesClient.Stored(begun, [4]);
        await Costs(7, () => versions.Completed(begun.Id));
        await Costs(3, () => versions.Versions(id));
        await Costs(6, () => versions.RestoreVersion(id, id));
        await Costs(8, () => Ok(versions.Send(HttpMethod.Delete, $"/{id}/versions/{begun.Id}")));
    }

    [Fact]
    public async Task Copies()
    {
        var id = await alice.Upload([1, 2, 3], "source");
        var copy = "";
        await Costs(5, async () => copy = (await alice.Copy(id, new { })).Id);
        await Costs(4, () => alice.Read(copy));
        await Costs(2, () => alice.Read(copy));
    }

    [Fact]
    public async Task The_round_trips_of_shares_and_links_stay_within_the_budget()
    {
        var bob = await host.As("bob");
        var id = await alice.Upload([1, 2, 3], "shared");
        ShareAnswer share = null!, link = null!;
        await Costs(8, async () => share = await Share(id, new { with = new { user = "bob" }, access = "read" }));
        await Costs(5, async () => link = await Share(id, new { link = new { }, access = "read" }));
        var limited = await Share(id, new { link = new { maxDownloads = 3 }, access = "read" });
        await Costs(3, () => Ok(alice.Send(HttpMethod.Get, $"/{id}/shares")));
        await bob.Spaces(); // From now on his state is in the cache.
        await Costs(3, () => bob.Read(id));
        await Costs(5, () => bob.List("?space=shared")); // Groups, index, and of the one file record and share.
        await Costs(2, () => Ok(host.Http.GetAsync(Url(link))));
        await Costs(2, () => host.Http.PostAsync(Url(link), TestHost.Form()));
        await Costs(3, () => host.Http.PostAsync(Url(limited), TestHost.Form()));
        await Costs(5, () => Ok(alice.Send(HttpMethod.Delete, $"/{id}/shares/{share.Id}")));
    }

    [Fact]
    public async Task The_round_trips_of_links_to_folders_and_of_what_is_handed_in_stay_within_the_budget()
    {
        var id = await alice.Upload([1, 2, 3], "shared", "folder");
        var link = (await host.Send(HttpMethod.Post, "/demo/links", alice.Token, new { folder = "folder" })
            .Read<SpaceLinkAnswer>(201)).Url!;
        await Costs(4, () => Ok(host.Http.GetAsync(link)));
        await Costs(3, () => host.Http.GetAsync($"{link}/files/{id}").Is(302));
        var request = await host.Send(HttpMethod.Post, "/demo/requests", alice.Token, new { title = "Counted" })
            .Read<FileRequestAnswer>(201);
        var ada = new HandInSender(host, request.Url!);
        await ada.Send([1], "first");
        HandInAnswer begun = null!;
        await Costs(4, async () => begun = await ada.Begin("counted", 1).Read<HandInAnswer>(201));
        await ada.Put(begun, [1]);
        await Costs(8, () => ada.Complete(begun.Id).Is(200));
        await Costs(3, () => Ok(host.Send(HttpMethod.Get, $"/demo/requests/{request.Id}/files", alice.Token)));
        await Costs(4, () => Ok(host.Send(HttpMethod.Patch, $"/demo/requests/{request.Id}", alice.Token, new { title = "Changed" })));
        var links = await host.Send(HttpMethod.Get, "/demo/links", alice.Token).Read<SpaceLinksAnswer>();
        await Costs(3, () => Ok(host.Send(HttpMethod.Patch, $"/demo/links/{links.Links[0].Id}", alice.Token, new { title = "Changed" })));
    }

    async Task Costs(int budget, Func<Task> request)
    {
        var trips = host.Service<RoundTrips>();
        var before = trips.Count;
        await request();
        Assert.Equal(budget, trips.Count - before);
    }

    static async Task Ok(Task<HttpResponseMessage> answer) => (await answer).EnsureSuccessStatusCode();

    Task<ShareAnswer> Share(string id, object share) => alice.Share(id, share);

    static string Url(ShareAnswer share) => share.Link!.Url!;
}
