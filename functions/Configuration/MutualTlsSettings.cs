using Microsoft.Extensions.Configuration;

namespace Latchkey;

/// <summary>Mutual TLS (docs/operating/mutual-tls.md).</summary>
/// <param name="Origin">The origin of the app that asks for client certificates; null: the deployment has none.</param>
/// <param name="FromPlatform">
/// True on that app only: the platform has done the handshake and states the certificate in X-ARR-ClientCert. Elsewhere anybody could have
/// written that header.
/// </param>
public sealed record MutualTlsSettings(string? Origin, bool FromPlatform)
{
    internal static MutualTlsSettings Read(SettingsReader read, IConfiguration configuration, bool development)
    {
        var origin = read.Text("MutualTls:Origin") is null ? null : read.Origin("MutualTls:Origin", httpToo: false);
        var fromPlatform = read.Flag("MutualTls:FromPlatform");
        if (fromPlatform && origin is null) read.Fault("MutualTls:Origin", "is missing, and Latchkey__MutualTls__FromPlatform is true");
        // Every plan of App Service and Functions sets WEBSITE_SITE_NAME; Flex Consumption has no WEBSITE_INSTANCE_ID.
        if (fromPlatform && !development && string.IsNullOrEmpty(configuration["WEBSITE_SITE_NAME"]))
            read.Fault("MutualTls:FromPlatform", "can be true only on Azure: elsewhere anybody could send the header X-ARR-ClientCert");
        return new(origin, fromPlatform);
    }
}
