using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>How a client says which keys and certificates are its own (RFC 7591 §2, RFC 8705 §2.1.2 and §2.2.2).</summary>
static class KeyMetadata
{
    const int MaxJwksChars = 16 * 1024;

    /// <summary>The client's keys; null if there are none, or they are elsewhere.</summary>
    public static string? Jwks(MetadataReader json, string method)
    {
        var jwks = json.Object("jwks", MaxJwksChars);
        if (jwks is not null && json.Has("jwks_uri")) throw MetadataReader.Fault("jwks and jwks_uri must not both be sent.");
        if (jwks is null && !json.Has("jwks_uri") && method is ClientAuthMethod.PrivateKeyJwt or ClientAuthMethod.SelfSignedTls)
            throw MetadataReader.Fault($"{method} needs jwks or jwks_uri.");
        return jwks is not null && Fault(method, jwks) is { } fault ? throw MetadataReader.Fault(fault) : jwks;
    }

    /// <summary>Where the client's keys are, or null. The address is asked later, and only by rules of ours (decision 0060).</summary>
    public static string? JwksUri(MetadataReader json, bool development) =>
        json.OutboundUri("jwks_uri", development);

    /// <summary>What the client's certificate must be issued to, or null.</summary>
    public static CertificateSubject? CertificateSubject(MetadataReader json, string method)
    {
        var sent = Protocol.CertificateSubject.Types
            .Select(type => json.Text($"tls_client_auth_{type}", DistinguishedName.MaxChars) is { } value
                ? new CertificateSubject(type, value) : null).OfType<CertificateSubject>().ToList();
        // §2.1.2: exactly one.
        if (sent.Count > 1 || (sent.Count == 0 && method == ClientAuthMethod.Tls))
        {
            throw MetadataReader.Fault("tls_client_auth needs exactly one of "
                + $"{string.Join(", ", Protocol.CertificateSubject.Types.Select(type => $"tls_client_auth_{type}"))}.");
        }
        return sent is [{ Fault: { } fault } bad]
            ? throw MetadataReader.Fault($"tls_client_auth_{bad.Type} {fault}.") : sent.FirstOrDefault();
    }

    /// <summary>Why these keys are of no use for this method, in a sentence; null if they are.</summary>
    public static string? Fault(string method, string jwks)
    {
        try
        {
            _ = method == ClientAuthMethod.SelfSignedTls ? PublicJwk.Certificates(jwks).Count : PublicJwk.ParseSet(jwks).Count;
            return null;
        }
        catch (FormatException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Why the client's method and its keys do not fit, naming the field of the administration's API; null if they do.</summary>
    public static (string Field, string Why)? Fault(Client client)
    {
        var byKeys = client.AuthMethod is ClientAuthMethod.PrivateKeyJwt or ClientAuthMethod.SelfSignedTls;
        if (client.Jwks is not null && client.JwksUri is not null) return ("jwksUri", "cannot be set beside jwks");
        if (byKeys && client.Jwks is null && client.JwksUri is null) return ("jwks", $"or jwksUri is required for {client.AuthMethod}");
        if (byKeys && client.Jwks is { } jwks && Fault(client.AuthMethod, jwks) is { } why)
            return ("jwks", $"is not a usable JWK Set (RFC 7517 §5): {why.TrimEnd('.')}");
        return client.AuthMethod == ClientAuthMethod.Tls && client.CertificateSubject is null
            ? ("certificateSubject", "is required for tls_client_auth") : null;
    }
}
