using System.Net;
using System.Net.Sockets;
using System.Text;
using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files.Scanning;

/// <summary>A scanner that says nothing, or anything but a verdict, makes no file available; nor does one that is not there.</summary>
public sealed class ScanFailureTests : IAsyncLifetime
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    Func<NetworkStream, Task> answer = _ => Task.CompletedTask;
    TestHost host = null!;
    FilesClient alice = null!;

    public async Task InitializeAsync()
    {
        listener.Start();
        _ = Task.Run(Serve);
        host = await TestHost.Start(settings: new()
        {
            ["Latchkey:Scan:Mode"] = "ClamAv",
            ["Latchkey:Scan:Address"] = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}",
        });
        await (await host.Admin()).Patch("settings", new { malwareScanning = true });
        alice = await host.As("alice");
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await host.DisposeAsync();
        stop.Dispose();
    }

    [Theory]
    [InlineData("stream: OK")] // Not ended.
    [InlineData("stream: OK\n")]
    [InlineData("stream: ok\0")]
    [InlineData("OK\0")]
    [InlineData("stream: OK FOUND \0")]
    [InlineData("stream:  FOUND\0")]
    [InlineData("stream: Can't allocate memory ERROR\0")]
    [InlineData("UNKNOWN COMMAND\0")]
    [InlineData("")]
    [InlineData("early")]
    public async Task Whatever_is_no_verdict_leaves_the_file_scanning(string words)
    {
        var isEarly = words == "early";
        answer = async stream =>
        {
            if (!isEarly) await ReadAll(stream);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(isEarly ? "stream: OK\0" : words));
        };
        var id = await alice.Upload(isEarly ? new byte[3_000_000] : [1, 2, 3], contentType: FilesClient.AnyType);
        await host.RunQueues();
        Assert.Equal("scanning", (await alice.Read(id)).Status);
        await alice.Send(HttpMethod.Get, $"/{id}/download").Fails(409, "file_scanning");
        // It lies aside by now; the sweep asks again, and then the scanner is well.
        answer = async stream =>
        {
            await ReadAll(stream);
            await stream.WriteAsync("stream: OK\0"u8.ToArray());
        };
        Assert.Equal(0, await host.RunQueues());
        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.RunTimer("files-sweep");
        await host.RunQueues();
        Assert.Equal("available", (await (await host.As("alice")).Read(id)).Status);
    }

    [Fact]
    public async Task A_tenant_that_has_had_its_share_of_the_scanner_waits_and_others_do_not()
    {
        answer = async stream =>
        {
            await ReadAll(stream);
            await stream.WriteAsync("stream: OK\0"u8.ToArray());
        };
        await (await host.Admin("acme")).Patch("settings", new { malwareScanning = true });
        var acme = await host.As("alice", "acme");
        host.Service<FileScanner>().Share.Add("demo", TimeSpan.FromMinutes(1));
        var (waiting, other) = (await alice.Upload([1]), await acme.Upload([1]));
        await host.RunQueues();
        Assert.Equal(("scanning", "available"), ((await alice.Read(waiting)).Status, (await acme.Read(other)).Status));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.Service<ScanRequests>().Ask((await host.Service<FileStore>().Find("demo", waiting, default))!);
        await host.RunQueues();
        Assert.Equal("available", (await alice.Read(waiting)).Status);
    }

    [Fact]
    public async Task A_scan_of_all_files_that_is_asked_for_again_gets_no_second_worker_until_it_seems_to_be_stuck()
    {
        foreach (var messages in (int[])[1, 1, 2])
        {
            if (messages == 2) host.Clock.Advance(TimeSpan.FromMinutes(3));
            await host.Send(HttpMethod.Post, "/demo/admin/files-scan", (await host.Admin()).Token).Is(202);
            var queue = host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.Rescans);
            Assert.Equal(messages, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        }
    }

    [Fact]
    public async Task A_limit_at_which_the_scanner_stopped_is_no_verdict_and_nobody_asks_again()
    {
        answer = async stream =>
        {
            await ReadAll(stream);
            await stream.WriteAsync("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0"u8.ToArray());
        };
        var id = await alice.Upload([1, 2, 3]);
        await host.RunQueues();
        var file = await alice.Read(id);
        Assert.Equal(("scanning", "failed", "limits_exceeded"), (file.Status, file.Scan!.Result, file.Scan.Reason));
        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.RunTimer("files-sweep");
        Assert.Equal(0, await host.RunQueues());
        await Eventually.True(async () =>
            (await (await host.Admin()).WholeAudit("?type=file-not-scanned")).Any(entry => entry.Target == id));
    }

    [Fact]
    public async Task A_scanner_that_is_silent_is_given_up()
    {
        answer = async stream => await Task.Delay(Timeout.Infinite, stop.Token);
        var scanner = new ClamAvScanner(host.Service<Settings>().Scan) { Patience = TimeSpan.FromMilliseconds(50) };
        await Assert.ThrowsAsync<NoVerdictException>(() => scanner.Scan(new MemoryStream([1]), 1, default));
        answer = async stream =>
        {
            await ReadAll(stream);
            await stream.WriteAsync("stream: OK\0"u8.ToArray());
        };
        // Storage that sends fewer bytes than there are makes no clean file of them.
        await Assert.ThrowsAsync<NoVerdictException>(() => scanner.Scan(new MemoryStream([1]), 2, default));
    }

    [Fact]
    public async Task Without_a_scanner_no_tenant_can_ask_for_it_and_those_that_did_get_no_file()
    {
        await using var bare = await TestHost.Start();
        var (admin, bob) = (await bare.Admin(), await bare.As("bob"));
        await admin.Send(HttpMethod.Patch, "settings", new { malwareScanning = true }).Fails(409, "no_scanner");
        await (await bare.Operator()).Send(HttpMethod.Patch, "tenants/demo", new { malwareScanning = true }).Fails(409, "no_scanner");
        await bare.Send(HttpMethod.Post, "/demo/admin/files-scan", admin.Token).Fails(409, "no_scanner");
        // As if there had been one before.
        var tenants = bare.Service<TenantStore>();
        var demo = (await tenants.FindNow("demo", default))! with { MalwareScanning = true };
        Assert.True(await tenants.TryReplace(demo, default));
        var id = await bob.Upload([1, 2, 3]);
        await bare.RunQueues();
        Assert.Equal("scanning", (await bob.Read(id)).Status);
        await bob.Send(HttpMethod.Get, $"/{id}/download").Fails(409, "file_scanning");
        var state = await bare.Send(HttpMethod.Get, "/demo/admin/files-scan", admin.Token).Read<ScanningAnswer>();
        Assert.Equal((true, "none"), (state.Enabled, state.Scanner));
        Assert.Contains(bare.Log.Lines, line => line.Contains("there is none (Latchkey__Scan__Mode)", StringComparison.Ordinal));
        // Turning it off needs none, and is for new files.
        await admin.Patch("settings", new { malwareScanning = false });
        Assert.Equal("scanning", (await bob.Read(id)).Status);
        Assert.Equal("available", (await bob.Read(await bob.Upload([1]))).Status);
    }

    [Theory, InlineData("clamav.internal"), InlineData("clamav.internal:0"), InlineData("unix:clamd.ctl"), InlineData(":3310")]
    public void An_address_that_is_none_stops_the_start(string address)
    {
        var fault = Assert.Throws<SettingsException>(() => LocalHost.LocalApp.Build(new Dictionary<string, string?>
        {
            ["Latchkey:Scan:Mode"] = "ClamAv",
            ["Latchkey:Scan:Address"] = address,
        }, _ => { }));
        Assert.Contains("Latchkey__Scan__Address must be like", fault.Message, StringComparison.Ordinal);
    }

    async Task Serve()
    {
        while (!stop.IsCancellationRequested)
        {
            using var client = await listener.AcceptTcpClientAsync(stop.Token);
            try
            {
                await answer(client.GetStream());
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException)
            {
                // The test has seen enough.
            }
        }
    }

    // The command, chunks with their lengths, and a length of zero.
    static async Task ReadAll(NetworkStream stream)
    {
        var head = new byte["zINSTREAM\0".Length];
        await stream.ReadExactlyAsync(head);
        Assert.Equal("zINSTREAM\0", Encoding.ASCII.GetString(head));
        var length = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(length);
            var bytes = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(length);
            if (bytes == 0) return;
            await stream.ReadExactlyAsync(new byte[bytes]);
        }
    }
}
