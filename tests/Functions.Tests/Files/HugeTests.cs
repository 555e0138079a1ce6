using Latchkey.Files;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files;

/// <summary>The largest of everything that a request may hold, and one more.</summary>
public sealed class HugeTests : IAsyncLifetime
{
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        host = await TestHost.Start(settings: new() { ["Latchkey:Files:MaxBytes"] = $"{BlockPlan.MaxFile}" });
        alice = await host.As("alice");
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_declaration_of_200_GB_takes_its_room_tells_its_blocks_and_gives_the_room_back()
    {
        var tenant = (await host.Service<TenantStore>().Find("demo", default))!;
        await host.Save(tenant with { Limits = new FileLimits { SpaceBytes = BlockPlan.MaxFile, TenantBytes = 3 * BlockPlan.MaxFile } });
        var begun = await alice.BeginBlocks(FilesClient.Declaration("disk.img", BlockPlan.MaxFile));
        await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: 1)).Fails(403, "quota_exceeded");
        await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: BlockPlan.MaxFile + 1)).Fails(413, "file_too_large");
        await alice.Send(HttpMethod.Post, "", FilesClient.Declaration(size: long.MaxValue)).Fails(413, "file_too_large");

        var count = (await alice.Progress(begun.Id)).BlockCount!.Value;
        Assert.InRange(count, 1, BlockPlan.MaxBlocks);
        await FilesClient.Block(begun.Url, BlockPlan.Id(count - 1), [1, 2, 3]);
        var problem = await alice.Complete(begun.Id, count).Problem(422);
        Assert.Equal(("blocks_missing", count - 1), (problem.Code, problem.Number("missingCount")));
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{begun.Id}")).StatusCode);
        await Books.Balance(host);
        await alice.Begin(FilesClient.Declaration(size: 1));
    }

    [Fact]
    public async Task A_list_of_as_many_and_as_long_block_ids_as_there_may_be_is_read_and_one_more_is_not()
    {
        var begun = await alice.BeginBlocks(FilesClient.Declaration());
        await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3]);
        var ids = Enumerable.Range(0, BlockPlan.MaxBlocks + 1)
            .Select(n => Convert.ToBase64String([.. new byte[60], .. BitConverter.GetBytes(n)])).ToList();
        var problem = await alice.Complete(begun.Id, ids[..BlockPlan.MaxBlocks]).Problem(422);
        Assert.Equal((BlockPlan.MaxBlocks, 20), (problem.Number("missingCount"), problem["missing"].GetArrayLength()));
        await alice.Complete(begun.Id, ids).Fails(400, "invalid_blocks");
        Assert.True((int)(await alice.Complete(begun.Id, ids.Concat(ids))).StatusCode is 413);
        await alice.Completed(begun.Id, 1);
    }

    [Theory]
    [InlineData("漢", 255)]
    [InlineData("😀", 127)]
    [InlineData("é", 255)]
    [InlineData("𐐨", 127)]
    public async Task The_longest_names_come_down_as_they_were_given_and_are_found(string letter, int times)
    {
        var name = string.Concat(Enumerable.Repeat(letter, times));
        var id = await alice.Upload([1], name, folder: string.Concat(Enumerable.Repeat(letter, 100)) + "/" + name);
        var served = await alice.Download(id);
        Assert.Equal(name, served.Content.Headers.ContentDisposition?.FileNameStar);
        var folder = Uri.EscapeDataString(string.Concat(Enumerable.Repeat(letter, 100)) + "/" + name);
        Assert.Single((await alice.List($"?folder={folder}&prefix={Uri.EscapeDataString(name.ToUpperInvariant())}")).Files);
        Assert.Equal(204, (int)(await alice.Send(HttpMethod.Delete, $"/{id}?permanent=true")).StatusCode);
        await Books.Balance(host);
    }
}
