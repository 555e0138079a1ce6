using System.Text;
using Latchkey.Files;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files;

/// <summary>What the first bytes say against what was declared. Bytes stand here as Latin-1.</summary>
public sealed class ContentSnifferTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Page = "<!doctype html><script>alert(1)</script>";
    const string Jpeg = "\u00FF\u00D8\u00FF\u00E0\0\u0010JFIF";
    const string Png = "\u0089PNG\r\n\u001A\n\0\0\0\rIHDR";
    const string Ole = "\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1\0\0";
    const string Zip = "PK\u0003\u0004\u0014\0";
    const string Pe = "MZ\u0090\0\u0003\0\0\0";
    const string Elf = "\u007FELF\u0002\u0001";

    readonly TestHost host = demo.Host;

    public static TheoryData<string, string> Kept => new()
    {
        { "image/jpeg", Jpeg }, { "IMAGE/JPEG; a=b", Jpeg }, { "image/jpg", Jpeg }, { "image/pjpeg", Jpeg }, { "image/x-png", Png },
        { "image/gif", "GIF89a\u0001\0\u0001\0" }, { "image/webp", "RIFF\0\0\0\0WEBPVP8 " },
        { "image/heic", "\0\0\0\u0018ftypheic\0\0\0\0" }, { "image/heif", "\0\0\0\u0018ftypheic\0\0\0\0" },
        { "image/heic", "\0\0\0\u0018ftypmif1\0\0\0\0mif1heic" },
        { "image/avif", "\0\0\0\u0020ftypavif\0\0\0\0" }, { "image/avif", "\0\0\0\u0020ftypmif1\0\0\0\0mif1avif" },
        { "image/heic", "\0\0\0\u0008free\0\0\0\u0008free" },
        { "image/bmp", "BM\u0036\0\0\0\0\0\0\0\u0036\0\0\0\u0028\0\0\0\u0001\0\0\0\u0001\0\0\0" },
        { "image/x-ms-bmp", "BM\u0036\0\0\0\0\0\0\0\u0036\0\0\0\u0028\0\0\0\u0001\0\0\0\u0001\0\0\0" },
        { "image/x-adobe-dng", "II*\0\u0008\0\0\0" }, { "image/x-canon-cr2", "II*\0\u0010\0\0\0CR" }, { "image/x-nikon-nef", "MM\0*" },
        { "image/x-of-some-camera", "II*\0" },
        { "image/svg+xml", "<svg/>" }, { "image/svg+xml", "<?xml version=\"1.0\"?><!-- Inkscape --><svg:svg/>" },
        { "image/svg+xml", "\u001F\u008B\u0008\0" },
        { "application/pdf", "%PDF-1.7" }, { "application/pdf", "\u00EF\u00BB\u00BF%PDF-1.7" }, { "application/pdf", "junk\n%PDF-1.7" },
        { "application/postscript", "%PDF-1.5" },
        { "application/zip", Zip }, { "application/x-zip-compressed", Zip }, { "application/vnd.oasis.opendocument.text", Zip },
        { "application/epub+zip", Zip },
        { "application/java-archive", Zip }, { "application/vnd.android.package-archive", Zip }, { "model/vnd.usdz+zip", Zip },
        { "application/x-own", Zip },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Zip },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Ole },
        { "application/vnd.ms-excel.sheet.macroenabled.12", Zip }, { "application/msword", Ole }, { "application/msword", Zip },
        { "application/msword", "{\\rtf1" },
        { "application/vnd.ms-excel", "name;size\r\n" },
        { "application/vnd.ms-excel", "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook/>" },
        { "application/vnd.oasis.opendocument.text-flat-xml", "<?xml version=\"1.0\"?><office:document/>" },
        { "application/vnd.ms-outlook", Ole }, { "application/x-msi", Ole },
        { "video/mp4", "\0\0\0\u0018ftypisom\0\0\0\0" }, { "audio/mp4", "\0\0\0\u0018ftypmp42\0\0\0\0" },
        { "audio/x-m4a", "\0\0\0\u0018ftypM4A \0\0\0\0" }, { "video/3gpp", "\0\0\0\u0018ftyp3gp5\0\0\0\0" },
        { "video/mp4", "\0\0\0\u0008skip\0\0\0\u0018ftypisom\0\0\0\0" }, { "video/mp4", "\0\0\0\u0008wide\0\0\u0010\0mdat" },
        { "video/mp4", "\0\0\u0010\0moov\0\0\0\u006Cmvhd" },
        { "video/quicktime", "\0\0\0\u0014ftypqt  " }, { "video/quicktime", "\0\0\0\u0008wide" }, { "video/quicktime", "\0\0\u0010\0mdat" },
        { "video/webm", "\u001AE\u00DF\u00A3\u009FB\u0082\u0084webm" }, { "audio/webm", "\u001AE\u00DF\u00A3\u009FB\u0082\u0084webm" },
        { "video/x-matroska", "\u001AE\u00DF\u00A3\u009FB\u0082\u0088matroska" },
        { "audio/ogg", "OggS\0\u0002" }, { "audio/opus", "OggS\0\u0002" }, { "application/ogg", "OggS\0\u0002" },
        { "video/ogg", "OggS\0\u0002" },
        { "audio/wav", "RIFF\0\0\0\0WAVEfmt " }, { "audio/vnd.wave", "RIFF\0\0\0\0WAVEfmt " }, { "audio/x-flac", "fLaC\0\0\0\"" },
        { "audio/flac", "ID3\u0004\0\0\0\0\0\u0002\0\0fLaC\0\0\0\"" }, { "audio/aac", "ID3\u0004\0\0\0\0\u0010\0" },
        { "audio/mp3", "ID3\u0004\0\0\0\0\0\0" }, { "audio/mpeg", "\u00FF\u00FB\u0090" },
        { "audio/amr", "#!AMR\n" }, { "audio/x-mpegurl", "#EXTM3U\nhttp://radio.example/?var x = 1\n" },
        { "image/x-xpixmap", "/* XPM */\nstatic char * x[] = {" }, { "video/mp2t", "export class A { f() { return window.x; } }" },
        { "image/x-of-a-new-kind", "whatever" }, { "image/jpeg", "whatever" }, { "image/jpeg", "\u00FF\u00D8" },
        { "audio/mpeg", "\u0001\u0002" },
        { "text/html", Page }, { "text/html", "<p>x" }, { "text/plain", Page }, { "text/markdown", "<h1 align=\"center\">x</h1>" },
        { "text/x-python", "#!/usr/bin/python" }, { "application/x-sh", "#!/bin/sh" },
        { "application/x-php", "<?php" }, { "text/javascript", "#!/usr/bin/env node" }, { "application/xml", "<note/>" },
        { "application/gpx+xml", "<?xml version=\"1.0\"?><gpx/>" },
        { "application/xhtml+xml", "<!DOCTYPE html><html xmlns=\"http://www.w3.org/1999/xhtml\"/>" }, { "application/x-msdownload", Pe },
        { "application/octet-stream", Pe }, { "application/octet-stream", Page },
        { "application/x-own", Page }, { "application/x-own", Png }, { "multipart/related", "From: x\r\nMIME-Version: 1.0\r\n" },
        { "message/rfc822", "From: x\r\n\r\n<html>" },
        { "text/plain", "The free software" }, { "text/csv", "MAC address;host" }, { "text/csv", "CWS,12" }, { "text/plain", "FWS 2024" },
        { "text/plain", "dex\n1" }, { "application/sql", "MAC x" },
        { "application/x-tar", "MAC notes/" + Run(247) + "ustar\0" }, { "application/x-apple-diskimage", "BZh91AY&SY\0" },
        { "model/3mf", Zip }, { "application/vnd.ms-package.3dmanufacturing-3dmodel+xml", Zip },
        { "application/xml", "<article xmlns=\"http://docbook.org/ns/docbook\"/>" }, { "text/xml", "<table/>" },
        { "application/mathml+xml", "<math/>" }, { "application/rls-services+xml", "#![allow(dead_code)]" },
        { "video/mp2t", "import x from 'y';\nconst a = `<form><img></form>`;" }, { "audio/x-ms-wax", "<asx version=\"3.0\"/>" },
        { "image/svg+xml", "<!--" + Run(20_000, ' ') + "--><svg/>" },
        { "image/jls", "\u00FF\u00D8\u00FF\u00F7\0\u000B" }, { "video/x-mjpeg", Jpeg }, { "image/x-coreldraw", Zip },
        { "image/vnd.fpx", Ole }, { "image/x-compressed-xcf", "\u001F\u008B\u0008\0" }, { "image/vnd.ms-dds", "DDS \u007C\0" },
        { "video/x-m4v", "\0\0\0\u0020ftypM4V \0\0\0\0M4V M4A mp42isom" }, { "video/mp4", "\0\0\0\u0018ftypmp42\0\0\0\0M4A mp42" },
        { "audio/mp4", "\0\0\0\u0018ftypmp42\0\0\0\0M4A mp42" }, { "audio/vnd.audible.aax", "\0\0\0\u0018ftypaax \0\0\0\0aax M4B " },
        { "text/plain", "%PDF-1.7" }, { "text/plain", "MZ is a code of Mozambique" }, { "text/csv", "<name>,<size>" },
        { "application/json", "{\"a\":\"<script>\"}" },
    };

    /// <summary>Declared, bytes, what they are: pictures, sound and film are one family, archives another, documents a third.</summary>
    public static TheoryData<string, string, string> Corrected => new()
    {
        { "image/jpeg", Png, "image/png" }, { "image/png", Jpeg, "image/jpeg" }, { "image/jpeg", "II*\0", "image/tiff" },
        { "image/jpeg", "\0\0\0\u0018ftypheic\0\0\0\0", "image/heic" },
        { "image/heic", Jpeg, "image/jpeg" }, { "image/gif", "\0\0\0\u0018ftypisom\0\0\0\0", "video/mp4" },
        { "image/gif", "RIFF\0\0\0\0WEBPVP8 ", "image/webp" },
        { "video/mp4", "\0\0\0\u0014ftypqt  \0\0\0\0", "video/quicktime" },
        { "video/quicktime", "\0\0\0\u0018ftypisom\0\0\0\0", "video/mp4" },
        { "video/mp4", "\u001AE\u00DF\u00A3\u009FB\u0082\u0084webm", "video/webm" },
        { "audio/mpeg", "\0\0\0\u0018ftypM4A \0\0\0\0", "audio/mp4" }, { "audio/mpeg", "RIFF\0\0\0\0WAVEfmt ", "audio/wav" },
        { "audio/mpeg", "OggS\0\u0002", "audio/ogg" }, { "audio/wav", "ID3\u0003\0\0\0\0\0\0xxxx", "audio/wav" },
        { "image/avif", "\0\0\0\u0018ftypheic\0\0\0\0", "image/heic" }, { "image/x-of-a-new-kind", Png, "image/png" },
        { "audio/mpeg", "\0\0\0\u0018ftypmp42\0\0\0\0isommp42", "audio/mp4" },
        { "audio/mpeg", "\0\0\0\u0018ftypmp42\0\0\0\0isommp42moovhdlrvide", "video/mp4" },
        { "audio/ogg", "\u001AE\u00DF\u00A3\u009FB\u0082\u0084webm A_OPUS", "audio/webm" },
        { "image/jpeg", "\0\0\0\u001Cftypmif1\0\0\0\0mif1avifmiaf", "image/avif" },
        { "application/zip", "Rar!\u001A\u0007\u0001\0", "application/vnd.rar" }, { "application/vnd.rar", Zip, "application/zip" },
        { "application/x-7z-compressed", Zip, "application/zip" },
        { "application/msword", "%PDF-1.4\n\u00E2\u00E3", "application/pdf" },
        { "application/epub+zip", "%PDF-1.7\n\u00E2", "application/pdf" },
    };

    public static TheoryData<string, string, string> Refused => new()
    {
        { "image/jpeg", Page, "text/html" }, { "image/jpeg", " \r\n\t" + Page, "text/html" },
        { "image/jpeg", "\u00EF\u00BB\u00BF" + Page, "text/html" }, { "image/png", "<!-- x --><p>x", "text/html" },
        { "image/png", "<svg/>", "image/svg+xml" },
        { "image/png", "<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"x\" \"y\"><svg/>", "image/svg+xml" },
        { "image/png", "<?xml version=\"1.0\"?><a/>", "application/xml" },
        { "image/png", "<?xml version=\"1.0\"?><html/>", "application/xhtml+xml" }, { "image/svg+xml", Page, "text/html" },
        { "image/svg+xml", "<?xml version=\"1.0\"?><html/>", "application/xhtml+xml" },
        { "image/png", "\u00FF\u00FE<\0h\0t\0m\0l\0>\0", "text/html" }, { "image/png", "\u00FE\u00FF\0<\0h\0t\0m\0l\0>", "text/html" },
        { "image/png", "<\0h\0t\0m\0l\0>\0", "text/html" }, { "audio/mpeg", "\u00FF\u00FE<\0h\0t\0m\0l\0>\0", "text/html" },
        { "image/png", Run(20_000, ' ') + Page, "text/html" },
        { "image/png", string.Concat(Enumerable.Repeat("hello ", 4000)) + "<script>", "text/html" },
        { "image/png", "<table><script>", "text/html" }, { "image/svg+xml", "<div><script>", "text/html" },
        { "application/vnd.ms-excel", "<table><tr>", "text/html" }, { "application/json", "<table>", "text/html" },
        { "video/mp2t", "<script>const a = 1</script>", "text/html" },
        { "image/gif", "GIF89a=1;alert(1)//", "text/javascript" }, { "image/bmp", "BM<script>alert(1)</script>", "text/html" },
        { "image/jpeg", "hello <script>alert(1)</script>", "text/html" },
        { "image/jpeg", "\u0001\u0002<script>alert(1)</script>", "text/html" },
        { "image/jpeg", "var a = 1; document.write(a);", "text/javascript" },
        { "image/png", "(function () { eval('x') })()", "text/javascript" },
        { "image/png", "// x\nimport a from 'b'", "text/javascript" }, { "image/png", "#!/bin/sh\nrm", "application/x-shellscript" },
        { "image/png", "<?php system($x);", "application/x-shellscript" },
        { "image/png", "\u00EF\u00BB\u00BF#!/bin/sh", "application/x-shellscript" },
        { "image/jpeg", Pe, "application/vnd.microsoft.portable-executable" }, { "video/mp4", Elf, "application/x-executable" },
        { "audio/mpeg", "\u00CF\u00FA\u00ED\u00FE\u0007\0\0\u0001", "application/x-mach-binary" },
        { "image/png", "\u00CA\u00FE\u00BA\u00BE\0\0\0\u0034", "application/java-vm" },
        { "image/png", "\0asm\u0001\0\0\0", "application/wasm" },
        { "video/mp4", "CWS\u0009xx\0\0x\u009C", "application/vnd.adobe.flash.movie" },
        { "application/pdf", Pe, "application/vnd.microsoft.portable-executable" }, { "application/pdf", Page, "text/html" },
        { "application/zip", Page, "text/html" }, { "text/plain", Elf, "application/x-executable" },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Page, "text/html" },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Elf, "application/x-executable" },
        { "application/json", Page, "text/html" }, { "font/woff2", Page, "text/html" }, { "image/jpeg", Zip, "application/zip" },
        { "image/jpeg", "7z\u00BC\u00AF'\u001C", "application/x-7z-compressed" },
        { "image/jpeg", "\u001F\u008B\u0008\0", "application/gzip" }, { "image/jpeg", Ole, "application/x-ole-storage" },
        { "video/mp4", "Rar!\u001A\u0007\0", "application/vnd.rar" }, { "image/png", "%PDF-1.7\n", "application/pdf" },
        { "application/pdf", Jpeg, "image/jpeg" }, { "application/pdf", Zip, "application/zip" }, { "application/zip", Png, "image/png" },
        { "application/msword", Jpeg, "image/jpeg" }, { "text/plain", Png, "image/png" }, { "text/csv", Zip, "application/zip" },
        { "image/png", "SQLite format 3\0", "application/vnd.sqlite3" }, { "image/png", "wOF2\0\u0001", "font/woff2" },
        { "audio/x-of-a-new-kind", Page, "text/html" },
    };

    static string Run(int count, char what = '\0') => new(what, count);

    [Theory, MemberData(nameof(Kept))]
    public void What_may_be_what_it_is_called_keeps_its_name(string declared, string bytes) =>
        Assert.Equal(declared, ContentTypeCheck.Compare(declared, Encoding.Latin1.GetBytes(bytes)).StoredType);

    [Theory, MemberData(nameof(Corrected))]
    public void Within_a_family_a_file_is_stored_as_what_it_is(string declared, string bytes, string type) =>
        Assert.Equal(type, ContentTypeCheck.Compare(declared, Encoding.Latin1.GetBytes(bytes)).StoredType);

    [Theory, MemberData(nameof(Refused))]
    public void Active_content_and_what_is_of_another_family_is_refused_by_its_name(string declared, string bytes, string recognized)
    {
        var verdict = ContentTypeCheck.Compare(declared, Encoding.Latin1.GetBytes(bytes));
        Assert.Null(verdict.StoredType);
        Assert.Equal(recognized, verdict.ActualType);
    }

    // Two frames of MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes each.
    [Theory]
    [InlineData(0, "audio/mpeg", "audio/mpeg")]
    [InlineData(1000, "audio/mpeg", "audio/mpeg")]
    [InlineData(30_000, "audio/wav", "audio/mpeg")]
    public void Frames_of_sound_are_found_behind_zeros(int zeros, string declared, string stored)
    {
        var bytes = new byte[zeros + 2 * 417];
        foreach (var at in (int[])[zeros, zeros + 417]) new byte[] { 0xFF, 0xFB, 0x90, 0x64 }.CopyTo(bytes, at);
        Assert.Equal(stored, ContentTypeCheck.Compare(declared, bytes).StoredType);
    }

    [Theory]
    [InlineData("MAC address;host")]
    [InlineData("The free software")]
    [InlineData("ID3 tags explained")]
    public void Text_that_begins_as_something_else_does_is_on_a_list_of_texts(string text) =>
        Assert.Equal("text/plain", ContentTypeCheck.Compare("text/plain", Encoding.Latin1.GetBytes(text)).ActualType);

    [Theory]
    [InlineData("image/jpg", "image/jpeg", true)]
    [InlineData("image/jpeg", "image/pjpeg", true)]
    [InlineData("image/heif", "image/heic", true)]
    [InlineData("application/zip", "application/x-zip-compressed", true)]
    [InlineData("video/x-matroska", "video/matroska", true)]
    [InlineData("audio/mp4", "audio/x-m4a", true)]
    [InlineData("audio/wav", "audio/vnd.wave; codecs=1", true)]
    [InlineData("audio/flac", "audio/x-flac", true)]
    [InlineData("image/tiff", "image/x-adobe-dng", true)]
    [InlineData("application/zip", "application/vnd.oasis.opendocument.text", true)]
    [InlineData("application/vnd.oasis.opendocument.text", "application/zip", false)]
    [InlineData("image/*", "application/x-photoshop", true)]
    [InlineData("image/*", "application/pdf", false)]
    [InlineData("image/*", "image/pdf", false)]
    [InlineData("audio/*", "audio/opus", true)]
    [InlineData("text/plain", "text/html", false)]
    [InlineData("application/octet-stream", "image/png", false)]
    [InlineData("image/png", "image/jpeg", false)]
    public void A_type_is_on_a_list_under_any_of_its_names_or_as_a_kind_of_what_is_there(string allowed, string type, bool isAllowed) =>
        Assert.Equal(isAllowed, ContentTypeCheck.IsAllowed(new FileLimits { ContentTypes = [allowed] }, type));

    [Fact]
    public async Task A_page_that_says_it_is_a_picture_is_refused_and_gone()
    {
        var alice = await host.As("alice");
        var page = Encoding.ASCII.GetBytes(Page);
        var begun = await alice.Begin(FilesClient.Declaration("cat.jpg", page.Length, "image/jpeg"));
        await FilesClient.Stored(begun, page);
        var problem = await alice.Complete(begun.Id).Problem(422);
        Assert.Equal(("type_mismatch", "image/jpeg", "text/html"), (problem.Code,
            problem.Text("declared"), problem.Text("actual")));
        var blocks = await alice.BeginBlocks(FilesClient.Declaration("cat.jpg", page.Length, "image/jpeg"));
        await FilesClient.Block(blocks.Url, BlockPlan.Id(0), page);
        await alice.Complete(blocks.Id, 1).Fails(422, "type_mismatch");
        Assert.Empty(await host.Blobs(begun.Id));
        Assert.Empty(await host.Blobs(blocks.Id));
    }

    [Fact]
    public async Task Above_the_bound_a_hash_is_recorded_as_declared_and_not_as_verified()
    {
        await using var bounded = await TestHost.Start(settings: new() { ["Latchkey:Files:VerifyBytes"] = "3" });
        var alice = await bounded.As("alice");
        var wrong = FilesClient.Md5([0]);
        foreach (var resumable in (bool[])[true, false])
        {
            var declared = FilesClient.Declaration(size: 4, md5: wrong);
            var begun = resumable ? await alice.BeginBlocks(declared) : await alice.Begin(declared);
            if (resumable) await FilesClient.Block(begun.Url, BlockPlan.Id(0), [1, 2, 3, 4]);
            else await FilesClient.Stored(begun, [1, 2, 3, 4], put => put.Content!.Headers.ContentMD5 = null);
            var file = await alice.Completed(begun.Id, resumable ? 1 : null);
            Assert.False(file.Md5Verified);
            Assert.Null(file.Sha256Verified);
            // What is not verified is not handed to those who download either.
            Assert.NotEqual(wrong, (await alice.Download(begun.Id)).Content.Headers.ContentMD5);
        }
        var small = await alice.Begin(FilesClient.Declaration(md5: FilesClient.Md5([1, 2, 3])));
        await FilesClient.Stored(small, [1, 2, 3]);
        Assert.True((await alice.Completed(small.Id)).Md5Verified);
    }
}
