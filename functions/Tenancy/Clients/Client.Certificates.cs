using Latchkey.Protocol;

namespace Latchkey.Tenancy;

// Keys elsewhere, and client certificates (RFC 8705).
public sealed partial record Client
{
    /// <summary>Its public keys, or certificates, as a JWK Set (RFC 7517 §5), or null.</summary>
    public string? Jwks { get; init; }

    /// <summary>Where its public keys are (RFC 7591 §2, <c>jwks_uri</c>), in the place of <see cref="Jwks"/>; or null.</summary>
    public string? JwksUri { get; init; }

    /// <summary>What its certificate must be issued to (RFC 8705 §2.1.2), for <c>tls_client_auth</c>; or null.</summary>
    public CertificateSubject? CertificateSubject { get; init; }

    /// <summary>
    /// The only certificates that it may use (<c>x5t#S256</c>), for <c>tls_client_auth</c>; empty: any with that subject.
    /// </summary>
    public IReadOnlyList<string> CertificateThumbprints { get; init; } = [];

    /// <summary>Its tokens are bound to its certificate: <c>tls_client_certificate_bound_access_tokens</c> (RFC 8705 §3.4).</summary>
    public bool CertificateBoundTokens { get; init; }
}
