using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Latchkey.Keys;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>
/// The client certificate of a request's TLS connection. The caller has proved possession of its private key; nothing else is known of it.
/// </summary>
public sealed record ConnectionCertificate
{
    const string Header = "X-ARR-ClientCert";
    const int MaxChars = 16 * 1024;

    readonly byte[] der;

    ConnectionCertificate(byte[] der) => (this.der, Thumbprint) = (der, Base64Url.EncodeToString(SHA256.HashData(der)));

    /// <summary>The base64url SHA-256 of its DER (<c>x5t#S256</c>, RFC 8705 §3.1).</summary>
    public string Thumbprint { get; }

    /// <summary>
    /// The certificate that the platform states, or null. It is believed only on the app for mutual TLS, where App Service has done the
    /// handshake and writes the header itself (decision 0059); anywhere else the header counts as absent.
    /// </summary>
    public static ConnectionCertificate? Of(HttpRequest request, Settings settings)
    {
        if (!settings.MutualTls.FromPlatform || request.Headers[Header] is not [{ Length: > 0 and <= MaxChars } text]) return null;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) return null;
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(bytes.AsSpan(0, length));
            return new(certificate.RawData);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Opens it; the caller disposes of it.</summary>
    public X509Certificate2 Open() => X509CertificateLoader.LoadCertificate(der);

    /// <summary>True if it is one of the certificates of a JWK Set (RFC 8705 §2.2.2).</summary>
    /// <exception cref="FormatException">The set has none.</exception>
    public bool IsIn(string jwks) => PublicJwk.Certificates(jwks).Any(known => known.AsSpan().SequenceEqual(der));
}
