using System.Text.Json;

namespace Latchkey.Tests.Files;

/// <summary>Tags of a file: set when it begins or later, and seen by whoever sees the file.</summary>
public sealed class TagTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Tags_are_set_at_begin_changed_seen_in_lists_and_changes_and_copied()
    {
        var alice = await host.As("alice");
        var start = (await alice.Changes()).Cursor;
        var begun = await alice.Begin(
            new { name = "a", size = 1, folder = "tagged", tags = new[] { " Été ", "e\u0301te\u0301", "beach" } });
        await FilesClient.Stored(begun, [1]);
        Assert.Equal(["Été", "beach"], (await alice.Completed(begun.Id)).Tags);
        Assert.Equal(["Été", "beach"], (await alice.List("?folder=tagged")).Files.Single().Tags);
        Assert.Equal(["b", "a"], (await alice.Change(begun.Id, new { tags = new[] { "b", "a", "B" } })).Tags);
        Assert.Equal(["b", "a"], (await alice.Change(begun.Id, new { name = "renamed" })).Tags);
        Assert.Equal(["b", "a"], (await alice.Copy(begun.Id, new { folder = "copies" })).Tags);
        Assert.Null((await alice.Change(begun.Id, new { tags = Array.Empty<string>() })).Tags);
        var changes = (await alice.Changes($"?cursor={start}")).Items.Where(item => item.Id == begun.Id).ToList();
        Assert.Equal(["created", "changed", "changed", "changed"], changes.Select(item => item.Kind));
        Assert.Equal(["Été,beach", "b,a", "b,a", ""], changes.Select(item => string.Join(',', item.File!.Tags ?? [])));
        await alice.Change(begun.Id, new { tags = new[] { "same" } });
        var cursor = (await alice.Changes()).Cursor;
        await alice.Change(begun.Id, new { tags = new[] { "same" } });
        Assert.Empty((await alice.Changes($"?cursor={cursor}")).Items);
        await Books.Balance(host);
    }

    [Fact]
    public async Task Forms_carry_tags_as_a_JSON_array()
    {
        var alice = await host.As("alice");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("[\"one\",\"two\"]"), "tags" },
            { new ByteArrayContent([1]), "file", "a" },
        };
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/files/upload") { Content = form };
        request.Headers.Authorization = new("Bearer", alice.Token);
        Assert.Equal(["one", "two"], (await host.Http.SendAsync(request).Read<FileAnswer>(201)).Tags);
    }

    [Theory]
    [InlineData("""[""]""")]
    [InlineData("""["a/b"]""")]
    [InlineData("""["\u202eb"]""")]
    [InlineData("""["12345678901234567890123456789012345678901234567890123456789012345"]""")]
    [InlineData("""["1","2","3","4","5","6","7","8","9","10","11"]""")]
    public async Task Tags_that_are_none_are_refused(string tags)
    {
        var alice = await host.As("alice");
        var id = (await alice.Begin(FilesClient.Declaration())).Id;
        var sent = JsonDocument.Parse(tags).RootElement;
        await alice.Send(HttpMethod.Post, "", new { name = "a", size = 1, tags = sent }).Fails(400, "invalid_tags");
        await alice.Send(HttpMethod.Patch, $"/{id}", new { tags = sent }).Fails(400, "invalid_tags");
        Assert.Null((await alice.Read(id)).Tags);
    }
}
