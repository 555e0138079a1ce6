using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Access;

/// <summary>
/// Mutual TLS client authentication (RFC 8705 §2): the certificate of the connection comes from an authority that the tenant trusts and
/// bears the client's name (<c>tls_client_auth</c>), or is one that the client registered (<c>self_signed_tls_client_auth</c>).
/// </summary>
public sealed class CertificateAuthentication(
    CertificateAuthorityStore authorities, ClientKeySets keySets, Settings settings, TimeProvider clock)
{
    /// <summary>Checks the certificate of a client that is registered for one of the two methods.</summary>
    /// <exception cref="OAuthError">
    /// <c>invalid_client</c>. It says what is wrong with the certificate, and nothing about the client.
    /// </exception>
    public async Task Verify(TenantRequest request, Client client)
    {
        var connection = ConnectionCertificate.Of(request.Http, settings) ?? throw Refused(client, "no certificate",
            "The request came without a client certificate. Use the addresses in mtls_endpoint_aliases.");
        using var certificate = connection.Open();
        var now = clock.GetUtcNow();
        if (client.AuthMethod == ClientAuthMethod.SelfSignedTls)
        {
            if (CertificateChain.TimeFault(certificate, "The client certificate", now) is { } time) throw Refused(client, time, time);
            if (!await keySets.Any(client, connection.IsIn, request.Cancel))
                throw OAuthError.InvalidClient("another certificate", client.Id);
            return;
        }
        var trusted = await authorities.Trusted(request.Tenant, request.Cancel);
        if (CertificateChain.Fault(certificate, trusted, now) is { } fault) throw Refused(client, fault, fault);
        if (client.CertificateSubject?.Matches(certificate) is not true)
            throw OAuthError.InvalidClient("the certificate's subject is another", client.Id);
        if (client.CertificateThumbprints is { Count: > 0 } pinned && !pinned.Contains(connection.Thumbprint))
            throw OAuthError.InvalidClient("the certificate is not one of those that are pinned", client.Id);
    }

    static OAuthError Refused(Client client, string detail, string description) =>
        OAuthError.InvalidClient($"client certificate: {detail}", client.Id, description);
}
