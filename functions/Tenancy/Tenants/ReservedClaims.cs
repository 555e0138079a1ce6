namespace Latchkey.Tenancy;

/// <summary>
/// The names of claims that have a meaning already. A tenant's own claim with one of them could pass for Latchkey's word.
/// </summary>
public static class ReservedClaims
{
    static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        // RFC 7519 §4.1
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti",
        // RFC 9068 §2.2, RFC 8693 §4, RFC 7800 §3.1, RFC 9396 §9.1, RFC 7662 §2.2
        "client_id", "scope", "roles", "groups", "entitlements", "act", "may_act", "cnf", "authorization_details", "active", "username",
        "token_type",
        // OpenID Connect Core §2, §3.1.3.6, §5.1 as far as Latchkey tells it, §5.6.2; Front- and Back-Channel Logout
        "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "name", "preferred_username", "given_name", "family_name",
        "nickname", "picture", "locale", "zoneinfo", "updated_at", "email", "email_verified", "_claim_names", "_claim_sources", "sid",
        "events", "sub_jwk",
        // Latchkey
        "tid", "groups_overage",
    };

    /// <summary>True if the name is taken. Upper case makes no other name of it, because some libraries pay no attention to case.</summary>
    public static bool Contains(string name) => Names.Contains(name);
}
