using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>The part of a tenant's metadata that is about mutual TLS (RFC 8705 §3.3 and §5).</summary>
static class MutualTls
{
    static readonly string[] Aliased =
    [
        "token_endpoint", "revocation_endpoint", "introspection_endpoint", "pushed_authorization_request_endpoint",
        "device_authorization_endpoint", "userinfo_endpoint",
    ];

    /// <summary>Adds the addresses that ask for a certificate; nothing if the deployment has none.</summary>
    public static void Describe(Dictionary<string, object> document, Tenant tenant, string? origin)
    {
        if (origin is null) return;
        document["tls_client_certificate_bound_access_tokens"] = true;
        document["mtls_endpoint_aliases"] =
            Aliased.ToDictionary(name => name, name => $"{origin}{((string)document[name])[tenant.OwnOrigin.Length..]}");
    }
}
