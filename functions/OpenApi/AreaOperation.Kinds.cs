namespace Latchkey.OpenApi;

// What every endpoint of a kind responds with.
sealed partial class AreaOperation
{
    const string ScimType = "application/scim+json";

    bool IsPage => (string?)source["access"] == "page";

    bool IsScim => (string?)source["access"] == "scim";

    // Codes are for programs that speak our own protocol.
    bool HasSentences => IsPage || IsScim;

    void Kind(string access)
    {
        if (access is not ("token" or "open" or "page" or "scim" or "none")) throw Fault($"access {access} is unknown");
        if (access == "page")
        {
            AddPages();
            return;
        }
        if (access == "scim")
        {
            AddScim();
            return;
        }
        Add(500, "internal_error");
        if (access == "none") return;
        Add(403, "tenant_suspended");
        Add(404, "unknown_tenant");
        Add(503, "storage_unavailable signing_unavailable");
        if (access != "token") return;
        Add(401, "invalid_token invalid_dpop_proof use_dpop_nonce");
        Add(403, "insufficient_scope");
    }

    // A page responds to people: it has sentences, not codes.
    void AddPages()
    {
        Add(403, "The tenant is suspended.");
        Add(404, "The tenant does not exist.");
        Add(429, "Too many sign-ins were begun from this address.");
        Add(500, "An internal error occurred.");
        Add(503, "Storage or the keys are not available at the moment.");
    }

    // Errors of SCIM have a form of their own (RFC 7644 §3.12).
    void AddScim()
    {
        Add(401, "The token is missing, of another tenant, revoked or expired.");
        Add(403, "The tenant is suspended.");
        Add(404, "The tenant does not exist.");
        Add(500, "An internal error occurred.");
        Add(503, "Storage is not available at the moment.");
    }
}
