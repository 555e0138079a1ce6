using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Latchkey.Tests.Tenancy;

namespace Latchkey.Tests.OpenApi;

/// <summary>The document and its page over HTTP, and its scopes against what the gate asks for.</summary>
public sealed class ServedTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    public static TheoryData<string> All() => [.. Contract.Operations.Select(operation => operation.Id)];

    [Fact]
    public async Task The_document_is_served_to_everybody_and_names_this_origin()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/openapi.json") { Headers = { { "Origin", "https://tools.example" } } };
        request.Headers.Host = "evil.example";
        var answer = await host.Http.SendAsync(request);
        var document = await TestHost.Json(answer, 200);
        Assert.Equal("3.1.1", document.GetProperty("openapi").GetString());
        Assert.Equal(host.Origin, document.GetProperty("servers")[0].GetProperty("url").GetString());
        Assert.Equal($"{host.Origin}/%7Btenant%7D/oauth/token", document.GetProperty("components").GetProperty("securitySchemes")
            .GetProperty("oauth2").GetProperty("flows").GetProperty("authorizationCode").GetProperty("tokenUrl").GetString());
        Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal("public, max-age=300", answer.Headers.CacheControl!.ToString());
        Assert.Equal(Contract.Operations.Count,
            document.GetProperty("paths").EnumerateObject().Sum(path => path.Value.EnumerateObject().Count()));
    }

    [Theory]
    [InlineData("/openapi.json")]
    [InlineData("/openapi")]
    public async Task Whoever_has_this_version_gets_no_second_copy(string path)
    {
        var etag = (await host.Http.GetAsync(path)).Headers.ETag!;
        Assert.False(etag.IsWeak);
        foreach (var (sent, status) in new[] { (etag.ToString(), 304), ($"\"other\", W/{etag}", 304), ("*", 304), ("\"other\"", 200) })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            Assert.True(request.Headers.TryAddWithoutValidation("If-None-Match", sent));
            var answer = await host.Http.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(etag, answer.Headers.ETag);
            Assert.Equal(status == 304, (await answer.Content.ReadAsByteArrayAsync()).Length == 0);
        }
    }

    [Fact]
    public async Task The_page_loads_files_of_ours_and_nothing_else_and_they_are_kept_for_good()
    {
        var page = await host.Http.GetAsync("/openapi");
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; "
                + "frame-ancestors 'none'; base-uri 'none'",
            page.Headers.GetValues("Content-Security-Policy").Single());
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script[^>]*>[^<]", html);
        var files = Regex.Matches(html, "(?:src|href)=\"(?<path>[^\"]+)\"").Select(match => match.Groups["path"].Value)
            .Where(path => path != "/openapi.json").ToList();
        Assert.Equal(4, files.Count);
        foreach (var path in files)
        {
            Assert.Matches(@"^/openapi/[a-z-]+\.[0-9a-f]{16}\.(js|css)$", path);
            var plain = await host.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
            Assert.Equal(path.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/css",
                plain.Content.Headers.ContentType!.MediaType);
            Assert.Equal(["nosniff"], plain.Headers.GetValues("X-Content-Type-Options"));
            Assert.Equal("public, max-age=31536000, immutable", plain.Headers.CacheControl!.ToString());
            Assert.Equal(["Accept-Encoding"], plain.Headers.Vary);
            Assert.Empty(plain.Content.Headers.ContentEncoding);
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", "br, gzip" } } };
            var packed = await host.Http.SendAsync(request);
            Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
            await using var unpack = new GZipStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            await unpack.CopyToAsync(unpacked);
            Assert.Equal(await plain.Content.ReadAsByteArrayAsync(), unpacked.ToArray());
        }
        using var refuses = new HttpRequestMessage(HttpMethod.Get, files[0]) { Headers = { { "Accept-Encoding", "gzip;q=0" } } };
        Assert.Empty((await host.Http.SendAsync(refuses)).Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task A_file_that_the_page_does_not_have_is_not_found() =>
        Assert.Equal("part_not_found",
            (await TestHost.Json(await host.Http.GetAsync("/openapi/viewer.js"), 404)).GetProperty("code").GetString());

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_gate_asks_for_the_scope_that_is_documented(string id)
    {
        var operation = Contract.Operations.Single(operation => operation.Id == id);
        var path = TenantIsolationTests.PathTo(operation.Path.TrimStart('/'), "demo");
        var powerless = (await host.Tokens("demo", "admin", "profile")).AccessToken;
        var request = new HttpRequestMessage(new HttpMethod(operation.Method),
            path)
        { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", powerless) } };
        if (operation.Method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}",
            new MediaTypeHeaderValue("application/json"));
        var answer = await host.Http.SendAsync(request);
        var challenge = answer.Headers.WwwAuthenticate.ToString();
        if (operation.Scope is { } scope)
        {
            Assert.Equal(403, (int)answer.StatusCode);
            Assert.Contains($"error=\"insufficient_scope\", scope=\"{scope}\"", challenge, StringComparison.Ordinal);
        }
        else
        {
            Assert.DoesNotContain("insufficient_scope", challenge, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_tenant_can_have_the_documents_address() => Assert.False(Latchkey.Tenancy.Tenant.IsId("openapi"));
}
