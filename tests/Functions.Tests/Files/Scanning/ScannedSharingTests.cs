using System.IO.Compression;

namespace Latchkey.Tests.Files.Scanning;

/// <summary>Files of strangers and links, where a tenant has its files scanned.</summary>
public sealed class ScannedSharingTests(DefenderTests.OneHost one) : IClassFixture<DefenderTests.OneHost>
{
    readonly TestHost host = one.Host;
    readonly FilesClient alice = one.Alice;

    [Fact]
    public async Task What_a_stranger_hands_in_waits_for_its_verdict_and_spoils_nobodys_archive()
    {
        var admin = await host.Admin();
        await admin.Patch("settings", new { malwareScanning = false });
        var served = await alice.Upload([1, 2, 3], "served.txt", "scans/deep");
        await admin.Patch("settings", new { malwareScanning = true });
        Assert.Equal("available", (await alice.Read(served)).Status);
        var request = await host.Send(HttpMethod.Post, "/demo/requests", alice.Token, new { title = "Scans", folder = "scans" })
            .Read<FileRequestAnswer>(201);
        var link = await host.Send(HttpMethod.Post, "/demo/links", alice.Token, new { folder = "scans" }).Read<SpaceLinkAnswer>(201);

        var handedIn = await new HandInSender(host, request.Url!).Send([9], "bad.exe");
        Assert.Equal("scanning", (await alice.Read(handedIn)).Status);
        await alice.Send(HttpMethod.Get, $"/{handedIn}/download").Fails(409, "file_scanning");
        Assert.DoesNotContain("bad.exe", await host.Http.GetStringAsync(link.Url), StringComparison.Ordinal);
        Assert.Equal(404, (int)(await host.Http.GetAsync($"{link.Url}/files/{handedIn}")).StatusCode);
        Assert.Equal(1, (await host.Send(HttpMethod.Get, $"/demo/requests/{request.Id}", alice.Token).Read<FileRequestAnswer>()).Received);

        var own = await alice.Send(HttpMethod.Post, "/archive", new { folder = "scans" }).Is(200);
        foreach (var answer in (HttpResponseMessage[])[own, await host.Http.GetAsync($"{link.Url}/archive")])
        {
            using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
            Assert.Equal(["deep/served.txt", "NOT INCLUDED.txt"], zip.Entries.Select(entry => entry.FullName));
            using var note = new StreamReader(zip.Entries[1].Open());
            Assert.StartsWith("Not in this archive: 1.", await note.ReadToEndAsync(), StringComparison.Ordinal);
        }
        // Where nothing can be served, the owner is told why, and others that there is nothing.
        await alice.Trash(served);
        await alice.Send(HttpMethod.Post, "/archive", new { folder = "scans" }).Fails(409, "file_scanning");
        Assert.Equal(404, (int)(await host.Http.GetAsync($"{link.Url}/archive")).StatusCode);
        await Books.Balance(host);
    }
}
