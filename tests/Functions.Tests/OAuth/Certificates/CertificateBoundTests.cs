using System.Security.Cryptography.X509Certificates;
using Latchkey.Protocol;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Tests.OAuth.Certificates;

/// <summary>Tokens that work only with the certificate that they were got with: RFC 8705 §3 and §4.</summary>
public sealed class CertificateBoundTests(MutualTlsHost mutual) : IClassFixture<MutualTlsHost>, IDisposable
{
    readonly TestHost host = mutual.Host;
    readonly X509Certificate2 own = New("CN=own", mutual.Host.Clock.Now), other = New("CN=other", mutual.Host.Clock.Now);

    static X509Certificate2 New(string name, DateTimeOffset now) => TestAuthority.SelfSigned(name, now.AddDays(-1), now.AddDays(1));

    public void Dispose()
    {
        own.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task A_bound_token_works_with_its_certificate_only()
    {
        await host.AddClient("bound", client => client with
        {
            AuthMethod = ClientAuthMethod.SelfSignedTls,
            Jwks = TestAuthority.Set(own, other),
            CertificateBoundTokens = true,
        });
        var answer = await mutual.Token(own, "bound").Read<TokenAnswer>();
        Assert.Equal("Bearer", answer.TokenType);
        var cnf = new JsonWebToken(answer.AccessToken).GetPayloadValue<System.Text.Json.JsonElement>("cnf");
        Assert.Equal(TestAuthority.Thumbprint(own), cnf.GetProperty("x5t#S256").GetString());
        await MutualTlsHost.Use(mutual.With(own), answer.AccessToken).Is(200);
        await MutualTlsHost.Use(mutual.With(other), answer.AccessToken).Fails(401, "invalid_token");
        var refused = await MutualTlsHost.Use(host.Http, answer.AccessToken).Fails(401, "invalid_token");
        Assert.Contains("bound to a client certificate", refused.Detail, StringComparison.Ordinal);
        // Another service sees the binding too (§3.2).
        await host.AddConfidential("asker");
        var seen = await host.Http.PostAsync("/demo/oauth/introspect", TestHost.Form(("token", answer.AccessToken), ("client_id", "asker"),
            ("client_secret", TestClients.Secret))).Json();
        Assert.Equal(TestAuthority.Thumbprint(own), seen.GetProperty("cnf").GetProperty("x5t#S256").GetString());
    }

    [Fact]
    public async Task A_client_with_bound_tokens_gets_none_without_a_certificate()
    {
        await host.AddClient("public", client => client with { CertificateBoundTokens = true });
        var refused = await host.Token("demo", ("grant_type", "password"), ("client_id", "public"), ("username", "alice"),
            ("password", "alice-password")).Refused("invalid_request");
        Assert.Contains("mtls_endpoint_aliases", refused.ErrorDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_refresh_tokens_of_a_public_client_are_bound_too()
    {
        await host.AddClient("phone", client => client with { CertificateBoundTokens = true });
        Task<HttpResponseMessage> Ask(X509Certificate2 certificate, params (string, string)[] form) =>
            mutual.With(certificate).PostAsync("/demo/oauth/token", TestHost.Form([("client_id", "phone"), .. form]));
        var first = await Ask(own, ("grant_type", "password"), ("username", "alice"), ("password", "alice-password")).Read<TokenAnswer>();
        await Ask(other, ("grant_type", "refresh_token"), ("refresh_token", first.RefreshToken!)).Refused("invalid_grant");
        var next = await Ask(own, ("grant_type", "refresh_token"), ("refresh_token", first.RefreshToken!)).Read<TokenAnswer>();
        await MutualTlsHost.Use(mutual.With(own), next.AccessToken).Is(200);
    }

    [Fact]
    public async Task A_token_of_another_client_is_not_bound()
    {
        await host.AddClient("free", client => client with { AuthMethod = ClientAuthMethod.SelfSignedTls, Jwks = TestAuthority.Set(own) });
        var answer = await mutual.Token(own, "free").Read<TokenAnswer>();
        await MutualTlsHost.Use(host.Http, answer.AccessToken).Is(200);
    }
}
