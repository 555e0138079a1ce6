using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;

namespace Latchkey.LocalHost;

/// <summary>
/// What App Service does where client certificates are required (docs/operating/mutual-tls.md): the handshake, and then the header
/// X-ARR-ClientCert, which no caller can write. It accepts every certificate: whom to trust is the app's to decide.
/// </summary>
static class MutualTlsFront
{
    const string Header = "X-ARR-ClientCert";

    /// <summary>Listens at the address for mutual TLS as well, if the settings make this host the one for it.</summary>
    /// <returns>True if they do.</returns>
    public static bool Add(WebApplicationBuilder builder)
    {
        if (!builder.Configuration.GetValue<bool>("Latchkey:MutualTls:FromPlatform")) return false;
        var (plain, secure) = (new Uri(builder.Configuration["urls"]!), new Uri(builder.Configuration["Latchkey:MutualTls:Origin"]!));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, plain.Port);
            kestrel.Listen(IPAddress.Loopback, secure.Port, listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = OwnCertificate();
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.CheckCertificateRevocation = false;
                https.AllowAnyClientCertificate();
            }));
        });
        return true;
    }

    /// <summary>Replaces the header by the connection's certificate.</summary>
    public static Task StateCertificate(HttpContext http, RequestDelegate next)
    {
        http.Request.Headers.Remove(Header);
        if (http.Connection.ClientCertificate is { } certificate)
            http.Request.Headers[Header] = Convert.ToBase64String(certificate.RawData);
        return next(http);
    }

    static X509Certificate2 OwnCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
