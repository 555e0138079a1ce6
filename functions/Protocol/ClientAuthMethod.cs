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

    /// <summary>A public client: it only states its id.</summary>
    public const string None = "none";
}
