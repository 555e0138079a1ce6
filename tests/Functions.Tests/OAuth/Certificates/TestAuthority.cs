using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Latchkey.Tests.OAuth.Certificates;

/// <summary>A certificate authority of a test's own.</summary>
sealed class TestAuthority
{
    readonly DateTimeOffset now;

    TestAuthority(X509Certificate2 certificate, DateTimeOffset now) => (Certificate, this.now) = (certificate, now);

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>A root, or an authority below another.</summary>
    public static TestAuthority New(string name, DateTimeOffset now, TestAuthority? above = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var certificate = above is null ? request.CreateSelfSigned(now.AddYears(-2), now.AddYears(2))
            : request.Create(above.Certificate, now.AddYears(-1), now.AddYears(1), RandomNumberGenerator.GetBytes(8))
                .CopyWithPrivateKey(key);
        return new(certificate, now);
    }

    /// <summary>A client's certificate with its key.</summary>
    public X509Certificate2 Issue(string subject, Action<SubjectAlternativeNameBuilder>? names = null, DateTimeOffset? from = null,
        DateTimeOffset? to = null, string usage = "1.3.6.1.5.5.7.3.2")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(subject, key, names);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(usage)], false));
        return request.Create(Certificate, from ?? now.AddDays(-1), to ?? now.AddDays(30), RandomNumberGenerator.GetBytes(8))
            .CopyWithPrivateKey(key);
    }

    /// <summary>A certificate that nobody vouches for.</summary>
    public static X509Certificate2 SelfSigned(string subject, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(subject, key, null).CreateSelfSigned(from, to);
    }

    /// <summary>A revocation list.</summary>
    public string Revoke(DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params X509Certificate2[] revoked) =>
        Revoke(0, thisUpdate, nextUpdate, revoked);

    /// <summary>A revocation list with so many more that nobody here has seen.</summary>
    public string Revoke(int others, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params X509Certificate2[] revoked)
    {
        var list = new CertificateRevocationListBuilder();
        for (var other = 0; other < others; other++) list.AddEntry([1, .. RandomNumberGenerator.GetBytes(18)], thisUpdate);
        foreach (var certificate in revoked) list.AddEntry(certificate, thisUpdate);
        return PemEncoding.WriteString("X509 CRL",
            list.Build(Certificate, thisUpdate.ToUnixTimeSeconds(), nextUpdate, HashAlgorithmName.SHA256, null, thisUpdate));
    }

    /// <summary>A JWK Set with certificates only (RFC 8705 §2.2.2).</summary>
    public static string Set(params X509Certificate2[] certificates) => new System.Text.Json.Nodes.JsonObject
    {
        ["keys"] = new System.Text.Json.Nodes.JsonArray([.. certificates.Select(certificate => new System.Text.Json.Nodes.JsonObject
        {
            ["kty"] = "EC",
            ["x5c"] = new System.Text.Json.Nodes.JsonArray(Convert.ToBase64String(certificate.RawData)),
        })]),
    }.ToJsonString();

    /// <summary><c>x5t#S256</c></summary>
    public static string Thumbprint(X509Certificate2 certificate) =>
        Base64Url.EncodeToString(SHA256.HashData(certificate.RawData));

    static CertificateRequest Request(string subject, ECDsa key, Action<SubjectAlternativeNameBuilder>? names)
    {
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        if (names is null) return request;
        var builder = new SubjectAlternativeNameBuilder();
        names(builder);
        request.CertificateExtensions.Add(builder.Build());
        return request;
    }
}
