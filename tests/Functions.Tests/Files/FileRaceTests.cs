using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Requests that meet: whichever comes first, nothing is left over and the books balance.</summary>
public sealed class FileRaceTests : IAsyncLifetime
{
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start();
        alice = await host.As("alice");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_share_that_is_given_just_as_its_file_goes_goes_with_it()
    {
        await alice.MakeDueTables();
        for (var round = 0; round < 30; round++)
        {
            var id = await alice.Upload([1], $"race {round}");
            var giving = alice.Send(HttpMethod.Post, $"/{id}/shares", new { with = new { user = "bob" }, access = "read" });
            await Task.Delay(round % 10);
            Assert.Equal(HttpStatusCode.NoContent, (await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
            Assert.True((await giving).StatusCode is HttpStatusCode.Created or HttpStatusCode.NotFound);
        }
        await Books.Balance(host);
        Assert.Empty(await Rows(row => row.PartitionKey.Contains("|in|", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Of_devices_that_replace_the_same_version_at_once_exactly_one_wins_and_no_bytes_are_lost()
    {
        var versions = await VersionsClient.Of(host);
        for (byte round = 1; round <= 5; round++)
        {
            var id = await versions.Upload([0], "raced");
            var etag = (await versions.Read(id)).Etag;
            var uploads = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => versions.SendVersion(id, [round, (byte)n], etag)));
            var answers = await Task.WhenAll(
                versions.Complete(uploads[0]), versions.Complete(uploads[0]), versions.Complete(uploads[1]),
                versions.CompleteVersion(uploads[2], "copy"), versions.CompleteVersion(uploads[3], "copy"));
            Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict));
            Assert.All(answers[3..], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            var file = await versions.Read(id);
            Assert.Equal(2, file.Version);
            var winner = (await versions.DownloadBytes(id))[1];
            Assert.Equal(file.Etag, $"\"{uploads[winner]}\"");
            for (var n = 0; n < 2; n++)
            {
                if (n == winner) await versions.Completed(uploads[n]);
                else await versions.Complete(uploads[n]).Fails(409, "version_conflict");
            }
            // A restore and a replacement of the same version likewise.
            var next = await versions.SendVersion(id, [round, 9], file.Etag);
            var former = (await versions.Versions(id)).Versions[0].Id;
            var both = await Task.WhenAll(versions.AskRestore(id, former), versions.Complete(next));
            Assert.Contains(both, answer => answer.StatusCode == HttpStatusCode.OK);
            if ((await versions.Read(id)).Etag != file.Etag) await versions.RestoreVersion(id, uploads[winner]);
            Assert.Equal([round, winner], await versions.DownloadBytes(id));
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task Of_completes_renames_copies_and_deletes_at_once_the_file_is_whole_or_gone()
    {
        for (var round = 0; round < 6; round++)
        {
            var begun = round % 2 == 0 ? await alice.Begin(FilesClient.Declaration()) : await alice.BeginBlocks(FilesClient.Declaration());
            if (round % 2 == 0) await FilesClient.Stored(begun, [1, 2, 3]);
            else await FilesClient.Block(begun.Url, Latchkey.Files.BlockPlan.Id(0), [1, 2, 3]);
            object? blocks = round % 2 == 0 ? null : 1;
            var answers = await Task.WhenAll(
                alice.Complete(begun.Id, blocks), alice.Complete(begun.Id, blocks),
                alice.Send(HttpMethod.Patch, $"/{begun.Id}", new { name = "other", folder = "a/b" }),
                alice.Send(HttpMethod.Post, $"/{begun.Id}/copy", new { name = "copy" }),
                alice.Send(HttpMethod.Delete, $"/{begun.Id}?permanent=true"));
            Assert.DoesNotContain(answers, answer => (int)answer.StatusCode >= 500);
        }
        foreach (var copy in (await alice.List()).Files) await alice.Read(copy.Id);
        host.Clock.Advance(TimeSpan.FromMinutes(20));
        await host.RunTimer("files-sweep"); // Copies whose source went before storage read it fail, and are gone.
        host.Clock.Advance(TimeSpan.FromDays(10));
        await host.RunTimer("sweep-uploads");
        await host.RunTimer("files-sweep");
        await Books.Balance(host);
        Assert.Equal(await Books.Records(host), await Books.Blobs(host));
    }

    [Fact]
    public async Task A_form_on_its_way_when_its_user_is_deleted_leaves_nothing()
    {
        await alice.Upload([1], "hers");
        var bob = await host.As("bob");
        var admin = await host.Admin();
        var id = await host.UserId("bob");
        var form = new Paused();
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/files/upload") { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bob.Token);
        var upload = host.Http.SendAsync(request);
        await form.IsHalfSent.Task;
        await admin.Do(HttpMethod.Delete, $"users/{id}");
        form.GoOn.SetResult();
        Assert.Equal(HttpStatusCode.Unauthorized, (await upload).StatusCode);
        Assert.Equal(await Books.Records(host), (await host.Blobs("")).Select(blob => blob.Name));
        Assert.Single(await Books.Records(host));
    }

    async Task<List<TableEntity>> Rows(Func<TableEntity, bool> which)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Files").QueryAsync<TableEntity>())
            if (which(row)) rows.Add(row);
        return rows;
    }

    // A form that stops in the middle of its file until it is told to go on.
    sealed class Paused : HttpContent
    {
        public Paused() => Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");

        public TaskCompletionSource IsHalfSent { get; } = new();

        public TaskCompletionSource GoOn { get; } = new();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\nfirst half"));
            await stream.FlushAsync();
            IsHalfSent.SetResult();
            await GoOn.Task;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(" second half\r\n--b--\r\n"));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
