using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.Access;

/// <summary>
/// The three layers of a protected endpoint, in this order: authentication (401), tenant verification (401),
/// authorization (403).
/// </summary>
public sealed class TokenAuthorization(
    TenantStore tenants, Domains domains, ClientStore clients, BearerToken bearer, DPoP dpop, IssuedTokens issuedTokens,
    Settings settings)
{
    /// <summary>Checks everything about a token that needs no read of its session.</summary>
    /// <returns>The caller, and the DPoP proof of a token that is bound to a key.</returns>
    /// <exception cref="Problem">401 or 403, and why.</exception>
    public async Task<(Caller Caller, DPoPProof? Proof)> Authorize(TenantRequest request, SentToken sent, string scope)
    {
        var (http, tenant, audit, cancel) = request;
        var token = await Verify(sent, cancel);
        // The address is the path and, at a tenant's own domain, the host as well. The token must belong to both.
        var host = await domains.TenantAt(http, cancel) ?? tenant.Id;
        if (token.Tenant != tenant.Id || token.Tenant != host)
        {
            var addressed = token.Tenant == host ? tenant.Id : host;
            throw Problem.Unauthorized($"The access token belongs to tenant {token.Tenant}; this address belongs to tenant {addressed}.");
        }
        if (await clients.Find(tenant, token.ClientId, cancel) is null)
            throw Problem.Unauthorized("The access token's client is no longer registered."); // RFC 7592 §2.3
        audit.By(http, token); // The caller is known from here on, so refusals are recorded too.
        var proof = await ReadProof(request, sent, token);
        if (token.Binding.Certificate is { } bound && bound != ConnectionCertificate.Of(http, settings)?.Thumbprint)
            throw Problem.Unauthorized("The access token is bound to a client certificate: use it with that certificate, over mutual TLS.");
        if (!token.Scope.Has(scope)) throw Problem.InsufficientScope(scope);
        return (new Caller(request, token), proof);
    }

    /// <summary>Checks that the token has not been revoked, its user has not been stopped, and its DPoP proof is new.</summary>
    /// <exception cref="Problem">401 or 403, and why.</exception>
    public Task EnsureLive(Caller caller, string scope, DPoPProof? proof)
    {
        var live = issuedTokens.EnsureLive(caller.Tenant, caller.Token, scope, caller.Cancel);
        return proof is null ? live : Task.WhenAll(live, EnsureUnused(caller, proof));
    }

    /// <summary>True if the request carries an operator's token for its tenant. The token may have been revoked.</summary>
    public async Task<bool> IsOperator(TenantRequest request)
    {
        try
        {
            var token = await Verify(BearerToken.Sent(request.Http), request.Cancel);
            return token.Tenant == request.Tenant.Id && token.ClientId == Tenant.OperatorClient;
        }
        catch (Problem)
        {
            return false;
        }
    }

    Task<AccessToken> Verify(SentToken sent, CancellationToken cancel) =>
        bearer.Verify(sent.Encoded, async id => (await tenants.Find(id, cancel))?.Issuer, cancel);

    // RFC 9449 §7.2: a bound token is never accepted as a bearer token. An unbound token is not accepted with a proof
    // either, because that would suggest a protection that it does not have.
    async Task<DPoPProof?> ReadProof(TenantRequest request, SentToken sent, AccessToken token)
    {
        if (token.Jkt is null && !sent.WithProof) return null;
        if (token.Jkt is null) throw Problem.Unauthorized("The access token is not bound to a key; send it as a Bearer token.");
        if (!sent.WithProof) throw Problem.DPoP("invalid_token", "The access token is bound to a key; send it as a DPoP token.");
        return await dpop.ReadFor(request, sent.Encoded, token.Jkt);
    }

    async Task EnsureUnused(Caller caller, DPoPProof proof)
    {
        if (!await dpop.TryUse(caller.Tenant, proof, caller.Cancel))
            throw Problem.DPoP("invalid_dpop_proof", "The DPoP proof was used before.");
    }
}
