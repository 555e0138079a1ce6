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
        await FilesClient.MakeDueTables(alice);
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
