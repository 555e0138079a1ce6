using System.Text;
using Latchkey.Files;

namespace Latchkey.Tests.Files;

/// <summary>Where a type has a well-known mark the bytes must have it.</summary>
public sealed class SignatureTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Page = "<!doctype html><script>alert(1)</script>";

    readonly TestHost host = demo.Host;

    public static TheoryData<string, string> Right => new()
    {
        { "image/jpeg", "\u00FF\u00D8\u00FF\u00E0" },
        { "IMAGE/JPEG; a=b", "\u00FF\u00D8\u00FF\u00E0" },
        { "image/png", "\u0089PNG\r\n\u001A\n" },
        { "image/gif", "GIF89a" },
        { "image/webp", "RIFF\0\0\0\0WEBPVP8 " },
        { "image/heic", "\0\0\0\u0018ftypheic" },
        { "image/avif", "\0\0\0\u0020ftypavif" },
        { "application/pdf", "%PDF-1.7" },
        { "application/pdf", "\u00EF\u00BB\u00BF%PDF-1.7" },
        { "application/zip", "PK\u0003\u0004" },
        { "application/vnd.oasis.opendocument.text", "PK\u0003\u0004" },
        { "video/mp4", "\0\0\0\u0018ftypisom" },
        { "video/quicktime", "\0\0\0\u0014ftypqt  " },
        { "video/quicktime", "\0\0\0\u0008wide" },
        { "audio/mpeg", "ID3\u0004" },
        { "audio/mpeg", "\u00FF\u00FB\u0090" },
        { "image/svg+xml", "<svg/>" },
        { "image/x-of-a-new-kind", "whatever" },
        { "text/html", Page },
        { "text/plain", "%PDF-1.7" },
    };

    public static TheoryData<string, string> Wrong => new()
    {
        { "image/jpeg", Page },
        { "image/jpeg", "\u00FF\u00D8" },
        { "image/png", "\u00FF\u00D8\u00FF\u00E0" },
        { "image/gif", "GIF90a" },
        { "image/webp", "RIFF\0\0\0\0WAVEfmt " },
        { "image/heic", "\0\0\0\u0018free" },
        { "application/pdf", "PDF" },
        { "application/zip", "PK" },
        { "video/mp4", "ftyp" },
        { "audio/mpeg", "\u00FF" },
        { "image/x-of-a-new-kind", "\u00EF\u00BB\u00BF \r\n" + Page },
        { "audio/x-of-a-new-kind", Page },
    };

    [Theory, MemberData(nameof(Right))]
    public void Right_bytes_agree(string type, string bytes) => Assert.True(Signatures.Agree(type, Encoding.Latin1.GetBytes(bytes)));

    [Theory, MemberData(nameof(Wrong))]
    public void Wrong_bytes_do_not(string type, string bytes) => Assert.False(Signatures.Agree(type, Encoding.Latin1.GetBytes(bytes)));

    [Fact]
    public async Task A_page_that_says_it_is_a_picture_is_refused_and_gone()
    {
        var alice = await FilesOf.SignedIn(host);
        var page = Encoding.ASCII.GetBytes(Page);
        var begun = await alice.Begin(FilesOf.Declaration("cat.jpg", page.Length, "image/jpeg"));
        await FilesOf.Stored(begun, page);
        Assert.Equal("type_mismatch", await FilesOf.Code(await alice.Complete(begun.Id), 422));
        var blocks = await alice.BeginBlocks(FilesOf.Declaration("cat.jpg", page.Length, "image/jpeg"));
        await FilesOf.Block(blocks.Url, BlockPlan.Id(0), page);
        Assert.Equal("type_mismatch", await FilesOf.Code(await alice.Complete(blocks.Id, 1), 422));
        Assert.Empty(await host.Blobs(begun.Id));
        Assert.Empty(await host.Blobs(blocks.Id));
    }

    [Fact]
    public async Task Above_the_bound_a_hash_is_recorded_as_declared_and_not_as_verified()
    {
        await using var bounded = await TestHost.Start(settings: new() { ["Latchkey:Files:VerifyBytes"] = "3" });
        var alice = await FilesOf.SignedIn(bounded);
        var wrong = FilesOf.Md5([0]);
        foreach (var resumable in (bool[])[true, false])
        {
            var declared = FilesOf.Declaration(size: 4, md5: wrong);
            var begun = resumable ? await alice.BeginBlocks(declared) : await alice.Begin(declared);
            if (resumable) await FilesOf.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3, 4]);
            else await FilesOf.Stored(begun, [1, 2, 3, 4], put => put.Content!.Headers.ContentMD5 = null);
            var file = await alice.Completed(begun.Id, resumable ? 1 : null);
            Assert.False(file.GetProperty("md5Verified").GetBoolean());
            Assert.False(file.TryGetProperty("sha256Verified", out _));
            // What is not verified is not handed to those who download either.
            Assert.NotEqual(wrong, (await alice.Download(begun.Id)).Content.Headers.ContentMD5);
        }
        var small = await alice.Begin(FilesOf.Declaration(md5: FilesOf.Md5([1, 2, 3])));
        await FilesOf.Stored(small, [1, 2, 3]);
        Assert.True((await alice.Completed(small.Id)).GetProperty("md5Verified").GetBoolean());
    }
}
