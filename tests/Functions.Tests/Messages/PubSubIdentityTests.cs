using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Broker;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Tests.Messages;

/// <summary>In Azure the app speaks to Web PubSub by TLS and with its identity.</summary>
public sealed class PubSubIdentityTests
{
    [Fact]
    public async Task The_app_issues_keys_with_its_identity_by_tls()
    {
        var port = Azurite.FreePort();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, default), new DateTimeOffset(2100, 1, 1, 0, 0, 0, default));
        using var pfx = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        await using var broker = await PubSubBroker.Start(port, "the-apps-token", pfx);
        using var trusting = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        var identity = new Identity();
        await using var host = await TestHost.Start(settings: new() { ["Latchkey:Messages:Endpoint"] = $"https://localhost:{port}" },
            services: added => added.AddSingleton<TokenCredential>(identity)
                .AddSingleton<HttpPipelineTransport>(new HttpClientTransport(new HttpClient(trusting))));
        var alice = await Correspondent.Of(host, "alice");
        var url = (await alice.Key()).GetProperty("url").GetString()!;
        Assert.StartsWith($"wss://localhost:{port}/clients/mqtt/hubs/latchkey?access_token=", url, StringComparison.Ordinal);
        Assert.Equal(["https://webpubsub.azure.com/.default"], identity.Asked!);
        Assert.Equal("/api/hubs/latchkey/:generateToken", Assert.Single(broker.Calls));
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("access_token", StringComparison.Ordinal));
    }

    sealed class Identity : TokenCredential
    {
        public string[]? Asked { get; private set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Asked = requestContext.Scopes;
            return new("the-apps-token", new DateTimeOffset(2100, 1, 1, 0, 0, 0, default));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
