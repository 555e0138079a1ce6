using System.Net;

namespace Latchkey.Tests.Files.Tus;

/// <summary>X-HTTP-Method-Override counts for POST alone: a method that is safe stays so (RFC 9110 §9.2.1).</summary>
public sealed class HeadOverrideTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Theory]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("nonsense")]
    public async Task A_head_is_a_head_whatever_the_header_says(string meant)
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(5);
        await tus.Patch(path, 0, [1, 2]);
        var answer = await tus.Send(HttpMethod.Head, path, null, ("X-HTTP-Method-Override", meant), ("Upload-Offset", "2"));
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        Assert.Equal(2, TusClient.OffsetOf(answer));
        Assert.Equal(2, await tus.Offset(path)); // Nothing is gone, nothing was added.
    }

    [Fact]
    public async Task A_patch_is_a_patch_and_deletes_nothing()
    {
        var tus = await TusClient.SignedIn(host);
        var path = await tus.Created(5);
        var body = new ByteArrayContent([1, 2]) { Headers = { ContentType = new(TusClient.PieceType) } };
        var answer = await tus.Send(HttpMethod.Patch, path, body, ("X-HTTP-Method-Override", "DELETE"), ("Upload-Offset", "0"));
        Assert.Equal((HttpStatusCode.NoContent, 2L), (answer.StatusCode, (long)TusClient.OffsetOf(answer)!));
        Assert.Equal(2, await tus.Offset(path));
    }

    [Fact]
    public async Task A_head_of_anything_but_an_upload_takes_no_notice_of_the_method_override()
    {
        var alice = await host.As("alice");
        var file = await alice.Upload([1]);
        var request = new HttpRequestMessage(HttpMethod.Head, $"/demo/files/{file}");
        request.Headers.Authorization = new("Bearer", alice.Token);
        request.Headers.Add("X-HTTP-Method-Override", "DELETE");
        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(request)).StatusCode);
        Assert.Equal("available", (await alice.Read(file)).Status);
    }
}
