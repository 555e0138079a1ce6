using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>
/// Demonstrating proof of possession (RFC 9449) at our own endpoints. Every proof must carry a server nonce (§8), so
/// one made beforehand is worth nothing, and is good once (§11.1).
/// </summary>
public sealed class DPoP(DPoPNonces nonces, ReplayCache seen, TimeProvider clock)
{
    // The nonce is the exact measure of age; this bounds how long a jti must be remembered, and clocks of phones err.
    static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The proof of a request to the token endpoint (§5), or null if there is none. Nothing is written yet: the
    /// caller calls <see cref="Use"/> once the rest of the request is good.
    /// </summary>
    /// <exception cref="OAuthError"><c>invalid_dpop_proof</c> or <c>use_dpop_nonce</c>.</exception>
    public async Task<DPoPProof?> Read(Tenant tenant, HttpRequest request, CancellationToken cancel)
    {
        if (!request.Headers.ContainsKey("DPoP")) return null;
        try
        {
            return await Check(tenant, request, cancel);
        }
        catch (DPoPFault fault)
        {
            throw OAuthError.DPoP(fault.Code, fault.Message);
        }
    }

    /// <summary>The proof beside a bound access token (§7.1): it must be of the token's key and for this token.</summary>
    /// <exception cref="Problem">401 <c>invalid_dpop_proof</c>, <c>use_dpop_nonce</c> or <c>invalid_token</c>.</exception>
    public async Task<DPoPProof> ReadFor(
        Tenant tenant, HttpRequest request, string accessToken, string jkt, CancellationToken cancel)
    {
        try
        {
            var proof = await Check(tenant, request, cancel);
            if (!proof.IsFor(accessToken)) throw DPoPFault.Invalid("The DPoP proof's ath is not this access token's.");
            if (proof.Jkt != jkt) throw Problem.Unauthorized("The access token is bound to another key.");
            return proof;
        }
        catch (DPoPFault fault)
        {
            throw Problem.DPoP(fault.Code, fault.Message);
        }
    }

    /// <summary>Uses a proof up.</summary>
    /// <returns>False if it has been used before.</returns>
    public Task<bool> Use(Tenant tenant, DPoPProof proof, CancellationToken cancel) =>
        seen.TryUse(tenant, "dpop", $"{proof.Jkt}|{proof.Id}", proof.IssuedAt + Window, cancel);

    async Task<DPoPProof> Check(Tenant tenant, HttpRequest request, CancellationToken cancel)
    {
        var header = request.Headers["DPoP"];
        // The Functions host joins headers of one name; no JWT has a comma.
        if (header is not [{ Length: > 0 } encoded] || encoded.Contains(',')) throw DPoPFault.Invalid("There must be one DPoP header.");
        var proof = await DPoPProof.Read(encoded, request.Method, Target(tenant, request));
        request.HttpContext.Response.Headers["DPoP-Nonce"] = await nonces.Current(tenant.Id, cancel);
        if (proof.Nonce is null || !await nonces.IsFresh(tenant.Id, proof.Nonce, cancel))
            throw new DPoPFault("use_dpop_nonce", "The DPoP proof must carry the nonce of the DPoP-Nonce header.");
        if ((clock.GetUtcNow() - proof.IssuedAt).Duration() > Window)
            throw DPoPFault.Invalid($"The DPoP proof's iat is more than {Window.TotalMinutes} minutes off. Check the clock.");
        return proof;
    }

    // The origin is the tenant's, as its apps know it; the Host header is the caller's own word.
    static Uri Target(Tenant tenant, HttpRequest request) =>
        new(new Uri(tenant.Issuer).GetLeftPart(UriPartial.Authority)
            + request.PathBase.ToUriComponent() + request.Path.ToUriComponent());
}
