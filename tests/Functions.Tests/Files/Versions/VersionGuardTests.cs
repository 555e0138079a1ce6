using Latchkey.Files;
using Latchkey.Tests.Files.Tus;

namespace Latchkey.Tests.Files;

/// <summary>What a file was is not destroyed by replacing it a few times, and whoever has only a share takes no space for long.</summary>
public sealed class VersionGuardTests : IAsyncLifetime
{
    TestHost host = null!;
    VersionsClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await VersionsClient.Of(host);
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory, InlineData(3), InlineData(0)]
    public async Task Whoever_has_only_a_share_takes_no_version_from_its_owner(int kept)
    {
        await Limit(new { versions = kept, versionDays = 30 });
        var id = await alice.Upload([1, 1], "mine");
        await alice.Replace(id, [2, 2, 2]);
        var bob = await Shared(id);
        for (byte n = 0; n < 6; n++) await bob.Replace(id, [n]);
        await alice.Replace(id, [7, 7, 7, 7]);
        await bob.Replace(id, [8]);
        // What the owner had, each time before somebody else replaced it, whatever the number.
        long[] own = [4, 3];
        await Shows();
        host.Clock.Advance(TimeSpan.FromDays(29));
        await host.RunTimer("files-sweep");
        await Shows();
        host.Clock.Advance(TimeSpan.FromDays(2));
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromDays(-31));
        Assert.Empty((await alice.Versions(id)).Versions);
        await Books.Balance(host);

        async Task Shows()
        {
            var caller = await VersionsClient.Of(host); // A token of now.
            Assert.Equal(own, (await caller.Versions(id)).Versions.Select(version => version.Size).Where(size => size is 4 or 3));
            if (kept == 0) Assert.Equal(own, (await caller.Versions(id)).Versions.Select(version => version.Size));
        }
    }

    [Fact]
    public async Task A_token_that_was_stolen_destroys_nothing_of_the_hours_before_within_a_day()
    {
        await Limit(new { versions = 2, versionDays = 30 });
        var (id, uploads) = (await alice.Upload([0]), new List<string>());
        for (var n = 0; n < 12; n++) uploads.Add(await alice.SendVersion(id, new byte[10 * (n / 4) + n % 4 + 1])); // Storage's clock stays.
        foreach (var hour in uploads.Chunk(4))
        {
            foreach (var upload in hour) await alice.Completed(upload);
            host.Clock.Advance(TimeSpan.FromHours(1));
            alice = await VersionsClient.Of(host);
        }
        // The two newest, and the first that was replaced in each hour: the one with which the hour began.
        Assert.Equal([23L, 22, 14, 4, 1], (await alice.Versions(id)).Versions.Select(version => version.Size));
        var all = (await alice.Versions(id)).Versions;
        Assert.Equal([TimeSpan.FromDays(30), TimeSpan.FromDays(30), TimeSpan.FromDays(1), TimeSpan.FromDays(1), TimeSpan.FromDays(1)],
            all.Select(version => version.PurgeAfter!.Value - version.ReplacedAt!.Value));
        await Books.Balance(host);
        host.Clock.Advance(TimeSpan.FromHours(25));
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromHours(-28));
        alice = await VersionsClient.Of(host);
        Assert.Equal([23L, 22], (await alice.Versions(id)).Versions.Select(version => version.Size));
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_tenth_of_the_space_is_left_to_those_who_belong_there()
    {
        var id = await alice.Upload([1]);
        var bob = await Shared(id);
        await Limit(new { spaceBytes = 1000, spacePending = 10 });
        var full = await bob.AskVersion(id, new { size = 900 }).Fails(403, "quota_exceeded");
        Assert.Equal(("space bytes", 900L), (full.Text("what"), full.Number("requested")));
        Assert.Throws<KeyNotFoundException>(() => full["used"]); // How full somebody else's space is, is none of bob's business.
        Assert.DoesNotContain("used", full.Detail, StringComparison.Ordinal);
        Assert.Equal(1000, (await alice.AskVersion(id, new { size = 1000 }).Fails(403, "quota_exceeded")).Number("limit"));
        var begun = await bob.BeginVersion(id, new { size = 800 });
        await alice.AskVersion(id, new { size = 199 }).Is(201);
        await alice.AskVersion(id, new { size = 1 }).Fails(403, "quota_exceeded");
        await bob.Send(HttpMethod.Delete, $"/{begun.Id}").Is(204);
        for (var n = 0; n < 8; n++) await bob.AskVersion(id, new { size = 1 }).Is(201);
        Assert.Equal("pending files", (await bob.AskVersion(id, new { size = 1 }).Fails(403, "quota_exceeded")).Text("what"));
        await alice.AskVersion(id, new { size = 1 }).Is(201);
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_is_begun_by_a_share_ends_with_the_share_with_the_file_and_after_a_day()
    {
        var (revoked, purged, slow) = (await alice.Upload([1]), await alice.Upload([1]), await alice.Upload([1]));
        var bob = await Shared(revoked);
        await Shared(purged);
        await Shared(slow);
        var begun = new List<Begun>();
        foreach (var id in (string[])[revoked, purged, slow]) begun.Add(await bob.BeginVersion(id, new { size = 1000 }));
        var tus = await (await TusClient.SignedIn(host, "bob")).Create(1000, TusClient.Metadata(("replaces", revoked))).Is(201);
        var own = await alice.BeginVersion(slow, new { size = 1 });
        Assert.InRange((await bob.Progress(begun[2].Id)).Deadline!.Value, host.Clock.Now.AddHours(23.9), host.Clock.Now.AddDays(1));
        foreach (var share in await alice.Shares(revoked)) await alice.Send(HttpMethod.Delete, $"/{revoked}/shares/{share.Id}").Is(204);
        await alice.Purge(purged);
        host.Clock.Advance(TimeSpan.FromMinutes(21));
        await host.RunTimer("sweep-uploads");
        Assert.Equal([slow, own.Id, begun[2].Id], await Left());
        host.Clock.Advance(TimeSpan.FromDays(1));
        await (await VersionsClient.Of(host, "bob")).Complete(begun[2].Id).Fails(410, "upload_expired");
        for (var run = 0; run < 3; run++) await host.RunTimer("sweep-uploads");
        Assert.Equal([slow, own.Id], await Left()); // Whoever belongs there has eight days.
        host.Clock.Advance(-TimeSpan.FromDays(1) - TimeSpan.FromMinutes(21));
        await Books.Balance(host);

        async Task<List<string>> Left()
        {
            var (left, files) = (new List<string>(), host.Service<FileStore>());
            var byTus = TusClient.Id(tus.Headers.Location!.AbsolutePath);
            foreach (var id in (string[])[revoked, purged, slow, own.Id, byTus, .. begun.Select(one => one.Id)])
                if (await files.Find("demo", id, default) is not null) left.Add(id);
            left.Remove(revoked);
            return left;
        }
    }

    [Fact]
    public async Task A_space_in_which_an_upload_without_a_byte_has_outlived_its_file_is_not_empty()
    {
        var (id, spaces) = (await alice.Upload([1]), host.Service<SpaceRemoval>());
        var begun = await alice.BeginVersion(id, new { size = 0 });
        var owner = (await host.Service<FileStore>().Find("demo", id, default))!.Owner;
        await alice.Purge(id);
        Assert.False(await spaces.IsEmpty("demo", owner, default));
        await alice.Send(HttpMethod.Delete, $"/{begun.Id}").Is(204);
        Assert.True(await spaces.IsEmpty("demo", owner, default));
    }

    [Fact]
    public async Task A_full_space_takes_new_versions_but_no_copy_beside_a_file()
    {
        var id = await alice.Upload([1]);
        await Limit(new { spaceFiles = 1 });
        var etag = (await alice.Read(id)).Etag;
        var late = await alice.SendVersion(id, [3, 3], etag);
        Assert.Equal(2, (await alice.Replace(id, [2])).Version);
        Assert.Equal("space files", (await alice.CompleteVersion(late, "copy").Fails(403, "quota_exceeded")).Text("what"));
        await Books.Balance(host);
        await Limit(new { spaceFiles = 2 });
        Assert.Equal(late, (await alice.CompleteVersion(late, "copy").Read<FileAnswer>()).Id);
        await Books.Balance(host);
    }

    Task Limit(object limits) => Change(new { limits });

    async Task Change(object change) => await (await host.Operator()).ChangeTenant("demo", change);

    async Task<VersionsClient> Shared(string id)
    {
        await alice.Share(id, new { with = new { user = "bob" }, access = "write" });
        return await VersionsClient.Of(host, "bob");
    }
}
