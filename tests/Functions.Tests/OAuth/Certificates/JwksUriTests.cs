using System.Text.Json.Nodes;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Latchkey.Tests.OAuth.Certificates;

/// <summary>Keys of clients at an address of theirs: RFC 7591 §2, decision 0060.</summary>
public sealed class JwksUriTests(DemoHost demo) : IClassFixture<DemoHost>, IAsyncLifetime
{
    static int number;
    readonly TestHost host = demo.Host;
    readonly AppKey first = AppKey.New(), second = AppKey.New();
    WebApplication keys = null!;
    string address = "";
    int reads;
    Func<HttpContext, Task> answer = _ => Task.CompletedTask;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var origin = $"http://127.0.0.1:{Azurite.FreePort()}";
        builder.WebHost.UseUrls(origin);
        keys = builder.Build();
        keys.Run(http =>
        {
            Interlocked.Increment(ref reads);
            return answer(http);
        });
        await keys.StartAsync();
        address = $"{origin}/{Interlocked.Increment(ref number)}.json";
    }

    public async Task DisposeAsync()
    {
        await keys.DisposeAsync();
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task New_keys_are_found_and_old_ones_serve_while_the_address_does_not_answer()
    {
        Serve(first.Set());
        var id = await Add();
        await Token(id, first).Is(200);
        await Token(id, first).Is(200);
        Assert.Equal(1, reads);
        Serve(second.Set());
        await Token(id, second).Refused("invalid_client", 401); // The address was asked a moment ago.
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        await Token(id, second).Is(200);
        await Token(id, first).Refused("invalid_client", 401);
        Assert.Equal(2, reads);
        answer = http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        await Token(id, second).Is(200);
        await Token(id, second).Is(200);
        Assert.Equal(3, reads);
        host.Clock.Advance(TimeSpan.FromMinutes(31));
        var refused = await Token(id, second).Refused("invalid_client", 401);
        Assert.Contains("jwks_uri has no usable keys: its status is 503", refused.ErrorDescription, StringComparison.Ordinal);
        Assert.Equal(4, reads);
        await Token(id, second).Refused("invalid_client", 401);
        Assert.Equal(4, reads);
    }

    [Theory]
    [InlineData("huge", "65536 bytes")]
    [InlineData("redirect", "status is 302")]
    [InlineData("html", "content type is not JSON")]
    [InlineData("garbage", "not valid JSON")]
    [InlineData("empty", "1 to 10 keys")]
    [InlineData("silent", "no connection")]
    public async Task What_is_no_key_set_is_refused_with_the_reason(string kind, string why)
    {
        answer = kind switch
        {
            "redirect" => Redirect,
            "html" => http => http.Response.WriteAsync(first.Set()),
            "silent" => Abort,
            "huge" => http => Json(http, new string(' ', 70_000) + first.Set()),
            "empty" => http => Json(http, """{"keys":[]}"""),
            _ => http => Json(http, "{"),
        };
        var refused = await Token(await Add(), first).Refused("invalid_client", 401);
        Assert.Contains(why, refused.ErrorDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_address_is_not_asked_outside_development()
    {
        Serve(first.Set());
        using var documents = new DocumentHttp(host.Service<Settings>() with { Development = false });
        await Assert.ThrowsAsync<DocumentException>(() => documents.Get(address, 1000, DocumentHttp.NewPlaces(1, 1), default));
        Assert.Equal(0, reads);
    }

    [Fact]
    public async Task Keys_that_serve_are_kept_when_strangers_name_a_thousand_other_addresses()
    {
        Serve(first.Set());
        var id = await Add();
        await Token(id, first).Is(200);
        var sets = host.Service<Latchkey.Access.ClientKeySets>();
        answer = Abort;
        foreach (var some in Enumerable.Range(0, 1050).Chunk(8))
        {
            await Task.WhenAll(some.Select(other => Assert.ThrowsAsync<OAuthError>(() => sets.Any(
                new() { Id = "x", Name = "x", Grants = [], Scope = Scope.None, JwksUri = $"{address}?{other}" }, _ => true, default))));
        }
        var before = reads;
        await Token(id, first).Is(200);
        Assert.Equal(before, reads);
    }

    [Fact]
    public async Task The_address_is_checked_and_jwks_must_not_stand_beside_it()
    {
        var admin = await host.Admin();
        object Client(string? jwksUri, string? jwks) => new
        {
            name = "By address",
            authMethod = "private_key_jwt",
            grants = new[] { "client_credentials" },
            scope = new[] { "files.read" },
            jwksUri = jwksUri ?? "",
            jwks = jwks ?? "",
        };
        Assert.Equal(address, (await admin.Post("clients", Client(address, null))).GetProperty("jwksUri").GetString());
        foreach (var (uri, jwks) in new (string?, string?)[]
            {
                ("http://keys.example.com", null), ("https://u:p@keys.example.com/", null), ("https://keys.example.com/#x", null),
                ("keys", null), (null, null), (address, first.Set()),
            })
            await admin.Send(HttpMethod.Post, "clients", Client(uri, jwks)).Fails(400, "invalid_field");
    }

    void Serve(string set) => answer = http => Json(http, set);

    static Task Redirect(HttpContext http)
    {
        http.Response.Redirect("/elsewhere");
        return Task.CompletedTask;
    }

    static Task Abort(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }

    static Task Json(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json);
    }

    async Task<string> Add()
    {
        var id = $"by-address-{Interlocked.Increment(ref number)}";
        await host.AddClient(id, client => client with { AuthMethod = ClientAuthMethod.PrivateKeyJwt, JwksUri = address });
        return id;
    }

    Task<HttpResponseMessage> Token(string id, AppKey key)
    {
        var now = host.Clock.Now.ToUnixTimeSeconds();
        var assertion = key.Sign(new JsonObject { ["alg"] = key.Algorithm }, new JsonObject
        {
            ["iss"] = id,
            ["sub"] = id,
            ["aud"] = $"{host.Origin}/demo",
            ["exp"] = now + 60,
            ["jti"] = $"{Interlocked.Increment(ref number)}",
        });
        return host.Token("demo", ("grant_type", "client_credentials"), ("scope", "files.read"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion));
    }
}
