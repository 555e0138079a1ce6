using System.Text.Json;

namespace Latchkey.Tests.Files;

/// <summary>
/// The process dies between every two writes of each operation on records. What is left is whole for its callers, and
/// after the sweep nothing is lost, leaked or counted twice.
/// </summary>
public sealed class HousekeepingCrashTests : OnCuttableStorage
{
    const int MostSteps = 16;

    FilesOf alice = null!;

    private protected override async Task Prepare()
    {
        alice = await FilesOf.SignedIn(host);
        await alice.MakeDueTables();
    }

    [Theory, InlineData(true), InlineData(false)]
    public Task Into_the_trash(bool answerLost) => CutEverywhere(answerLost, id => alice.Send(HttpMethod.Delete, $"/{id}"),
        async id =>
        {
            var (live, trash) = ((await alice.List("?folder=crash/deep")).Files, (await alice.List("?trash=true")).Files);
            Assert.Single(live.Concat(trash), file => Id(file) == id);
            Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode);
            Assert.Contains((await alice.List("?trash=true")).Files, file => Id(file) == id);
        });

    [Theory, InlineData(true), InlineData(false)]
    public Task Out_of_the_trash(bool answerLost) => CutEverywhere(answerLost, id => alice.Send(HttpMethod.Post, $"/{id}/restore"),
        async id =>
        {
            await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{id}/restore"), 200);
            Assert.Equal([1, 2, 3], await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
        }, prepare: async id => Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}")).StatusCode));

    [Theory, InlineData(true), InlineData(false)]
    public Task For_good(bool answerLost) => CutEverywhere(answerLost, id => alice.Send(HttpMethod.Delete, $"/{id}?permanent=true"),
        async id =>
        {
            var before = (await alice.List("?folder=crash/deep")).Files.Any(file => Id(file) == id);
            await host.RunTimer("files-sweep"); // It alone finishes what was begun.
            Assert.Equal(before, (await Books.Blobs(host)).Contains(id));
        }, prepare: async id => await Shared(id));

    [Theory, InlineData(true), InlineData(false)]
    public Task To_another_folder(bool answerLost) => CutEverywhere(answerLost,
        id => alice.Send(HttpMethod.Patch, $"/{id}", new { name = "moved", folder = "crash/moved" }),
        async id =>
        {
            var (here, there) = ((await alice.List("?folder=crash/deep")).Files, (await alice.List("?folder=crash/moved")).Files);
            Assert.Single(here.Concat(there), file => Id(file) == id);
            await TestHost.Json(await alice.Send(HttpMethod.Patch, $"/{id}", new { name = "moved", folder = "crash/moved" }), 200);
        });

    [Theory, InlineData(true), InlineData(false)]
    public async Task To_somebody_else(bool answerLost)
    {
        var bob = await FilesOf.SignedIn(host, "bob");
        await CutEverywhere(answerLost,
            id => alice.Send(HttpMethod.Post, $"/{id}/shares", new { with = new { user = "bob" }, access = "read" }),
            async id =>
            {
                var reads = (await bob.Send(HttpMethod.Get, $"/{id}")).IsSuccessStatusCode;
                Assert.Equal(reads, (await bob.List("?space=shared&limit=200")).Files.Any(file => Id(file) == id));
                await Shared(id);
                Assert.Single((await bob.List("?space=shared&limit=200")).Files, file => Id(file) == id);
            });
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task And_back_from_them(bool answerLost)
    {
        var (share, bob) = ("", await FilesOf.SignedIn(host, "bob"));
        await CutEverywhere(answerLost, id => alice.Send(HttpMethod.Delete, $"/{id}/shares/{share}"),
            async id =>
            {
                var reads = (await bob.Send(HttpMethod.Get, $"/{id}")).IsSuccessStatusCode;
                Assert.Equal(reads, (await bob.List("?space=shared&limit=200")).Files.Any(file => Id(file) == id));
                Assert.True((int)(await alice.Send(HttpMethod.Delete, $"/{id}/shares/{share}")).StatusCode is 204 or 404);
                Assert.Equal(404, (int)(await bob.Send(HttpMethod.Get, $"/{id}")).StatusCode);
            }, prepare: async id => share = await Shared(id));
    }

    async Task CutEverywhere(bool answerLost, Func<string, Task<HttpResponseMessage>> steps, Func<string, Task> check,
        Func<string, Task>? prepare = null)
    {
        for (var cut = 0; cut < MostSteps; cut++)
        {
            var id = await alice.Place([1, 2, 3], $"file {cut}", "crash/deep");
            if (prepare is not null) await prepare(id);
            storage.CutAfter(cut, answerLost);
            var answer = await steps(id);
            if (!storage.Mend())
            {
                await Clean();
                return;
            }
            Assert.Equal("storage_unavailable", await FilesOf.Code(answer, 503));
            await check(id);
            await Books.Balance(host);
        }
        throw new InvalidOperationException("The operation has more steps than expected.");
    }

    // Whatever was left: after the sweep and the check there are as many blobs as records, and all are counted.
    async Task Clean()
    {
        host.Clock.Advance(TimeSpan.FromDays(31));
        await host.RunTimer("files-sweep");
        await host.Service<Latchkey.Files.IntegrityCheck>().Run("demo", 100, now: true, default);
        await Books.Balance(host);
        var report = await host.Service<Latchkey.Files.IntegrityCheckStore>().Find("demo", default);
        Assert.Equal((report!.Blobs, 0, 0), (report.Records, report.Missing, report.Orphans));
        alice = await FilesOf.SignedIn(host);
        Assert.Empty((await alice.List("?trash=true")).Files);
    }

    async Task<string> Shared(string id) =>
        Id(await TestHost.Json(await alice.Send(HttpMethod.Post, $"/{id}/shares", new { with = new { user = "bob" }, access = "read" }),
            201));

    static string Id(JsonElement json) => json.GetProperty("id").GetString()!;
}
