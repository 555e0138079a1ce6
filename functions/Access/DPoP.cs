using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Access;

/// <summary>
/// Demonstrating proof of possession (RFC 9449) at our own endpoints. Every proof must carry a server nonce (§8), so
/// that proofs can't be made in advance, and can be used once (§11.1).
/// </summary>
public sealed class DPoP(DPoPNonces nonces, ReplayCache replays, Settings settings, TimeProvider clock)
{
    // The nonce limits a proof's age exactly. This window limits how long a jti must be remembered, and is wide because
    // the clocks of phones are often wrong.
    static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Reads the proof of a request to the token endpoint (§5); null if it has none. The proof is not used up yet: call
    /// <see cref="TryUse"/> once the rest of the request has been checked.
    /// </summary>
    /// <exception cref="OAuthError"><c>invalid_dpop_proof</c> or <c>use_dpop_nonce</c>.</exception>
    public async Task<DPoPProof?> Read(TenantRequest request)
    {
        if (!request.Http.Headers.ContainsKey("DPoP")) return null;
        try
        {
            return await Check(request);
        }
        catch (DPoPFault fault)
        {
            throw OAuthError.DPoP(fault.Code, fault.Message);
        }
    }

    /// <summary>
    /// Reads the proof that comes with a bound access token (§7.1). It must be made with the token's key and for this token.
    /// </summary>
    /// <exception cref="Problem">401 <c>invalid_dpop_proof</c>, <c>use_dpop_nonce</c> or <c>invalid_token</c>.</exception>
    public async Task<DPoPProof> ReadFor(TenantRequest request, string accessToken, string jkt)
    {
        try
        {
            var proof = await Check(request);
            if (!proof.IsFor(accessToken)) throw DPoPFault.Invalid("The DPoP proof's ath does not match the access token.");
            if (proof.Jkt != jkt) throw Problem.Unauthorized("The access token is bound to another key.");
            return proof;
        }
        catch (DPoPFault fault)
        {
            throw Problem.DPoP(fault.Code, fault.Message);
        }
    }

    /// <summary>Uses up a proof.</summary>
    /// <returns>False if it was used before.</returns>
    public Task<bool> TryUse(Tenant tenant, DPoPProof proof, CancellationToken cancel) =>
        replays.TryUse(tenant, "dpop", $"{proof.Jkt}|{proof.Id}", proof.IssuedAt + Window, cancel);

    async Task<DPoPProof> Check(TenantRequest request)
    {
        var (http, tenant, _, cancel) = request;
        var header = http.Headers["DPoP"];
        // The Functions host joins headers of the same name with a comma, which no JWT contains.
        if (header is not [{ Length: > 0 } encoded] || encoded.Contains(','))
            throw DPoPFault.Invalid("Send exactly one DPoP header.");
        var proof = await DPoPProof.Read(encoded, http.Method, TargetUri(request));
        request.Response.Headers["DPoP-Nonce"] = await nonces.Current(tenant.Id, cancel);
        if (proof.Nonce is null || !await nonces.IsFresh(tenant.Id, proof.Nonce, cancel))
            throw new DPoPFault("use_dpop_nonce", "The DPoP proof must carry the nonce of the DPoP-Nonce header.");
        if ((clock.GetUtcNow() - proof.IssuedAt).Duration() > Window)
            throw DPoPFault.Invalid($"The DPoP proof's iat is more than {Window.TotalMinutes} minutes off. Check the clock.");
        return proof;
    }

    // The origin is the tenant's, as its apps know it, or that of mutual TLS. The Host header is whatever the caller sent.
    Uri TargetUri(TenantRequest request) =>
        new((settings.MutualTls.Origin is { } origin && ConnectionCertificate.Of(request.Http, settings) is not null ? origin
                : request.Tenant.OwnOrigin)
            + request.Http.PathBase.ToUriComponent() + request.Http.Path.ToUriComponent());
}
