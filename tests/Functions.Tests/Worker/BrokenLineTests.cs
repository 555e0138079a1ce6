using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Latchkey.Tests.Worker;

/// <summary>A line that breaks in the middle of a piece (tus), through the host: it reads what says its length whole before the function is
/// called.</summary>
[Collection(DemoWorkerGroup.Name)]
public sealed class BrokenLineTests(DemoWorker demo)
{
    readonly Uri worker = demo.Worker.Http.BaseAddress!;

    [Fact]
    public async Task What_streamed_before_the_line_broke_is_kept()
    {
        var (path, token) = await Begun();
        await Break($"PATCH {path}", token, "Upload-Offset: 0\r\nTransfer-Encoding: chunked\r\n", $"{5_000_001:x}\r\n");
        // How much had arrived by then is the machine's affair; a break takes what is on its way with it.
        await Eventually.True(async () => await Offset(path, token) is > 0 and <= 5_000_000);
    }

    [Fact]
    public async Task Of_a_piece_that_says_its_length_nothing_is_kept()
    {
        var (path, token) = await Begun();
        await Break($"PATCH {path}", token, "Upload-Offset: 0\r\nContent-Length: 5000001\r\n", "");
        await Task.Delay(1000);
        Assert.Equal(0, await Offset(path, token));
    }

    async Task<(string Path, string Token)> Begun()
    {
        var tokens = await TestHost.Json(await demo.Worker.Http.PostAsync("/demo/oauth/token", TestHost.Form(
            ("grant_type", "password"), ("client_id", "first-party"), ("username", "alice"), ("password", "alice-password"))), 200);
        var token = tokens.GetProperty("access_token").GetString()!;
        using var create = new HttpRequestMessage(HttpMethod.Post,
            "/demo/tus")
        {
            Headers = { { "Authorization", $"Bearer {token}" }, { "Tus-Resumable", "1.0.0" },
                { "Upload-Length", "6000000" } }
        };
        using var answer = await demo.Worker.Http.SendAsync(create);
        return (answer.Headers.Location!.AbsolutePath, token);
    }

    async Task Break(string what, string token, string headers, string before)
    {
        using var line = new TcpClient();
        await line.ConnectAsync(worker.Host, worker.Port);
        var stream = line.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"{what} HTTP/1.1\r\nHost: {worker.Authority}\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n"
            + $"Content-Type: application/offset+octet-stream\r\n{headers}\r\n{before}"));
        await stream.WriteAsync(new byte[5_000_000]);
        await Task.Delay(1000); // Until much of it has been read.
    }

    async Task<long> Offset(string path, string token)
    {
        using var head = new HttpRequestMessage(HttpMethod.Head,
            path)
        { Headers = { { "Authorization", $"Bearer {token}" }, { "Tus-Resumable", "1.0.0" } } };
        using var answer = await demo.Worker.Http.SendAsync(head);
        return long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
    }
}
