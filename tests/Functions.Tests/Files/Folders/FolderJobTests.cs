using Latchkey.Files;

namespace Latchkey.Tests.Files.Folders;

/// <summary>Folders as things: made, renamed, moved, deleted with all that they hold, copied, restored.</summary>
public sealed class FolderJobTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task A_folder_that_was_made_is_listed_while_nothing_is_in_it_and_when_its_last_file_has_left()
    {
        var alice = await FoldersClient.As(host);
        var made = await alice.Make("/made/Été/");
        Assert.Equal(("made/Été", "Été", "me"), (made.Path, made.Name, made.Space));
        await alice.Folders(HttpMethod.Post, new { path = "made/E\u0301te\u0301" }).Fails(409, "folder_exists");
        await alice.Folders(HttpMethod.Post, new { path = "made" }).Fails(409, "folder_exists"); // It is there because of the other.
        Assert.Equal("Été/", await alice.Tree("made"));
        var ours = await alice.Folders(HttpMethod.Post, new { path = "ours", space = "group:family" }).Is(201);
        Assert.EndsWith("/files?folder=ours&space=group%3Afamily", ours.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var id = await alice.Upload([1], "a", "made/Été");
        await alice.Trash(id);
        Assert.Equal("Été/", await alice.Tree("made"));
        await host.Service<IntegrityCheck>().Run("demo", 100, now: true, default);
        Assert.Equal("Été/", await alice.Tree("made"));
        await alice.TrashFolder("made/Été");
        Assert.DoesNotContain("made", (await alice.List()).Folders!);
        await Books.Balance(host);
    }

    [Theory]
    [InlineData("POST", "", """{"path":""}""", 400, "invalid_folder")]
    [InlineData("POST", "", """{"path":"a//b"}""", 400, "invalid_folder")]
    [InlineData("POST", "", """{"path":"a","space":"shared"}""", 400, "invalid_space")]
    [InlineData("POST", "", """{"path":"a","space":"group:nobody"}""", 404, "space_not_found")]
    [InlineData("PATCH", "", """{"path":"refused","to":"refused/inner/deep"}""", 409, "folder_in_itself")]
    [InlineData("PATCH", "", """{"path":"refused","folder":"refused"}""", 409, "folder_in_itself")]
    [InlineData("PATCH", "", """{"path":"refused","to":"refused"}""", 409, "folder_exists")]
    [InlineData("PATCH", "", """{"path":"refused/inner","to":"taken"}""", 409, "folder_exists")]
    [InlineData("PATCH", "", """{"path":"nowhere","to":"there"}""", 404, "folder_not_found")]
    [InlineData("PATCH", "", """{"path":"refused"}""", 400, "invalid_field")]
    [InlineData("PATCH", "", """{"path":"refused","to":"x","name":"y"}""", 400, "invalid_field")]
    [InlineData("PATCH", "", """{"path":"refused","name":"a/b"}""", 400, "invalid_name")]
    [InlineData("PATCH", "?path=refused", """{"to":""}""", 400, "invalid_folder")]
    [InlineData("DELETE", "", null, 400, "invalid_folder")]
    [InlineData("DELETE", "?path=nowhere", null, 404, "folder_not_found")]
    [InlineData("POST", "/copy", """{"path":"refused","to":"refused/inner/copy"}""", 409, "folder_in_itself")]
    [InlineData("POST", "/copy", """{"path":"refused","to":"taken"}""", 409, "folder_exists")]
    [InlineData("POST", "/copy", """{"path":"nowhere","to":"x"}""", 404, "folder_not_found")]
    [InlineData("POST", "/restore", """{"path":"refused"}""", 404, "folder_not_found")]
    public async Task What_makes_no_sense_is_refused_and_changes_nothing(string method, string more, string? body, int status, string code)
    {
        var bob = await FoldersClient.As(host, "bob");
        if (!(await bob.List()).Folders!.Contains("taken"))
        {
            await bob.Upload([1], "file", "refused/inner");
            await bob.Make("taken");
        }
        await bob.Folders(new(method), body is null ? null : System.Text.Json.JsonDocument.Parse(body).RootElement, more)
            .Fails(status, code);
        Assert.Equal("refused/ refused/inner/ refused/inner/file taken/", await bob.Tree(""));
    }

    [Fact]
    public async Task A_folder_moves_with_all_that_it_holds_and_each_file_is_told_of_once()
    {
        var alice = await FoldersClient.As(host);
        var ids = new List<string>();
        for (var n = 0; n < 25; n++) ids.Add(await alice.Upload([1], $"{n:D2}", n < 22 ? "move/a" : $"move/a/b{n % 2}/deep"));
        await alice.Make("move/a/empty");
        var before = await alice.Tree("move/a");
        var start = (await alice.Changes()).Cursor;
        var job = await alice.Move("move/a", "moved/to/Ä");
        Assert.Equal(("move", "done", 25L, 25L, 0L), (job.Kind, job.Status, job.Total, job.Done, job.Failed));
        Assert.Equal(job, await alice.Job(job.Id));
        Assert.Equal(before, await alice.Tree("moved/to/Ä"));
        Assert.DoesNotContain("move", (await alice.List()).Folders!);
        var changes = (await alice.Follow(start)).Items;
        var empty = Assert.Single(changes, item => item.Id is null);
        Assert.Equal(("folder_moved", "moved/to/Ä/empty", "move/a/empty"), (empty.Kind, empty.Folder, empty.From));
        changes.Remove(empty);
        Assert.Equal(ids.Order(StringComparer.Ordinal), changes.Select(item => item.Id).Order(StringComparer.Ordinal));
        Assert.All(changes, item => Assert.Equal("moved", item.Kind));
        await Books.Balance(host);

        Assert.Equal("done",
            (await alice.Ended(alice.Folders(HttpMethod.Patch, new { name = "renamed" }, "?path=moved/to/%C3%84"))).Status);
        Assert.Equal("renamed",
            (await alice.Ended(alice.Folders(HttpMethod.Patch, new { path = "moved/to/renamed", folder = "" }))).To);
        Assert.Equal(before, await alice.Tree("renamed"));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_would_lie_too_deep_stays_and_the_job_says_so()
    {
        var alice = await FoldersClient.As(host);
        var deep = string.Join('/', Enumerable.Repeat("d", 20));
        await alice.Upload([1], "top", "shallow");
        await alice.Upload([1], "bottom", $"shallow/{deep}");
        var job = await alice.Move("shallow", $"x/{deep}");
        Assert.Equal(("failed", 1L, 1L, "invalid_folder"), (job.Status, job.Done, job.Failed, job.Code));
        Assert.Single((await alice.List($"?folder=x/{deep}")).Files);
        Assert.Single((await alice.List($"?folder=shallow/{deep}")).Files);
        Assert.Contains("shallow", (await alice.List()).Folders!);
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_deleted_folder_is_restored_with_what_went_with_it_and_nothing_that_went_before()
    {
        var alice = await FoldersClient.As(host);
        var earlier = await alice.Upload([1], "earlier", "trip");
        await alice.Trash(earlier);
        for (var n = 0; n < 3; n++) await alice.Upload([1], $"{n}", n < 2 ? "trip" : "trip/inner");
        await alice.Make("trip/empty/deeper");
        var before = await alice.Tree("trip");
        var gone = await alice.TrashFolder("trip");
        Assert.Equal(("delete", "done", 3L, 3L), (gone.Kind, gone.Status, gone.Total, gone.Done));
        Assert.DoesNotContain("trip", (await alice.List()).Folders!);
        Assert.Equal(4, (await alice.List("?trash=true")).Files.Count(file => file.Folder.StartsWith("trip", StringComparison.Ordinal)));
        await alice.Folders(HttpMethod.Delete, null, "?path=trip").Fails(404, "folder_not_found");
        await Books.Balance(host);

        // Another folder of the same path, deleted too: each deletion is one of its own.
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await alice.Upload([1], "second", "trip");
        var again = await alice.TrashFolder("trip");
        var back = await alice.RestoreFolder("trip", gone.Id);
        Assert.Equal(("restore", "done", 3L), (back.Kind, back.Status, back.Done));
        Assert.Equal(before, await alice.Tree("trip"));
        await alice.RestoreFolder("trip");
        Assert.Contains("second", await alice.Tree("trip"), StringComparison.Ordinal);
        await alice.Folders(HttpMethod.Post, new { path = "trip", deletion = again.Id }, "/restore").Fails(404, "folder_not_found");
        Assert.Equal([earlier], (await alice.List("?trash=true")).Files.Where(file => file.Folder == "trip").Select(file => file.Id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_copy_has_the_files_again_and_may_be_in_another_space()
    {
        var alice = await FoldersClient.As(host);
        for (var n = 0; n < 3; n++) await alice.Upload([(byte)n], $"{n}", n < 2 ? "original" : "original/inner");
        await alice.Make("original/empty");
        var before = await alice.Tree("original");
        var job = await alice.CopyFolder("original", "copies/one");
        Assert.Equal(("copy", "done", 3L, 3L), (job.Kind, job.Status, job.Total, job.Done));
        Assert.Equal((before, before), (await alice.Tree("original"), await alice.Tree("copies/one")));
        job = await alice.CopyFolder("original", "from alice", toSpace: "group:family");
        Assert.Equal(("done", "group:family"), (job.Status, job.Space));
        Assert.Equal(before, await alice.Tree("from alice", "group:family"));
        var file = (await alice.List("?folder=from%20alice/inner&space=group:family")).Files.Single();
        Assert.Equal([2], await alice.DownloadBytes(file.Id));
        // Bob reads in the group, so he may copy from it and not into it.
        var bob = await FoldersClient.As(host, "bob", "demo");
        await bob.Folders(HttpMethod.Post, new { path = "from alice", space = "group:family", to = "x" }, "/copy")
            .Fails(403, "insufficient_rights");
        await bob.Folders(HttpMethod.Delete, null, "?path=from%20alice&space=group:family").Fails(403, "insufficient_rights");
        await bob.Folders(HttpMethod.Post, new { path = "x", space = "group:family" }).Fails(403, "insufficient_rights");
        await host.Send(HttpMethod.Get, $"/demo/jobs/{job.Id}", bob.Token).Fails(404, "job_not_found");
        await host.Send(HttpMethod.Get, $"/acme/jobs/{job.Id}", (await FoldersClient.As(host, tenant: "acme")).Token)
            .Fails(404, "job_not_found");
        Assert.Equal("done", (await bob.CopyFolder("from alice", "refused copies/mine", "group:family")).Status);
        await bob.TrashFolder("refused copies"); // The theory above lists his space.
        await Books.Balance(host);
    }

    [Fact]
    public async Task Of_jobs_that_are_begun_at_once_on_one_folder_one_begins()
    {
        var alice = await FoldersClient.As(host);
        await alice.Upload([1], "a", "busy/inner");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n =>
            alice.Folders(HttpMethod.Patch, new { path = "busy", to = $"raced {n}" })));
        var won = Assert.Single(answers, answer => (int)answer.StatusCode == 202);
        Assert.All(answers.Except([won]), answer => Assert.True((int)answer.StatusCode is 404 or 409));
        await Books.Balance(host);
    }
}
