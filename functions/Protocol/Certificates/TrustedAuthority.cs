using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Latchkey.Protocol;

/// <summary>
/// An authority whose certificates a tenant trusts: a root, the intermediate authorities below it, and their revocation lists. A client
/// sends only its own certificate, so the intermediate ones must be here.
/// </summary>
/// <param name="Root">The root.</param>
/// <param name="Intermediates">The others.</param>
/// <param name="Lists">Each list with the certificate whose key signed it.</param>
public sealed record TrustedAuthority(
    X509Certificate2 Root, IReadOnlyList<X509Certificate2> Intermediates,
    IReadOnlyList<(X509Certificate2 Issuer, RevocationList List)> Lists)
{
    /// <summary>The longest PEM text, in characters.</summary>
    public const int MaxChars = 32 * 1024;

    const int MaxCertificates = 10;
    const int MinRsaBits = 2048;

    /// <summary>All its certificates, the root first.</summary>
    public IEnumerable<X509Certificate2> Certificates => [Root, .. Intermediates];

    /// <summary>Reads PEM, and lists in DER.</summary>
    /// <exception cref="FormatException">It can't be used; the message says why, for whoever sent it.</exception>
    public static TrustedAuthority Parse(string pem, IEnumerable<byte[]> lists)
    {
        var all = ReadPem(pem);
        var roots = all.Where(one => one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData)).ToList();
        if (roots.Count != 1) throw new FormatException("The PEM must hold exactly one self-signed root, and the authorities below it.");
        if (all.Select(Fault).FirstOrDefault(fault => fault is not null) is { } fault) throw new FormatException(fault);
        var authority = new TrustedAuthority(roots[0], [.. all.Where(one => one != roots[0])], []);
        return lists.Aggregate(authority, (so, list) => so.With(RevocationList.Parse(list)));
    }

    /// <summary>With a list, which takes the place of an older one of the same issuer.</summary>
    /// <exception cref="FormatException">None of the certificates signed it.</exception>
    public TrustedAuthority With(RevocationList list)
    {
        var issuer = Certificates.FirstOrDefault(list.IsSignedBy)
            ?? throw new FormatException("The revocation list is not signed by one of this authority's certificates.");
        return this with { Lists = [.. Lists.Where(known => known.Issuer != issuer), (issuer, list)] };
    }

    static List<X509Certificate2> ReadPem(string pem)
    {
        if (pem.Length > MaxChars) throw new FormatException($"The PEM must have at most {MaxChars} characters.");
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw new FormatException("The PEM holds a private key, which must stay with its authority. Consider it disclosed.");
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPem(pem);
            return found.Count is > 0 and <= MaxCertificates ? [.. found]
                : throw new FormatException($"The PEM must hold 1 to {MaxCertificates} certificates.");
        }
        catch (CryptographicException)
        {
            throw new FormatException("The PEM holds something that is not a certificate.");
        }
    }

    // Why it is no authority, or null.
    static string? Fault(X509Certificate2 certificate)
    {
        var name = certificate.Subject;
        if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()?.CertificateAuthority is not true)
            return $"The certificate of {name} is not an authority's (basicConstraints).";
        if (certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign))
            return $"The certificate of {name} may not sign certificates (keyUsage).";
        using var rsa = certificate.GetRSAPublicKey();
        using var ec = certificate.GetECDsaPublicKey();
        return rsa?.KeySize < MinRsaBits || (rsa is null && ec is null)
            ? $"The key of {name} must be ECDSA, or RSA with at least {MinRsaBits} bits." : null;
    }
}
