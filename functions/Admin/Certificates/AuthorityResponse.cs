using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A certificate authority as the API returns it.</summary>
static class AuthorityResponse
{
    public static object Of(CertificateAuthority authority) => new
    {
        authority.Id,
        authority.Name,
        createdAt = authority.CreatedAt.UtcDateTime,
        certificates = authority.Trusted.Certificates.Select(Of),
        revocationLists = authority.Trusted.Lists.Select(known => new
        {
            issuer = known.Issuer.Subject,
            thisUpdate = known.List.ThisUpdate.UtcDateTime,
            nextUpdate = known.List.NextUpdate.UtcDateTime,
            certificates = known.List.Count,
        }),
    };

    static object Of(X509Certificate2 certificate) => new
    {
        subject = certificate.Subject,
        issuer = certificate.Issuer,
        notBefore = certificate.NotBefore.ToUniversalTime(),
        notAfter = certificate.NotAfter.ToUniversalTime(),
        thumbprint = Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)),
    };
}
