using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using Latchkey.Protocol;

namespace Latchkey.Tests.OAuth.Certificates;

/// <summary>Client authentication by mutual TLS over real TLS: RFC 8705 §2, §3.3 and §5.</summary>
public sealed class MutualTlsTests(MutualTlsHost mutual) : IClassFixture<MutualTlsHost>
{
    readonly TestHost host = mutual.Host;

    [Theory]
    [InlineData("subject_dn", "cn=payments, O=acme  ag ,C=CH")]
    [InlineData("san_dns", "Payments.example.com")]
    [InlineData("san_uri", "spiffe://example.com/payments")]
    [InlineData("san_ip", "2001:DB8::1")]
    [InlineData("san_email", "payments@Example.com")]
    public async Task A_certificate_of_a_trusted_authority_with_the_registered_name_signs_in(string type, string value)
    {
        var root = await Trust($"root of {type}");
        var admin = await host.Admin();
        var id = $"named-{type}";
        var client = await admin.Post("clients", new
        {
            id,
            name = id,
            authMethod = "tls_client_auth",
            certificateSubject = new { type, value },
            grants = new[] { "client_credentials" },
            scope = new[] { "files.read" },
        });
        Assert.Equal(value, client.GetProperty("certificateSubject").GetProperty("value").GetString());
        Assert.False(client.TryGetProperty("secret", out _));
        using var good = root.Issue("CN=payments, O=Acme AG, C=CH", names =>
        {
            names.AddDnsName("payments.example.com");
            names.AddUri(new Uri("spiffe://example.com/payments"));
            names.AddIpAddress(IPAddress.Parse("2001:db8::1"));
            names.AddEmailAddress("payments@example.com");
        });
        using var other = root.Issue("CN=other, O=Acme AG, C=CH", names =>
        {
            names.AddDnsName("other.payments.example.com");
            names.AddUri(new Uri("spiffe://example.com/Payments"));
            names.AddIpAddress(IPAddress.Parse("2001:db8::2"));
            names.AddEmailAddress("Payments@example.com");
        });
        await mutual.Token(good, id).Is(200);
        var refused = await mutual.Token(other, id).Refused("invalid_client", 401);
        Assert.Equal("Client authentication failed.", refused.ErrorDescription);
    }

    [Theory]
    [InlineData("CN=a,O=b", "O=b, CN=a", true)] // The certificate has the reverse order.
    [InlineData("CN=a,O=b", "CN=a, O=b", false)]
    [InlineData("cn = A , o=B", "O=b, CN=a", true)]
    [InlineData("2.5.4.3=a,O=b", "O=b, CN=a", true)]
    [InlineData("CN=a\\, b,O=c", "O=c, CN=\"a, b\"", true)]
    [InlineData("CN=a\\2C b,O=c", "O=c, CN=\"a, b\"", true)]
    [InlineData("CN=caf\\C3\\A9", "CN=café", true)]
    [InlineData("CN=a", "CN=a, CN=b", false)]
    [InlineData("CN=a,CN=b", "CN=\"a,CN=b\"", false)]
    public void Distinguished_names_are_compared_by_their_attributes(string registered, string issued, bool same) =>
        Assert.Equal(same, DistinguishedName.Parse(registered)!.Equals(DistinguishedName.Read(
            new X500DistinguishedName(issued, X500DistinguishedNameFlags.None).RawData)));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("CN=")]
    [InlineData("CN=a,")]
    [InlineData("CN=a\\")]
    [InlineData("CN=a\\z")]
    [InlineData("CN=\"a")]
    [InlineData("CN=#0401")]
    [InlineData("XX=a")]
    [InlineData("CN=\\ff")]
    public void What_is_no_distinguished_name_is_refused(string text) => Assert.Null(DistinguishedName.Parse(text));

    [Fact]
    public async Task A_registered_certificate_signs_in_and_no_other()
    {
        var (from, to) = (host.Clock.Now.AddDays(-1), host.Clock.Now.AddDays(1));
        using var own = TestAuthority.SelfSigned("CN=self", from, to);
        using var twin = TestAuthority.SelfSigned("CN=self", from, to);
        using var expired = TestAuthority.SelfSigned("CN=old", from.AddDays(-2), from);
        await host.AddClient("self", client =>
            client with { AuthMethod = ClientAuthMethod.SelfSignedTls, Jwks = TestAuthority.Set(own, expired) });
        await mutual.Token(own, "self").Is(200);
        await mutual.Token(twin, "self").Refused("invalid_client", 401);
        var refused = await mutual.Token(expired, "self").Refused("invalid_client", 401);
        Assert.StartsWith("The client certificate expired on ", refused.ErrorDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_certificate_the_client_is_told_where_to_go_and_a_secret_is_no_substitute()
    {
        using var own = TestAuthority.SelfSigned("CN=lost", host.Clock.Now.AddDays(-1), host.Clock.Now.AddDays(1));
        await host.AddClient("lost", client => client with { AuthMethod = ClientAuthMethod.SelfSignedTls, Jwks = TestAuthority.Set(own) });
        var refused = await MutualTlsHost.Token(host.Http, "lost").Refused("invalid_client", 401);
        Assert.Contains("mtls_endpoint_aliases", refused.ErrorDescription, StringComparison.Ordinal);
        await mutual.With(own).PostAsync("/demo/oauth/token", TestHost.Form(("grant_type", "client_credentials"), ("client_id", "lost"),
            ("client_secret", "x"))).Refused("invalid_client", 401);
        await Assert.ThrowsAsync<HttpRequestException>(() => mutual.Token(null, "lost")); // No handshake without one.
    }

    [Fact]
    public async Task A_header_that_the_caller_writes_is_not_the_certificate()
    {
        using var own = TestAuthority.SelfSigned("CN=victim", host.Clock.Now.AddDays(-1), host.Clock.Now.AddDays(1));
        using var thief = TestAuthority.SelfSigned("CN=thief", host.Clock.Now.AddDays(-1), host.Clock.Now.AddDays(1));
        Func<Latchkey.Tenancy.Client, Latchkey.Tenancy.Client> victim =
            client => client with { AuthMethod = ClientAuthMethod.SelfSignedTls, Jwks = TestAuthority.Set(own) };
        await host.AddClient("victim", victim);
        Task<HttpResponseMessage> Forged(HttpClient caller, string value)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/token") { Content = MutualTlsHost.Form("victim") };
            request.Headers.TryAddWithoutValidation("X-ARR-ClientCert", value);
            return caller.SendAsync(request);
        }
        var forged = Convert.ToBase64String(own.RawData);
        await Forged(mutual.With(thief), forged).Refused("invalid_client", 401);
        await Forged(mutual.With(own), "garbage").Is(200);
        // An app that is not the one for mutual TLS believes nobody, whatever the header holds.
        await using var plain = await TestHost.Start();
        await plain.AddClient("victim", victim);
        foreach (var value in new[] { forged, "garbage", new string('A', 20_000) })
            await Forged(plain.Http, value).Refused("invalid_client", 401);
    }

    [Fact]
    public async Task Discovery_names_the_methods_and_the_addresses_that_ask_for_a_certificate()
    {
        var metadata = await host.Http.GetAsync("/demo/.well-known/openid-configuration").Json();
        var aliases = metadata.GetProperty("mtls_endpoint_aliases");
        Assert.Equal($"{mutual.Origin}/demo/oauth/token", aliases.GetProperty("token_endpoint").GetString());
        Assert.Equal(6, aliases.EnumerateObject().Count());
        Assert.True(metadata.GetProperty("tls_client_certificate_bound_access_tokens").GetBoolean());
        Assert.Equal($"{host.Origin}/demo", metadata.GetProperty("issuer").GetString());
        var methods = metadata.GetProperty("token_endpoint_auth_methods_supported").EnumerateArray().Select(one => one.GetString());
        Assert.Contains("tls_client_auth", methods);
        Assert.Contains("self_signed_tls_client_auth", methods);
    }

    [Fact]
    public async Task A_client_registers_itself_for_mutual_TLS()
    {
        var initial = (await (await host.Admin()).Post("initial-tokens", new { uses = 20 })).GetProperty("token").GetString()!;
        Task<HttpResponseMessage> Register(object metadata)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/demo/oauth/register") { Content = JsonContent.Create(metadata) };
            request.Headers.Authorization = new("Bearer", initial);
            return host.Http.SendAsync(request);
        }
        var grants = new[] { "client_credentials" };
        var registered = await Register(new
        {
            grant_types = grants,
            token_endpoint_auth_method = "tls_client_auth",
            tls_client_auth_san_dns = "robot.example.com",
            tls_client_certificate_bound_access_tokens = true,
        }).Json(201);
        Assert.Equal("robot.example.com", registered.GetProperty("tls_client_auth_san_dns").GetString());
        Assert.True(registered.GetProperty("tls_client_certificate_bound_access_tokens").GetBoolean());
        var root = await Trust("root of robots");
        using var robot = root.Issue("CN=robot", names => names.AddDnsName("robot.example.com"));
        await mutual.Token(robot, registered.GetProperty("client_id").GetString()!).Is(200);
        foreach (var bad in new object[]
        {
            new { grant_types = grants, token_endpoint_auth_method = "tls_client_auth" },
            new { grant_types = grants, token_endpoint_auth_method = "tls_client_auth", tls_client_auth_san_dns = "*.example.com" },
            new { grant_types = grants, token_endpoint_auth_method = "tls_client_auth", tls_client_auth_subject_dn = "robot" },
            new { grant_types = grants, token_endpoint_auth_method = "tls_client_auth", tls_client_auth_san_ip = "::1",
                tls_client_auth_san_dns = "a.b" },
            new { grant_types = grants, token_endpoint_auth_method = "self_signed_tls_client_auth" },
            new { grant_types = grants, token_endpoint_auth_method = "self_signed_tls_client_auth",
                jwks = new { keys = new[] { new { kty = "EC", x5c = new[] { "AAAA" } } } } },
        }) await Register(bad).Refused("invalid_client_metadata");
    }

    async Task<TestAuthority> Trust(string name)
    {
        var root = TestAuthority.New(name, host.Clock.Now);
        var admin = await host.Admin();
        await admin.Post("certificate-authorities", new { name, certificates = root.Pem });
        return root;
    }
}
