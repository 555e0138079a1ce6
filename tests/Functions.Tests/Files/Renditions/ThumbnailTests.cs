using System.Net;
using Azure.Core;
using ImageMagick;
using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Files.Renditions;

/// <summary>Pictures have thumbnails: made once by the queue, from the bytes that were checked, and gone with the file.</summary>
public sealed class ThumbnailTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    const long MostMemory = 600 << 20; // Other tests take some at the same time.

    readonly TestHost host = demo.Host;

    public Task InitializeAsync() => host.RunQueues(); // What the test before has left.

    public Task DisposeAsync() => Task.CompletedTask;

    public static TheoryData<string, string> Types => new()
    {
        { "image/jpeg", "Jpeg" }, { "image/png", "Png" }, { "image/gif", "Gif" }, { "image/webp", "WebP" }, { "image/avif", "Avif" },
        { "image/tiff", "Tiff" }, { "image/bmp", "Bmp" }, { "image/heic", "Heic" },
    };

    [Theory, MemberData(nameof(Types))]
    public async Task Every_type_of_picture_has_a_thumbnail(string type, string format)
    {
        var bytes = format == "Heic" ? Pictures.Heic : Pictures.Of(Enum.Parse<MagickFormat>(format), 192, 128);
        var alice = await host.As("alice");
        var id = await alice.Upload(bytes, "picture", contentType: type);
        using var shown = await Shown(alice, id, 128);
        Assert.Equal(format == "Heic" ? (48u, 32u) : (128u, 85u), (shown.Width, shown.Height));
        AssertRedThenBlue(shown);
    }

    [Fact]
    public async Task A_thumbnail_is_made_after_the_upload_and_its_URL_may_be_kept()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(Pictures.Of(MagickFormat.Jpeg, 600, 400), "Grüße.jpg", contentType: "image/jpeg");
        Assert.Equal("""{"state":"pending"}""", await State(alice, id));
        var pending = await alice.Send(HttpMethod.Get, $"/{id}/thumbnail");
        await pending.Fails(409, "thumbnail_pending");
        Assert.Equal(TimeSpan.FromSeconds(3), pending.Headers.RetryAfter!.Delta);

        Assert.Equal(1, await host.RunQueues()); // The request did not send a second message.
        Assert.Equal("""{"state":"ready","sizes":[128,512,2048]}""", await State(alice, id));
        var url = await Url(alice, id, "");
        Assert.Equal(url, await Url(alice, id, "?size=512"));
        Assert.NotEqual(url, await Url(alice, id, "?size=128"));
        using var served = await FilesClient.Fetch(url);
        Assert.Equal("image/webp", served.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("inline", "Grüße.webp"),
            (served.Content.Headers.ContentDisposition?.DispositionType, served.Content.Headers.ContentDisposition?.FileNameStar));
        Assert.Contains("immutable", served.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var preview = await Shown(alice, id, 2048);
        Assert.Equal((600u, 400u), (preview.Width, preview.Height)); // Never enlarged.
        await alice.Send(HttpMethod.Get, $"/{id}/thumbnail?size=100").Fails(400, "invalid_query");
        await alice.Send(HttpMethod.Get, $"/{id}/thumbnail?width=128").Fails(400, "invalid_query");
    }

    [Fact]
    public async Task A_small_picture_has_no_more_than_it_needs()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(Pictures.Of(MagickFormat.Png, 60, 20), "icon.png", contentType: "image/png");
        using var shown = await Shown(alice, id, 2048);
        Assert.Equal((60u, 20u), (shown.Width, shown.Height));
        Assert.Equal("""{"state":"ready","sizes":[128]}""", await State(alice, id));
        Assert.Equal([id, $"{id}.128"], (await host.Blobs(id)).Select(blob => blob.Name));
    }

    [Fact]
    public async Task A_photo_stands_upright_and_tells_neither_place_nor_camera()
    {
        var photo = Pictures.Of(MagickFormat.Jpeg, 300, 200, picture =>
        {
            var exif = new ExifProfile();
            exif.SetValue(ExifTag.Model, "Camera of the tests");
            exif.SetValue(ExifTag.GPSLatitude, [new(52), new(30), new(1)]);
            exif.SetValue(ExifTag.Orientation, (ushort)6); // The camera was turned: the top is on the right.
            picture.SetProfile(exif);
            picture.Orientation = Orientation.RightTop;
            picture.SetProfile(ColorProfiles.AdobeRGB1998);
            picture.Comment = "Comment of the tests";
        });
        using (var sent = Pictures.Read(photo, MagickFormat.Jpeg))
        {
            Assert.Equal(Orientation.RightTop, sent.Orientation);
            Assert.NotNull(sent.GetExifProfile()!.GetValue(ExifTag.GPSLatitude));
        }
        var alice = await host.As("alice");
        var id = await alice.Upload(photo, "photo.jpg", contentType: "image/jpeg");
        using var shown = await Shown(alice, id, 512);
        Assert.Equal((200u, 300u, Orientation.Undefined), (shown.Width, shown.Height, shown.Orientation));
        Assert.Empty(shown.ProfileNames);
        Assert.Null(shown.Comment);
        // Red is above blue now, and it is the red of sRGB that the other profile's 220 means.
        var (above, below) = (Color(shown, 100, 20), Color(shown, 100, 280));
        Assert.True(above.R > 235 && above.B < 60, $"{above}");
        Assert.True(below.B > 200 && below.R < 60, $"{below}");
        Assert.Equal(photo, await alice.DownloadBytes(id)); // The file itself is as it was sent.
    }

    [Fact]
    public async Task Of_an_animation_the_first_frame_is_shown_however_many_there_are()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(Pictures.Gif(10_000), "many.gif", contentType: "image/gif");
        using var shown = await Shown(alice, id, 128);
        Assert.True(Color(shown, 0, 0).R > 150);
    }

    public static TheoryData<string, string, string> Bombs => new()
    {
        { "100,000 × 100,000", "image/png", "unreadable" }, // Above the library's own limit.
        { "20,000 × 20,000", "image/png", "too_large" },
        { "40,000 × 1", "image/png", "unreadable" },
        { "a tile of a gigabyte", "image/tiff", "unreadable" },
        { "a hundred scans", "image/jpeg", "too_large" },
        { "64 megapixels in several scans", "image/jpeg", "too_large" },
        { "cut off", "image/png", "unreadable" },
        { "PostScript behind three bytes", "image/jpeg", "unreadable" },
        { "a drawing in words", "image/jpeg", "not_a_picture" },
        { "nothing", "image/bmp", "not_a_picture" },
    };

    [Theory, MemberData(nameof(Bombs))]
    public async Task What_is_no_picture_that_can_be_read_is_marked_and_never_tried_again(string what, string type, string reason)
    {
        var png = Pictures.Of(MagickFormat.Png, 60, 40);
        var bytes = what switch
        {
            "100,000 × 100,000" => Pictures.HollowPng(100_000, 100_000),
            "20,000 × 20,000" => Pictures.HollowPng(20_000, 20_000),
            "40,000 × 1" => Pictures.HollowPng(40_000, 1),
            "a tile of a gigabyte" => Pictures.TiledTiff(31_984),
            "a hundred scans" => Pictures.ProgressiveJpeg(100),
            "64 megapixels in several scans" => Pictures.ProgressiveJpeg(0, 8000),
            "cut off" => png[..(png.Length - 40)],
            "PostScript behind three bytes" => [0xFF, 0xD8, 0xFF, .. "%!PS\n(/etc/passwd) run showpage"u8],
            "a drawing in words" => "push graphic-context\nimage over 0,0 0,0 '/etc/passwd'\npop graphic-context"u8.ToArray(),
            _ => [0],
        };
        var alice = await host.As("alice");
        var id = await alice.Upload(bytes, "bomb", contentType: type);
        var before = ForgetPeak();
        await host.RunQueues();
        Assert.InRange(Peak() - before, long.MinValue, MostMemory);
        Assert.Equal($$"""{"state":"none","reason":"{{reason}}"}""", await State(alice, id));
        var refused = await alice.Send(HttpMethod.Get, $"/{id}/thumbnail").Json(404);
        Assert.Equal(("no_thumbnail", reason), (refused.GetProperty("code").GetString(), refused.GetProperty("reason").GetString()));
        Assert.Equal(0, await host.RunQueues());
        Assert.Single(await host.Blobs(id));
    }

    [Fact]
    public async Task A_picture_in_several_scans_has_a_thumbnail()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(Pictures.ProgressiveJpeg(0), "scans.jpg", contentType: "image/jpeg");
        using var shown = await Shown(alice, id, 128);
        AssertRedThenBlue(shown);
    }

    [Fact]
    public async Task A_picture_that_was_too_large_is_tried_again_once_more_can_be_read()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(Pictures.HollowPng(20_000, 20_000), "large.png", contentType: "image/png");
        await host.RunQueues();
        Assert.Equal("""{"state":"none","reason":"too_large"}""", await State(alice, id));
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        await table.UpdateEntityAsync(
            new Azure.Data.Tables.TableEntity($"demo|{id[..16]}", RowKeys.File(id)) { ["RenditionLimit"] = 1000L }, Azure.ETag.All);
        host.Clock.Advance(TimeSpan.FromMinutes(1)); // Of one file messages are sent at most once a minute.
        await alice.Send(HttpMethod.Get, $"/{id}/thumbnail").Fails(409, "thumbnail_pending");
        Assert.Equal(1, await host.RunQueues());
        await alice.Send(HttpMethod.Get, $"/{id}/thumbnail").Fails(404, "no_thumbnail");
    }

    [Fact]
    public async Task Where_no_thumbnails_are_made_none_is_pending()
    {
        var id = await (await host.As("alice")).Upload(Pictures.Bmp(9, 9), "never.bmp", contentType: "image/bmp");
        var file = (await host.Service<FileStore>().Find("demo", id, default))!;
        Assert.Equal("pending", ThumbnailResponse.Of(file)!.State);
        Assert.Equal(new("none", Reason: "not_available"), ThumbnailResponse.Of(file, () => false));
    }

    [Fact]
    public async Task A_complete_does_not_fail_because_the_queue_has_no_token()
    {
        var id = await (await host.As("alice")).Upload(Pictures.Bmp(9, 9), "asked.bmp", contentType: "image/bmp");
        var address = new Uri("https://127.0.0.1:1/");
        var clients = new StorageClients(
            address, address, address, new NoToken(), host.Service<RoundTrips>(), host.Service<StorageRetries>());
        var requests = new RenditionRequests(new WorkQueues(clients), host.Clock, NullLogger<RenditionRequests>.Instance);
        await requests.Ask((await host.Service<FileStore>().Find("demo", id, default))!);
    }

    [Fact]
    public async Task A_type_that_is_not_on_the_list_is_refused_by_the_library_itself()
    {
        foreach (var (format, text) in ((MagickFormat, string)[])[
            (MagickFormat.Svg, "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"), (MagickFormat.Pdf, "%PDF-1.4"),
            (MagickFormat.Ps, "%!PS"), (MagickFormat.Mvg, "viewbox 0 0 1 1"), (MagickFormat.Msl, "<image/>"), (MagickFormat.Txt, "x"),
            (MagickFormat.Unknown, "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>")])
            Assert.Throws<MagickPolicyErrorException>(() => Pictures.Read(System.Text.Encoding.ASCII.GetBytes(text), format));
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, Pictures.Bmp(1, 1));
        Assert.Throws<MagickPolicyErrorException>(() => new MagickImage($"bmp:{path}")); // Nor a file of ours.
        File.Delete(path);
        Assert.Throws<MagickPolicyErrorException>(() => new MagickImage("xc:red"));

        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration("x.jpg", 4, "image/jpeg"));
        await FilesClient.Stored(begun, "%!PS"u8.ToArray());
        await alice.Complete(begun.Id).Fails(422, "type_mismatch");
        var text2 = await alice.Upload("x"u8.ToArray(), "x.txt", contentType: "text/plain");
        Assert.Null(await State(alice, text2));
        await alice.Send(HttpMethod.Get, $"/{text2}/thumbnail").Fails(404, "no_thumbnail");
        Assert.Equal(0, await host.RunQueues());
    }

    [Fact]
    public async Task Who_may_read_the_file_sees_its_thumbnail_and_nobody_else()
    {
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var id = await alice.Upload(Pictures.Bmp(20, 20), "shared.bmp", contentType: "image/bmp");
        await host.RunQueues();
        await bob.Send(HttpMethod.Get, $"/{id}/thumbnail").Fails(404, "file_not_found");
        await alice.Share(id, new { with = new { user = "bob" }, access = "read" });
        Assert.Equal(HttpStatusCode.OK, (await FilesClient.Fetch(await Url(bob, id, ""))).StatusCode);
        Assert.Equal(2, await host.Trips(() => Url(alice, id, "")));
    }

    [Fact]
    public async Task Thumbnails_are_counted_and_go_with_the_file()
    {
        var alice = await host.As("alice");
        var before = await Bytes();
        var picture = Pictures.Of(MagickFormat.Png, 700, 20);
        var id = await alice.Upload(picture, "counted.png", contentType: "image/png");
        await host.RunQueues();
        var made = (await host.Blobs($"{id}.")).Sum(blob => blob.Properties.ContentLength!.Value);
        Assert.True(made > 0);
        Assert.Equal(before + picture.Length + made, await Bytes());

        await alice.Trash(id);
        await alice.Send(HttpMethod.Get, $"/{id}/thumbnail").Fails(404, "file_not_found");
        await alice.Restore(id);
        await Url(alice, id, "");
        var copy = (await alice.Copy(id, new { })).Id;
        await alice.Read(copy); // Which finishes it.
        Assert.Equal(1, await host.RunQueues()); // A copy has its own.
        await alice.Purge(id);
        Assert.Empty(await host.Blobs(id));
        await Url(alice, copy, "");
        await Books.Balance(host);
        await alice.Purge(copy);
        Assert.Equal(before, await Bytes());
    }

    [Fact]
    public async Task A_message_that_comes_twice_or_late_or_from_a_stranger_does_no_harm()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload(Pictures.Bmp(20, 20), "twice.bmp", contentType: "image/bmp");
        var queues = host.Service<WorkQueues>();
        foreach (var (tenant, file) in ((string, string)[])[("demo", id), ("demo", id), ("demo", new string('a', 32)), ("demo", "../x"),
            ("nobody", id), ("acme", id), ("demo|x", id)])
            await queues.Send(QueueNames.Renditions, new RenditionMessage(tenant, file), default);
        Assert.Equal(8, await host.RunQueues());
        await Books.Balance(host);
        await queues.Send(QueueNames.Renditions, new { file = id }, default);
        Assert.Equal(5, await host.RunQueues());
        var poison = host.Service<StorageClients>().Queues.GetQueueClient(QueueNames.Renditions + QueueNames.PoisonSuffix);
        Assert.Equal($$"""{"v":1,"file":"{{id}}"}""", (await poison.ReceiveMessageAsync()).Value.Body.ToString());
    }

    [Fact]
    public async Task A_picture_that_is_purged_while_its_thumbnails_are_made_leaves_none()
    {
        var alice = await host.As("alice");
        var ids = new List<string>();
        for (var n = 0; n < 4; n++) ids.Add(await alice.Upload(Pictures.Bmp(20 + n, 20), "gone.bmp", contentType: "image/bmp"));
        await Task.WhenAll(ids.Select(alice.Purge).Append(host.RunQueues()));
        await host.RunQueues();
        foreach (var id in ids) Assert.Empty(await host.Blobs(id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task A_picture_that_ended_every_try_is_left_alone_for_a_day_and_one_without_room_too()
    {
        await using var host = await TestHost.Start(settings: new() { ["Latchkey:CacheSeconds"] = "0" });
        var alice = await host.As("alice");
        var id = await alice.Upload(Pictures.Bmp(20, 20), "kills.bmp", contentType: "image/bmp");
        await host.Service<RenditionMaker>().Make("demo", id, isLastTry: true, default);
        Assert.Equal(1, await host.RunQueues());
        Assert.Equal("""{"state":"none","reason":"failed"}""", await State(alice, id));

        var tenants = host.Service<TenantStore>();
        var full = await tenants.Find("demo", default);
        await tenants.Save(full! with { Limits = new() { SpaceBytes = Pictures.Bmp(20, 20).Length } }, default);
        async Task AgainAfterADay()
        {
            host.Clock.Advance(TimeSpan.FromDays(1));
            alice = await host.As("alice");
            await alice.Send(HttpMethod.Get, $"/{id}/thumbnail").Fails(409, "thumbnail_pending");
            Assert.Equal(1, await host.RunQueues());
        }
        await AgainAfterADay();
        Assert.Equal("""{"state":"none","reason":"quota_exceeded"}""", await State(alice, id));
        Assert.Single(await host.Blobs(id));
        await tenants.Save((await tenants.Find("demo", default))! with { Limits = new() }, default);
        await AgainAfterADay();
        Assert.Equal("""{"state":"ready","sizes":[128]}""", await State(alice, id));
    }

    // The process's peak of memory (proc(5)): of Linux, where the tests run; elsewhere nothing is known.
    static long ForgetPeak()
    {
        if (File.Exists("/proc/self/clear_refs")) File.WriteAllText("/proc/self/clear_refs", "5");
        return Peak();
    }

    static long Peak() => !File.Exists("/proc/self/status") ? 0 : 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ')[^2],
        System.Globalization.CultureInfo.InvariantCulture);

    async Task<long> Bytes() =>
        (await host.Service<SpaceQuota>().Read("demo", new Owner("user", await host.UserId("alice")).SpaceKey("demo"), default)).Bytes;

    static async Task<string?> State(FilesClient caller, string id) =>
        (await caller.Send(HttpMethod.Get, $"/{id}").Json()).TryGetProperty("thumbnail", out var state) ? state.GetRawText() : null;

    static async Task<string> Url(FilesClient caller, string id, string query) =>
        (await caller.Send(HttpMethod.Get, $"/{id}/thumbnail{query}").Read<DownloadAnswer>()).Url;

    async Task<MagickImage> Shown(FilesClient caller, string id, int size)
    {
        await host.RunQueues();
        using var served = await FilesClient.Fetch(await Url(caller, id, $"?size={size}"));
        return Pictures.Read(await served.Content.ReadAsByteArrayAsync(), MagickFormat.WebP);
    }

    static void AssertRedThenBlue(MagickImage picture)
    {
        var (left, right) = (Color(picture, (int)picture.Width / 4, 10), Color(picture, (int)picture.Width * 3 / 4, 10));
        Assert.True(left.R > 150 && left.B < 90, $"{left}");
        Assert.True(right.B > 150 && right.R < 90, $"{right}");
    }

    static (byte R, byte G, byte B) Color(MagickImage picture, int x, int y)
    {
        using var pixels = picture.GetPixels();
        var color = pixels.GetPixel(x, y).ToColor()!;
        return (color.R, color.G, color.B);
    }

    sealed class NoToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new Azure.Identity.AuthenticationFailedException("No token.");

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
