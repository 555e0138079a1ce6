using Latchkey.Files;

namespace Latchkey.Tests.Files;

/// <summary>Strangers who have the address of a request: what they can take from its owner and from each other.</summary>
public sealed class RequestAbuseTests(RequestAbuseTests.OneHost one) : IClassFixture<RequestAbuseTests.OneHost>
{
    readonly TestHost host = one.Host;

    public sealed class OneHost : IAsyncLifetime
    {
        internal TestHost Host { get; private set; } = null!;

        public async Task InitializeAsync() => // With callers from several addresses.
            Host = await TestHost.Start(settings: new() { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" });

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }

    [Fact]
    public async Task What_is_begun_and_never_sent_takes_little_for_two_hours_at_most_and_nobody_elses_place()
    {
        var alice = await host.As("alice");
        var large = await Ask(alice, new { title = "Large" });
        Assert.Equal(10L << 30, large.MaxTotalBytes);
        Assert.Equal(100L << 30, (await Ask(alice, new { title = "All", maxTotalBytes = long.MaxValue })).MaxTotalBytes);
        var (ada, eve) = (new HandInSender(host, large.Url!), new HandInSender(host, large.Url!, "198.51.100.7"));
        var first = await eve.Begin("a", 5_000_000_000).Read<HandInAnswer>(201);
        Assert.InRange(first.Upload!.ExpiresAt, host.Clock.Now.AddMinutes(119), host.Clock.Now.AddHours(2));
        await eve.Begin("b", 5_000_000_000).Read<HandInAnswer>(201);
        await eve.Begin("c", 5_000_000_000).Fails(409, "request_full");

        var many = await Ask(alice, new { title = "Many", maxFiles = 1000 });
        (ada, eve) = (new HandInSender(host, many.Url!), new HandInSender(host, many.Url!, "198.51.100.7"));
        foreach (var begun in await Task.WhenAll(Enumerable.Range(0, 20).Select(n => eve.Begin($"{n}", 1)))) await begun.Is(201);
        var refused = await eve.Begin("more", 1);
        await refused.Fails(429, "too_many_uploads");
        Assert.NotNull(refused.Headers.RetryAfter);
        await ada.Send([1], "honest");
        Assert.Equal((21, 1), (await Read(alice, many.Id)) is var now ? (now.Files, now.Received) : default);

        host.Clock.Advance(TimeSpan.FromMinutes(131));
        for (var run = 0; run < 2; run++) await host.RunTimer("sweep-uploads"); // What was busy in the first run is swept in the next.
        alice = await host.As("alice");
        Assert.Equal((1, 1), (now = await Read(alice, many.Id)) is not null ? (now.Files, now.Bytes) : default);
        Assert.Equal((0, 0), (now = await Read(alice, large.Id)) is not null ? (now.Files, now.Bytes) : default);
        await new HandInSender(host, large.Url!).Complete(first.Id).Fails(404, "file_not_found");
        await eve.Begin("again", 1).Is(201);
        host.Clock.Advance(-TimeSpan.FromMinutes(131)); // Storage has a clock of its own.
    }

    [Fact]
    public async Task Who_closes_a_request_has_the_space_back_that_was_begun()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new { title = "Closed" });
        await new HandInSender(host, request.Url!).Begin("a", 1_000_000).Is(201);
        await host.Send(HttpMethod.Delete, $"/demo/requests/{request.Id}", alice.Token).Is(204);
        host.Clock.Advance(TimeSpan.FromMinutes(21));
        await host.RunTimer("sweep-uploads");
        Assert.Equal((0, 0), (await Read(await host.As("alice"), request.Id)) is var now ? (now.Files, now.Bytes) : default);
        host.Clock.Advance(-TimeSpan.FromMinutes(21));
    }

    [Fact]
    public async Task Who_has_sent_too_much_that_was_refused_waits_and_the_others_do_not()
    {
        var alice = await host.As("alice");
        var request = await Ask(alice, new { title = "Refused" });
        var (ada, eve) = (new HandInSender(host, request.Url!), new HandInSender(host, request.Url!, "198.51.100.7"));
        for (var n = 0; n < 20; n++)
        {
            var begun = await eve.Begin($"{n}", 1).Read<HandInAnswer>(201);
            await eve.Put(begun, [1, 2]);
            await eve.Complete(begun.Id).Fails(422, "size_mismatch");
        }
        var refused = await eve.Begin("more", 1);
        await refused.Fails(429, "too_many_uploads");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        var id = await ada.Send([1], "honest");
        // From where it came is kept no longer than that.
        Assert.Equal(request.Id, (await host.Service<FileStore>().Find("demo", id, default))!.UploadedBy!.Id);
        host.Clock.Advance(TimeSpan.FromMinutes(61));
        await eve.Begin("more", 1).Is(201);
        host.Clock.Advance(-TimeSpan.FromMinutes(61));
    }

    Task<FileRequestAnswer> Ask(FilesClient caller, object request) =>
        host.Send(HttpMethod.Post, "/demo/requests", caller.Token, request).Read<FileRequestAnswer>(201);

    Task<FileRequestAnswer> Read(FilesClient caller, string id) =>
        host.Send(HttpMethod.Get, $"/demo/requests/{id}", caller.Token).Read<FileRequestAnswer>();
}
