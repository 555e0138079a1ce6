using System.Security.Cryptography;
using System.Text;
using ImageMagick;
using Latchkey.Files;
using Latchkey.Tests.Files.Renditions;

namespace Latchkey.Tests.Files;

/// <summary>Pictures lose the place where they were taken, in a tenant that wants it, and nothing else.</summary>
public sealed class LocationTests(LocationTests.StrippingHost stripping) : IClassFixture<LocationTests.StrippingHost>
{
    const string Place = "52,30.1234N";

    readonly TestHost host = stripping.Host;

    public static TheoryData<string, string> Types => new()
    {
        { "image/jpeg", "Jpeg" }, { "image/png", "Png" }, { "image/webp", "WebP" }, { "image/avif", "Avif" }, { "image/tiff", "Tiff" },
        { "image/heic", "Heic" },
    };

    // Made once by heif-enc of libheif 1.15.1, its place and all else by exiftool 12.57: nothing here writes HEIC.
    static byte[] Heic => File.ReadAllBytes(Repository.Path("tests/Functions.Tests/Files/Renditions/located.heic"));

    [Theory, MemberData(nameof(Types))]
    public async Task A_picture_is_served_without_its_place_and_with_all_else(string type, string format)
    {
        var read = Enum.Parse<MagickFormat>(format);
        var photo = read == MagickFormat.Heic ? Heic : Photo(read);
        Assert.True(HasPlace(photo, read), "The picture of the test has no place.");
        var alice = await host.As("alice");
        var begun = await alice.Begin(
            FilesClient.Declaration("photo", photo.Length, type, md5: FilesClient.Md5(photo), sha256: SHA256.HashData(photo)));
        await FilesClient.Stored(begun, photo);
        var file = await alice.Completed(begun.Id);
        var served = await alice.DownloadBytes(begun.Id);
        Assert.Equal((photo.Length, true), (served.Length, file.LocationRemoved));
        Assert.False(HasPlace(served, read));
        // What the record says is true of what is served.
        Assert.Equal((Convert.ToBase64String(FilesClient.Md5(served)), Convert.ToHexStringLower(SHA256.HashData(served)), true, true),
            (file.Md5, file.Sha256, file.Md5Verified, file.Sha256Verified));
        using var before = Pictures.Read(photo, read);
        using var after = Pictures.Read(served, read);
        Assert.Equal(before.Signature, after.Signature); // Every pixel.
        if (before.GetExifProfile()?.GetValue(ExifTag.Model) is { } model)
            Assert.Equal(model.Value, after.GetExifProfile()?.GetValue(ExifTag.Model)?.Value);
        Assert.Null(after.GetExifProfile()?.GetValue(ExifTag.GPSLatitude));
        if (before.GetXmpProfile() is not null && format is not ("Png" or "Tiff"))
            Assert.Contains("A title", Encoding.UTF8.GetString(after.GetXmpProfile()!.ToByteArray()!), StringComparison.Ordinal);
        // The phone that asks again knows it by what it has sent.
        var known = await alice.Send(HttpMethod.Post, "/known",
            new { items = new[] { new { sha256 = Convert.ToHexStringLower(SHA256.HashData(photo)) } } }).Json();
        Assert.Equal(begun.Id, known.GetProperty("items")[0].GetProperty("id").GetString());
        IsOnlyClean(begun.Id, await host.Blobs(begun.Id)); // What was uploaded is nowhere.
        await FilesClient.Put(begun, photo); // Until the same URL writes it once more.
        await alice.Purge(begun.Id);
        Assert.Empty(await host.Blobs(begun.Id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_is_served_stays_the_same_whatever_another_complete_writes_later()
    {
        var alice = await host.As("alice");
        var (photo, other) = (Photo(MagickFormat.Jpeg), Photo(MagickFormat.Jpeg));
        "Camera of the other"u8.CopyTo(other.AsSpan(other.AsSpan().IndexOf("Camera of the tests"u8)));
        var begun = await alice.BeginBlocks(FilesClient.Declaration("blocks.jpg", photo.Length, "image/jpeg"));
        var (files, verdicts) = (host.Service<FileStore>(), host.Service<ScanVerdicts>());
        var upload = (await files.Find("demo", begun.Id, default))!;
        async Task<VerifiedUpload> Erased(byte[] bytes)
        {
            await FilesClient.Block(begun.Url, BlockPlan.Id(0), bytes);
            var verified = await host.Service<StagedUpload>().Verify(upload, blocks => blocks.Uncommitted, default);
            return await host.Service<LocationRemoval>().Run(upload, verified, default);
        }
        var first = await Erased(photo);
        var late = await Erased(other); // By another instance, which is slow.
        var complete = (upload with { Clean = first.Clean }).Complete(host.Clock.Now, scan: true);
        Assert.True(await files.TryComplete(complete, default));
        // A verdict about the one is none about the other.
        await verdicts.Apply(complete with { Clean = late.Clean }, ScanVerdict.Clean, default);
        Assert.Equal("scanning", (await alice.Read(begun.Id)).Status);
        await verdicts.Apply(complete, ScanVerdict.Clean, default);
        var served = await alice.DownloadBytes(begun.Id);
        Assert.Equal((await alice.Read(begun.Id)).Sha256, Convert.ToHexStringLower(SHA256.HashData(served)));
        Assert.Contains("Camera of the tests", Encoding.Latin1.GetString(served), StringComparison.Ordinal);
        await Swept();
        IsOnlyClean(begun.Id, await host.Blobs(begun.Id));
        Assert.Equal(served, await alice.DownloadBytes(begun.Id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_was_uploaded_as_a_version_goes_with_the_verdict_that_makes_another_blob_its_bytes()
    {
        var alice = await VersionsClient.Of(host);
        var (photo, files) = (Photo(MagickFormat.Jpeg), host.Service<FileStore>());
        var id = await alice.Upload([1], "scanned.jpg");
        var upload = (await files.Find("demo", await alice.SendVersion(id, photo, contentType: "image/jpeg"), default))!;
        var verified = await host.Service<SingleUpload>().Verify(upload, default);
        var clean = (await host.Service<LocationRemoval>().Run(upload, verified, default)).Clean;
        Assert.True(await files.TryComplete((upload with { Clean = clean }).Complete(host.Clock.Now, scan: true), default));
        await host.Service<ScanVerdicts>().Apply((await files.Find("demo", upload.Id, default))!, ScanVerdict.Clean, default);
        Assert.Equal(2, (await alice.Read(id)).Version);
        IsOnlyClean(upload.Id, await host.Blobs(upload.Id));
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_a_complete_made_that_died_is_gone_though_the_tenant_keeps_places_by_now()
    {
        var (alice, admin) = (await host.As("alice"), await host.Admin());
        var photo = Photo(MagickFormat.Jpeg);
        var begun = await alice.Begin(FilesClient.Declaration("photo.jpg", photo.Length, "image/jpeg"));
        await FilesClient.Stored(begun, photo);
        var upload = (await host.Service<FileStore>().Find("demo", begun.Id, default))!;
        var verified = await host.Service<SingleUpload>().Verify(upload, default);
        await host.Service<LocationRemoval>().Run(upload, verified, default);
        Assert.Equal(2, (await host.Blobs(begun.Id)).Count);
        await admin.Patch("settings", new { removesLocation = false });
        try
        {
            Assert.Null((await alice.Completed(begun.Id)).LocationRemoved);
        }
        finally
        {
            await admin.Patch("settings", new { removesLocation = true });
        }
        await Swept();
        Assert.Equal(begun.Id, Assert.Single(await host.Blobs(begun.Id)).Name);
    }

    [Fact]
    public async Task A_picture_without_a_place_and_what_is_no_picture_stay_what_they_are()
    {
        var alice = await host.As("alice");
        var plain = Pictures.Of(MagickFormat.Jpeg, 60, 40);
        var id = await alice.Upload(plain, "plain.jpg", contentType: "image/jpeg");
        Assert.Equal(plain, await alice.DownloadBytes(id));
        Assert.Null((await alice.Read(id)).LocationRemoved);
        var text = Encoding.UTF8.GetBytes("<rdf:RDF exif:GPSLatitude=\"1\"></rdf:RDF>");
        id = await alice.Upload(text, "x.txt", contentType: "text/plain");
        Assert.Equal(text, await alice.DownloadBytes(id));
    }

    [Fact]
    public async Task A_version_a_copy_and_a_file_in_blocks_have_no_place_either()
    {
        var alice = await VersionsClient.Of(host);
        var photo = Photo(MagickFormat.Jpeg);
        var blocks = await alice.BeginBlocks(FilesClient.Declaration("blocks.jpg", photo.Length, "image/jpeg"));
        await FilesClient.Block(blocks.Url, "MDAwMDAwMDA=", photo);
        await alice.Completed(blocks.Id, 1);
        Assert.False(HasPlace(await alice.DownloadBytes(blocks.Id)));
        var upload = await alice.SendVersion(blocks.Id, photo, contentType: "image/jpeg");
        var replaced = await alice.Completed(upload);
        Assert.Equal((blocks.Id, 2), (replaced.Id, replaced.Version));
        Assert.False(HasPlace(await alice.DownloadBytes(blocks.Id)));
        await alice.RestoreVersion(blocks.Id, blocks.Id);
        Assert.False(HasPlace(await alice.DownloadBytes(blocks.Id)));
        var copy = await alice.Copy(blocks.Id, new { name = "copy.jpg" });
        await Eventually.True(async () => (await alice.Read(copy.Id)).Status == "available");
        var bytes = await alice.DownloadBytes(copy.Id);
        Assert.False(HasPlace(bytes));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), (await alice.Read(copy.Id)).Sha256);
        await host.RunQueues();
        await alice.Send(HttpMethod.Get, $"/{blocks.Id}/thumbnail").Is(200);
        await Books.Balance(host);
        await alice.Purge(blocks.Id);
        Assert.Empty(await host.Blobs(blocks.Id));
        Assert.Empty(await host.Blobs(upload));
    }

    [Theory]
    [InlineData("II+\0 a BigTIFF", "image/tiff")]
    [InlineData("a property that ends nowhere", "image/jpeg")]
    public async Task What_can_not_be_changed_is_refused_and_gone(string what, string type)
    {
        byte[] bytes = type == "image/tiff" ? [.. "II+\0\b\0\0\0"u8, .. Encoding.ASCII.GetBytes(what), .. new byte[200]]
            : [.. Pictures.Of(MagickFormat.Jpeg, 60, 40), .. "<rdf:RDF><rdf:Description exif:GPSLatitude=\"5"u8];
        var alice = await host.As("alice");
        var begun = await alice.Begin(FilesClient.Declaration("odd", bytes.Length, type));
        await FilesClient.Stored(begun, bytes);
        await alice.Complete(begun.Id).Fails(422, "location_not_removable");
        await alice.Send(HttpMethod.Get, $"/{begun.Id}").Fails(404, "file_not_found");
        Assert.Empty(await host.Blobs(begun.Id));
        await Books.Balance(host);
    }

    [Fact]
    public void What_hides_in_a_picture_is_found_wherever_it_is()
    {
        // A second picture behind the first, as phones append them; a motion photo's film; a drone's own names; both orders of bytes.
        var photo = Photo(MagickFormat.Jpeg);
        byte[] film = [0, 0, 0, 30, 0xA9, .. "xyz\0\u0012\u0015\u00C7"u8, .. "+52.5021+013.4021/"u8];
        byte[] two = [.. photo, .. photo, .. film];
        Assert.Equal(Erasure.Done, LocationEraser.Erase(two));
        Assert.False(HasPlace(two));
        Assert.DoesNotContain("+52.5021", Encoding.Latin1.GetString(two), StringComparison.Ordinal);
        foreach (var xmp in (string[])["<rdf:Description drone-dji:GpsLatitude = '52.5' a:b=\"1\"/>",
            "<exif:GPSLatitude>52.5</exif:GPSLatitude><a/>",
            "<exif:GPSLatitude rdf:value=\"52.5\"/>"])
        {
            var bytes = Encoding.UTF8.GetBytes($"<rdf:RDF>{xmp}</rdf:RDF>");
            Assert.Equal(Erasure.Done, LocationEraser.Erase(bytes));
            Assert.DoesNotContain("52.5", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
            System.Xml.Linq.XElement.Parse(Encoding.UTF8.GetString(bytes).Replace("<rdf:RDF>",
                "<rdf:RDF xmlns:rdf=\"r\" xmlns:exif=\"e\" xmlns:drone-dji=\"d\" xmlns:a=\"a\">", StringComparison.Ordinal));
        }
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var slow = new byte[16 << 20]; // Headers, each of which leads to a directory of most of the file.
        for (var at = 0; at < slow.Length; at += 8) "II*\0\0\u0001\0\0"u8.CopyTo(slow.AsSpan(at));
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase(slow));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        var random = new Random(2000);
        for (var n = 0; n < 2000; n++) // Whatever the bytes are, it ends.
        {
            var broken = (byte[])photo.Clone();
            for (var m = 0; m < 20; m++) broken[random.Next(broken.Length)] = (byte)random.Next();
            LocationEraser.Erase(broken);
        }
    }

    [Fact]
    public void What_is_made_to_be_slow_or_large_is_refused_at_once()
    {
        const int most = ushort.MaxValue;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        // Each location would move all entries behind it.
        var moving = Tiff(most, Gps, 4, 1, 0);
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase(Times(10, moving)));
        // Each of 256 values of a location has 64 KiB, all of them the same.
        var values = Tiff(256, 1, 1, 1 << 16, 20_000_000)[8..];
        var clearing = Tiff(1, Gps, 4, 1, 26, values);
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase([.. Times(4000, clearing), .. new byte[21_000_000]]));
        // Each entry leads to 16 directories.
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase(Tiff(most, 0x014A, 4, 16, 8)));
        // No chunk of a PNG is too slow, but all of them are.
        var plain = Tiff(most, 0x0110, 2, 1, 0);
        byte[] chunk = [0, 12, 0, 2, .. "eXIf"u8, .. plain, 0, 0, 0, 0];
        Assert.Equal(0x0C0002, plain.Length);
        Assert.Equal(Erasure.None, LocationEraser.Erase([0x89, .. "PNG\r\n\u001a\n"u8, .. chunk]));
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase([0x89, .. "PNG\r\n\u001a\n"u8, .. Times(40, chunk)]));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_place_that_only_some_programs_find_is_refused()
    {
        byte[] place = [1, 0, .. Entry(1, 2, 2, 'N')];
        Assert.Equal(Erasure.Done, LocationEraser.Erase(Tiff(1, Gps, 4, 1, 26, place)));
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase(Tiff(1, Gps, 3, 1, 26, place)));
        var cut = Tiff(1, Gps, 4, 1, 26, place);
        cut[9] = 1; // 257 entries, of which one is there.
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase(cut));
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase([0xFF, 0xD8, .. "Exif\0\0"u8, .. cut]));
        byte[] large = [1, 1, .. Times(257, Entry(1, 2, 2, 'N'))];
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase(Tiff(1, Gps, 4, 1, 26, large)));
        Assert.Equal(Erasure.Impossible, LocationEraser.Erase(
            "<rdf:RDF><GPSLatitude xmlns=\"http://ns.adobe.com/exif/1.0/\">5</GPSLatitude></rdf:RDF>"u8.ToArray()));
        // By chance, the same four bytes are in any large picture.
        byte[] chance = [0xFF, 0xD8, .. "II*\0"u8, 8, 0, 0, 0, 0xFF, 0xFF, .. Enumerable.Repeat((byte)0xEE, 400)];
        Assert.Equal(Erasure.None, LocationEraser.Erase(chance));
    }

    [Fact]
    public void Behind_the_end_of_a_PNG_may_be_anything()
    {
        var png = Photo(MagickFormat.Png);
        byte[] cropped = [.. png, .. Enumerable.Repeat((byte)0xEE, 20)];
        Assert.Equal(Erasure.Done, LocationEraser.Erase(cropped));
        Assert.False(HasPlace(cropped, MagickFormat.Png));
        byte[] two = [.. png, .. Photo(MagickFormat.Jpeg)];
        Assert.Equal(Erasure.Done, LocationEraser.Erase(two));
        Assert.False(HasPlace(two, MagickFormat.Png));
    }

    const ushort Gps = 0x8825;

    // A TIFF of one directory of so many equal entries, and what follows at 26 if there is one.
    static byte[] Tiff(int count, ushort tag, ushort type, uint number, uint value, params byte[] behind) =>
    [
        .. "II*\0\u0008\0\0\0"u8, (byte)count, (byte)(count >> 8), .. Times(count, Entry(tag, type, number, value)), 0, 0, 0, 0,
        .. behind,
    ];

    static byte[] Entry(ushort tag, ushort type, uint number, uint value) =>
        [.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(number), .. BitConverter.GetBytes(value)];

    static byte[] Times(int count, byte[] bytes)
    {
        var all = new byte[count * bytes.Length];
        for (var n = 0; n < count; n++) bytes.CopyTo(all, n * bytes.Length);
        return all;
    }

    internal static void IsOnlyClean(string id, IReadOnlyList<Azure.Storage.Blobs.Models.BlobItem> blobs) =>
        Assert.StartsWith($"{id}.clean.", Assert.Single(blobs).Name, StringComparison.Ordinal);

    async Task Swept()
    {
        host.Clock.Advance(TimeSpan.FromHours(2));
        await host.RunTimer("sweep-uploads");
        host.Clock.Advance(TimeSpan.FromHours(-2));
    }

    internal static byte[] Photo(MagickFormat format) => Pictures.Of(format, 60, 40, picture =>
    {
        var exif = new ExifProfile();
        exif.SetValue(ExifTag.Model, "Camera of the tests");
        exif.SetValue(ExifTag.GPSLatitude, [new(52), new(30), new(1234567, 100000)]);
        exif.SetValue(ExifTag.GPSLatitudeRef, "N");
        picture.SetProfile(exif);
        picture.SetProfile(new XmpProfile(Encoding.UTF8.GetBytes(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description "
            + $"xmlns:exif=\"http://ns.adobe.com/exif/1.0/\" xmlns:dc=\"d\" dc:title=\"A title\" "
            + $"exif:GPSLatitude=\"{Place}\"/></rdf:RDF></x:xmpmeta>")));
    });

    // By the library, and by the bytes: of the rational number, in either order, and of the text.
    internal static bool HasPlace(byte[] picture, MagickFormat format = MagickFormat.Jpeg)
    {
        var text = Encoding.Latin1.GetString(picture);
        if (text.Contains(Place, StringComparison.Ordinal)) return true;
        var rational = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(rational, 1234567);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(rational.AsSpan(4), 100000);
        if (picture.AsSpan().IndexOf(rational) >= 0) return true;
        rational.AsSpan(0, 4).Reverse();
        rational.AsSpan(4).Reverse();
        if (picture.AsSpan().IndexOf(rational) >= 0) return true;
        using var read = Pictures.Read(picture, format);
        return read.GetExifProfile()?.GetValue(ExifTag.GPSLatitude) is not null;
    }

    public sealed class StrippingHost : IAsyncLifetime
    {
        public TestHost Host { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Host = await TestHost.Start();
            await (await Host.Admin()).Patch("settings", new { removesLocation = true });
        }

        public async Task DisposeAsync() => await Host.DisposeAsync();
    }
}

/// <summary>The process dies at every request while a picture with a place is completed: the place is served at no time.</summary>
public sealed class LocationCrashTests : OnCuttableStorage
{
    FilesClient alice = null!;

    private protected override async Task Prepare()
    {
        await (await host.Admin()).Patch("settings", new { removesLocation = true });
        alice = await host.As("alice");
        await alice.MakeDueTables();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_picture_that_died_anywhere_is_completed_without_its_place(bool answerLost)
    {
        var (photo, made) = (LocationTests.Photo(MagickFormat.Jpeg), new List<Begun>());
        for (var cut = 0; ; cut++)
        {
            var begun = await alice.Begin(FilesClient.Declaration("photo.jpg", photo.Length, "image/jpeg", md5: FilesClient.Md5(photo)));
            await FilesClient.Stored(begun, photo);
            storage.CutAfter(cut, answerLost);
            var answer = await alice.Complete(begun.Id);
            var wasCut = storage.Mend();
            // If only the message for a thumbnail or the deletion of what was uploaded was lost, nobody is told.
            if ((int)answer.StatusCode != 200) await answer.Fails(503, "storage_unavailable");
            if ((await alice.Read(begun.Id)).Status == "available") Assert.False(
                LocationTests.HasPlace(await alice.DownloadBytes(begun.Id)));
            Assert.True((await alice.Completed(begun.Id)).LocationRemoved);
            Assert.False(LocationTests.HasPlace(await alice.DownloadBytes(begun.Id)));
            made.Add(begun);
            await FilesClient.Put(begun, photo); // Once more, with the same URL, for which there is room again.
            if (!wasCut) break;
            Assert.True(cut < 30);
        }
        host.Clock.Advance(TimeSpan.FromHours(2));
        await host.RunTimer("sweep-uploads");
        foreach (var begun in made)
        {
            LocationTests.IsOnlyClean(begun.Id, await host.Blobs(begun.Id));
        }
        await Books.Balance(host);
    }

    [Fact]
    public async Task What_was_begun_and_never_completed_leaves_nothing()
    {
        var photo = LocationTests.Photo(MagickFormat.Jpeg);
        var begun = await alice.Begin(FilesClient.Declaration("photo.jpg", photo.Length, "image/jpeg"));
        await FilesClient.Stored(begun, photo);
        // Until the blob without the place is written, and no further.
        for (var cut = 0; (await host.Blobs(begun.Id)).Count < 2; cut++)
        {
            storage.CutAfter(cut, answerLost: true);
            await alice.Complete(begun.Id);
            storage.Mend();
            Assert.True(cut < 30);
        }
        host.Clock.Advance(TimeSpan.FromDays(9));
        for (var n = 0; n < 3; n++) await host.RunTimer("sweep-uploads");
        Assert.Empty(await host.Blobs(begun.Id));
        await Books.Balance(host);
    }
}
