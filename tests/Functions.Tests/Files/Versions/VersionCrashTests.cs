namespace Latchkey.Tests.Files;

/// <summary>
/// Storage goes away between every two requests while a file's bytes are replaced, restored or purged: the file has the former version or
/// the new one, whole, and nothing is left over.
/// </summary>
public sealed class VersionCrashTests : OnCuttableStorage
{
    VersionsClient alice = null!;

    private protected override async Task Prepare()
    {
        alice = await VersionsClient.Of(host);
        await alice.MakeDueTables();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_replacement_that_died_anywhere_is_the_former_version_or_the_new_one_and_ends_with_the_next_complete(bool answerLost)
    {
        await alice.Replace(await alice.Upload([0]), [0]); // From now on the schedule of the day is there.
        var cuts = await storage.CutEverywhere(answerLost, made => alice.Complete(made.Upload),
            prepare: async () =>
            {
                var id = await alice.Place([1]);
                return (Id: id, Upload: await alice.SendVersion(id, [2, 2], (await alice.Read(id)).Etag));
            },
            check: async made =>
            {
                await Whole(made.Id, [1], [2, 2]);
                Assert.Equal(made.Id, (await alice.Completed(made.Upload)).Id);
                Assert.Equal([2, 2], await alice.DownloadBytes(made.Id));
                Assert.Equal([1], await alice.VersionBytes(made.Id, Assert.Single((await alice.Versions(made.Id)).Versions).Id));
            });
        await Swept();
        Assert.Equal(7, cuts); // Revocation, upload, file, bytes with properties, file, what is due, all rows.
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_replacement_that_died_anywhere_and_was_given_up_leaves_a_whole_file_and_nothing_else(bool answerLost)
    {
        var ids = new List<string>();
        await storage.CutEverywhere(answerLost, upload => alice.CompleteVersion(upload, "copy"),
            prepare: async () =>
            {
                ids.Add(await alice.Place([1]));
                var etag = (await alice.Read(ids[^1])).Etag;
                var upload = await alice.SendVersion(ids[^1], [2, 2], etag);
                if (ids.Count % 2 == 0) await alice.Replace(ids[^1], [3, 3, 3]); // So it ends as a copy.
                return upload;
            },
            check: _ => Task.CompletedTask);
        await Swept();
        foreach (var id in ids) await Whole(id, [1], [2, 2], [3, 3, 3]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_restore_or_a_deletion_of_a_version_that_died_anywhere_loses_no_other(bool answerLost)
    {
        async Task<string> Twice()
        {
            var id = await alice.Place([1]);
            await alice.Replace(id, [2, 2]);
            return id;
        }
        await storage.CutEverywhere(answerLost, id => alice.AskRestore(id, id), Twice, async id =>
        {
            await Whole(id, [1], [2, 2]);
            await alice.RestoreVersion(id, id);
            Assert.Equal([1], await alice.DownloadBytes(id));
            Assert.Equal([2, 2], await alice.VersionBytes(id, Assert.Single((await alice.Versions(id)).Versions).Id));
        });
        await storage.CutEverywhere(answerLost, id => alice.Send(HttpMethod.Delete, $"/{id}/versions/{id}"), Twice, async id =>
        {
            Assert.Equal([2, 2], await alice.DownloadBytes(id));
            await alice.Send(HttpMethod.Delete, $"/{id}/versions/{id}");
            Assert.Empty((await alice.Versions(id)).Versions);
        });
        await storage.CutEverywhere(answerLost, id => alice.Send(HttpMethod.Delete, $"/{id}?permanent=true"), Twice,
            async id => Assert.True((int)(await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode is 204 or 404));
        await Swept();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_replacement_that_happened_is_not_undone_by_what_fails_behind_it(bool answerLost)
    {
        await (await host.Operator()).ChangeTenant("demo", new { limits = new { versions = 0 } });
        await alice.Replace(await alice.Upload([0]), [0]);
        for (var cut = 0; ; cut++)
        {
            var id = await alice.Place([1]);
            var begun = await alice.BeginVersion(id, new { contentType = FilesClient.AnyType, size = 2, resumable = true });
            await FilesClient.Block(begun.Url, Latchkey.Files.BlockPlan.Id(0), [2, 2]);
            storage.CutAfter(cut, answerLost);
            var answer = await alice.Complete(begun.Id, 1);
            if (!storage.Mend()) break;
            await Whole(id, [1], [2, 2]);
            var isReplaced = (await alice.Read(id)).Size == 2;
            if (isReplaced && !answerLost) await answer.Is(200);
            if (isReplaced) Assert.Equal([2, 2], await alice.DownloadBytes(id));
            await alice.Complete(begun.Id, 1).Is(200);
            Assert.Equal([2, 2], await alice.DownloadBytes(id));
        }
        await Swept();
    }

    async Task Whole(string id, params byte[][] versions)
    {
        var bytes = await alice.DownloadBytes(id);
        Assert.Contains(versions, version => version.SequenceEqual(bytes));
        Assert.Equal(bytes.Length, (await alice.Read(id)).Size);
    }

    // Ten days later, before any version is due: nothing lost, leaked or counted twice.
    async Task Swept()
    {
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        await host.RunTimer("files-sweep");
        host.Clock.Advance(TimeSpan.FromDays(-10)); // Storage's own clock has not moved, and it judges the URLs.
        await Books.Balance(host);
        Assert.Equal(await Books.Records(host), (await Books.Blobs(host)).Order(StringComparer.Ordinal));
    }
}
