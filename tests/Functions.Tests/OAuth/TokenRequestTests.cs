using System.Net.Sockets;
using System.Text;
using Latchkey.Storage;

namespace Latchkey.Tests.OAuth;

/// <summary>Malformed token requests: a 4xx with a stable code, and nothing written.</summary>
public sealed class TokenRequestTests(DemoHost demo) : IClassFixture<DemoHost>
{
    const string Form = "application/x-www-form-urlencoded";
    const string Good = "grant_type=client_credentials&client_id=service&client_secret=service-secret-for-local-runs-only";

    readonly TestHost host = demo.Host;

    public static TheoryData<string, string, int, string> Malformed => new()
    {
        { "application/json", "{\"grant_type\":\"client_credentials\"}", 400, "invalid_request" },
        { "text/plain", Good, 400, "invalid_request" },
        { "nonsense;;;", Good, 400, "invalid_request" },
        { Form, "", 400, "invalid_request" },
        { Form, "client_id=service", 400, "invalid_request" },
        { Form, Good + "&client_id=service", 400, "invalid_request" },
        { Form, Good + "&scope=&scope=files.read", 400, "invalid_request" },
        { Form, Good + "&scope=%FF%FE", 400, "invalid_request" },
        { Form, Good + "&scope=%C0%80", 400, "invalid_request" },
        { Form, Good + "&scope=%00", 400, "invalid_request" },
        { Form, Good + "&scope=%4", 400, "invalid_request" },
        { Form, Good + "&scope=%zz", 400, "invalid_request" },
        { Form, Good + string.Concat(Enumerable.Range(0, 100).Select(n => $"&p{n}=1")), 400, "invalid_request" },
        { Form, Good + "&scope=%C3%A9", 400, "invalid_scope" },
        { Form, Good + "&scope=a%22b", 400, "invalid_scope" },
        { Form, "grant_type=client_credentials&client_id=first-party", 400, "unauthorized_client" },
        { Form, "grant_type=magic&client_id=first-party", 400, "unsupported_grant_type" },
        { Form, "grant_type=password&client_id=service&client_secret=service-secret-for-local-runs-only", 400, "unauthorized_client" },
        { Form, "grant_type=password&client_id=first-party&username=alice", 400, "invalid_request" },
        { Form, "grant_type=refresh_token&client_id=first-party", 400, "invalid_request" },
        { Form, "grant_type=client_credentials", 401, "invalid_client" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Malformed_requests_get_a_stable_error(string contentType, string body, int status, string error)
    {
        var before = host.Service<RoundTrips>().Count;
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        var answer = await host.Http.PostAsync("/demo/oauth/token", content);
        var json = await TestHost.Json(answer, status);
        Assert.Equal(error, json.GetProperty("error").GetString());
        Assert.Matches(@"\A[ !#-\[\]-~]+\z", json.GetProperty("error_description").GetString()); // RFC 6749 §5.2
        Assert.InRange(host.Service<RoundTrips>().Count - before, 0, 3); // The tenant with its webhooks, and the client, if not cached.
    }

    [Fact]
    public async Task Parameters_in_the_query_string_are_refused()
    {
        var answer = await host.Http.PostAsync("/demo/oauth/token?" + Good, new StringContent(Good, Encoding.UTF8, Form));
        Assert.Equal("invalid_request", (await TestHost.Json(answer, 400)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_huge_body_gets_413()
    {
        var answer = await host.Http.PostAsync("/demo/oauth/token",
            new StringContent(Good + "&x=" + new string('a', 70_000), Encoding.UTF8, Form));
        Assert.Equal("body_too_large", (await TestHost.Json(answer, 413)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_huge_body_without_a_length_gets_413()
    {
        var endless = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(Good + "&x=" + new string('a', 70_000))));
        endless.Headers.TryAddWithoutValidation("Content-Type", Form);
        var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token") { Content = endless };
        request.Headers.TransferEncodingChunked = true;
        Assert.Equal("body_too_large", (await TestHost.Json(await host.Http.SendAsync(request), 413)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_truncated_body_is_no_server_fault()
    {
        using (var socket = new TcpClient("127.0.0.1", host.Http.BaseAddress!.Port))
        {
            var head = $"POST /demo/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: {Form}\r\nContent-Length: 500\r\n\r\n{Good}";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        }
        await Task.Delay(200);
        Assert.DoesNotContain(host.Log.Lines, line =>
            line.StartsWith("Critical", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("DEMO")]
    [InlineData("de%20mo")]
    [InlineData("%00")]
    [InlineData("d%2Femo")]
    [InlineData("demo%E2%80%AE")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task An_unknown_tenant_gets_404(string tenant)
    {
        var answer = await host.Http.PostAsync($"/{tenant}/oauth/token", new StringContent(Good, Encoding.UTF8, Form));
        Assert.InRange((int)answer.StatusCode, 400, 404); // Kestrel itself answers %00.
        if (tenant is "nobody" or "DEMO")
            Assert.Equal("unknown_tenant", (await TestHost.Json(answer, 404)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_web_view_s_origin_may_read_the_answer_and_a_foreign_one_may_not()
    {
        foreach (var (origin, allowed) in new[] { ("capacitor://localhost", true), ("https://evil.example", false), ("null", false) })
        {
            var preflight = new HttpRequestMessage(HttpMethod.Options, "/demo/oauth/token");
            preflight.Headers.Add("Origin", origin);
            preflight.Headers.Add("Access-Control-Request-Method", "POST");
            var answer = await host.Http.SendAsync(preflight);
            Assert.Equal(204, (int)answer.StatusCode);
            Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        }
    }
}
