namespace Latchkey.Protocol;

/// <summary>How a client authenticates at the token endpoint (RFC 6749 §2.3.1, RFC 7591 §2).</summary>
public static class ClientAuthMethod
{
    /// <summary>The secret in the header Authorization: Basic.</summary>
    public const string Basic = "client_secret_basic";

    /// <summary>The secret in the form.</summary>
    public const string Post = "client_secret_post";

    /// <summary>A JWT signed with a registered key (RFC 7523 §2.2).</summary>
    public const string PrivateKeyJwt = "private_key_jwt";

    /// <summary>A certificate from an authority that the tenant trusts (RFC 8705 §2.1).</summary>
    public const string Tls = "tls_client_auth";

    /// <summary>A certificate that the client registered itself (RFC 8705 §2.2).</summary>
    public const string SelfSignedTls = "self_signed_tls_client_auth";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Basic, Post, PrivateKeyJwt, Tls, SelfSignedTls, None];

    /// <summary>True if the client authenticates with a certificate.</summary>
    public static bool IsTls(string method) => method is Tls or SelfSignedTls;

    /// <summary>A public client: it only states its id.</summary>
    public const string None = "none";
}
