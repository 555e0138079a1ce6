using Azure;
using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>An authority whose client certificates a tenant trusts (SCHEMA.md, table Tenants).</summary>
public sealed record CertificateAuthority
{
    /// <summary>The id, made here.</summary>
    public required string Id { get; init; }

    /// <summary>The name that administrators read.</summary>
    public required string Name { get; init; }

    /// <summary>Its certificates as PEM.</summary>
    public required string Pem { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its certificates and revocation lists, read.</summary>
    public required TrustedAuthority Trusted { get; init; }

    internal IReadOnlyList<string> ListKeys { get; init; } = [];

    internal ETag ETag { get; init; }
}
