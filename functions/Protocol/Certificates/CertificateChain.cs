using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Latchkey.Protocol;

/// <summary>
/// Decides whether a client's certificate comes from an authority that a tenant trusts (RFC 5280 §6). It asks nobody over the network:
/// what is not in the tenant's authorities and their revocation lists does not count.
/// </summary>
public static class CertificateChain
{
    const string ClientAuthentication = "1.3.6.1.5.5.7.3.2"; // RFC 5280 §4.2.1.12

    const X509ChainStatusFlags Foreign =
        X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid;

    // md5WithRSAEncryption, sha1WithRSAEncryption (RFC 8017 A.2.4), ecdsa-with-SHA1, id-dsa-with-sha1 (RFC 3279 §2.2).
    static readonly string[] Broken = ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1", "1.2.840.10040.4.3"];

    /// <summary>
    /// Why the certificate is refused, in a sentence for whoever sent it; null if it is good. The caller has proved possession of its
    /// private
    /// key, so the sentence tells nobody anything about another's certificate.
    /// </summary>
    public static string? Fault(X509Certificate2 certificate, IReadOnlyList<TrustedAuthority> authorities, DateTimeOffset now)
    {
        if (TimeFault(certificate, "The client certificate", now) is { } time) return time;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // Checked below, by the lists that the tenant has.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new(ClientAuthentication));
        foreach (var authority in authorities)
        {
            chain.ChainPolicy.CustomTrustStore.Add(authority.Root);
            foreach (var intermediate in authority.Intermediates) chain.ChainPolicy.ExtraStore.Add(intermediate);
        }
        try
        {
            var good = chain.Build(certificate);
            var elements = chain.ChainElements.Select(element => element.Certificate).ToList();
            return good ? SignatureFault(elements) ?? RevocationFault(elements, authorities, now) : Reason(chain, elements, now);
        }
        finally
        {
            foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        }
    }

    /// <summary>Why a certificate is not valid now, or null.</summary>
    public static string? TimeFault(X509Certificate2 certificate, string what, DateTimeOffset now)
    {
        if (now > certificate.NotAfter.ToUniversalTime()) return $"{what} expired on {Day(certificate.NotAfter.ToUniversalTime())}.";
        return now < certificate.NotBefore.ToUniversalTime()
            ? $"{what} is not valid before {Day(certificate.NotBefore.ToUniversalTime())}." : null;
    }

    static string Reason(X509Chain chain, List<X509Certificate2> elements, DateTimeOffset now)
    {
        var states = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        // Another authority of the same name signs with another key.
        if ((states & Foreign) != 0)
            return "The client certificate was not issued by an authority that this tenant trusts.";
        if (states.HasFlag(X509ChainStatusFlags.NotTimeValid)
            && elements.Skip(1).Select(one => TimeFault(one, "The certificate of the client certificate's authority", now))
                .FirstOrDefault(fault => fault is not null) is { } time) return time;
        return states.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? "The client certificate is not meant for client authentication (extendedKeyUsage)."
            : $"The client certificate's chain is not valid: {states}.";
    }

    static string? SignatureFault(List<X509Certificate2> elements) =>
        elements.SkipLast(1).Any(one => Broken.Contains(one.SignatureAlgorithm.Value))
            ? "The client certificate, or that of its authority, is signed with SHA-1 or MD5." : null;

    static string? RevocationFault(List<X509Certificate2> elements, IReadOnlyList<TrustedAuthority> authorities, DateTimeOffset now)
    {
        foreach (var (certificate, issuer) in elements.Zip(elements.Skip(1)))
        {
            var key = issuer.PublicKey.EncodedKeyValue.RawData;
            var lists = authorities.SelectMany(authority => authority.Lists)
                .Where(known => known.Issuer.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
                    && known.Issuer.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(key)).ToList();
            if (lists.Exists(known => known.List.Names(certificate)))
                return certificate == elements[0] ? "The client certificate has been revoked."
                    : "The certificate of the client certificate's authority has been revoked.";
            // What was revoked since then is not known.
            if (lists.Count > 0 && lists.TrueForAll(known => now >= known.List.NextUpdate))
            {
                return "The revocation list of the client certificate's authority expired on "
                    + $"{Day(lists.Max(known => known.List.NextUpdate).UtcDateTime)}. An administrator must upload the next one.";
            }
        }
        return null;
    }

    static string Day(DateTime time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
