using Latchkey.Http;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>Who calls a protected endpoint: all three layers have said yes.</summary>
/// <param name="Tenant">The tenant of the address, which is the token's.</param>
/// <param name="Token">The verified token.</param>
/// <param name="Cancel">The caller hung up.</param>
public sealed record Caller(Tenant Tenant, AccessToken Token, CancellationToken Cancel)
{
    /// <summary>What the request does, for the audit.</summary>
    public AuditContext Audit { get; init; } = new();
}

/// <summary>
/// The way into every endpoint of a tenant. For protected ones it is the three layers, in this order: authentication
/// (401), tenant verification (401), authorization (403).
/// </summary>
public sealed class TenantPipeline(
    ErrorBoundary boundary, TenantStore tenants, Domains domains, ClientStore clients, BearerToken bearer, DPoP dpop, IssuedTokens issued,
    AuditLog audit, SuspendedRequests suspended)
{
    /// <summary>A public endpoint of a tenant, with CORS for the tenant's origins; with cookies only if <paramref name="credentials"/> says so.</summary>
    public Task<IResult> Public(
        HttpRequest request, Func<Tenant, CancellationToken, Task<IResult>> steps, bool credentials = false) =>
        Enter(request, AtItsAddress(request, steps), (tenant) => Cors.Apply(request, tenant.Origins, credentials));

    /// <summary>A document of a tenant that is everybody's to read, from any origin: metadata and public keys.</summary>
    public Task<IResult> PublicDocument(HttpRequest request, Func<Tenant, CancellationToken, Task<IResult>> steps) =>
        Enter(request, AtItsAddress(request, steps), _ => Cors.ApplyToAll(request));

    Func<Tenant, CancellationToken, Task<IResult>> AtItsAddress(
        HttpRequest request, Func<Tenant, CancellationToken, Task<IResult>> steps) => async (tenant, cancel) =>
    {
        EnsureAddress(tenant, await domains.TenantAt(request, cancel));
        return await steps(tenant, cancel);
    };

    Task<IResult> Enter(HttpRequest request, Func<Tenant, CancellationToken, Task<IResult>> steps, Action<Tenant>? cors = null, bool isProtected = false) =>
        boundary.Run(request, async () =>
        {
            var cancel = request.HttpContext.RequestAborted;
            var preflight = HttpMethods.IsOptions(request.Method);
            Tenant? tenant = null;
            try
            {
                tenant = await tenants.Find(request.RouteValues["tenant"] as string, cancel);
            }
            finally
            {
                // As long as no tenant is known, a refusal holds nothing of anybody, and a script may read why.
                if (tenant is null) Cors.ApplyToAll(request);
            }
            if (tenant is null) return preflight ? Results.NoContent() : throw Unknown();
            if (cors is null) Cors.Apply(request, tenant.Origins);
            else cors(tenant);
            if (preflight) return Results.NoContent();
            if (!isProtected || !await IsOperatorInSuspended(request, tenant, cancel)) EnsureActive(tenant);
            return await audit.Record(request, tenant, () => steps(tenant, cancel));
        });

    /// <summary>
    /// A page of a tenant, for people: no CORS, because no script has business with it, and failures are pages too.
    /// The tenant is null if the failure is that there is none.
    /// </summary>
    public Task<IResult> Page(HttpRequest request, Func<Tenant, CancellationToken, Task<IResult>> steps,
        Func<Tenant?, Problem, Task<IResult>> present)
    {
        Tenant? tenant = null;
        return boundary.Run(request, async () =>
        {
            tenant = await Tenant(request, request.HttpContext.RequestAborted);
            EnsureActive(tenant);
            EnsureAddress(tenant, await domains.TenantAt(request, request.HttpContext.RequestAborted));
            return await audit.Record(request, tenant, () => steps(tenant, request.HttpContext.RequestAborted));
        }, problem => present(tenant, problem));
    }

    /// <summary>
    /// A protected endpoint that only reads: the revocation and the user's state are looked up beside its own reading, and
    /// what it read is thrown away if the token has been revoked or its user ended.
    /// </summary>
    public Task<IResult> AuthorizeRead(
        HttpRequest request, string scope, Func<Caller, Task<IResult>> steps, bool tokenInBodyToo = false) =>
        Enter(request, async (tenant, cancel) =>
        {
            var sent = tokenInBodyToo ? await BearerToken.SentInBodyToo(request) : BearerToken.Sent(request);
            var (caller, proof) = await Admit(request, tenant, sent, scope, cancel);
            var live = EnsureLive(caller, scope, proof);
            var answer = steps(caller);
            await Task.WhenAny(Task.WhenAll(live, answer)); // Both end before either's failure is told.
            await live;
            return await answer;
        }, isProtected: true);

    /// <summary>A protected endpoint that changes something: nothing is done before the token is known to be live.</summary>
    public Task<IResult> AuthorizeWrite(HttpRequest request, string scope, Func<Caller, Task<IResult>> steps) =>
        Enter(request, async (tenant, cancel) =>
        {
            var (caller, proof) = await Admit(request, tenant, BearerToken.Sent(request), scope, cancel);
            await EnsureLive(caller, scope, proof);
            return await steps(caller);
        }, isProtected: true);

    async Task<(Caller Caller, DPoPProof? Proof)> Admit(
        HttpRequest request, Tenant tenant, SentToken sent, string scope, CancellationToken cancel)
    {
        var token = await bearer.Verify(sent.Encoded, async id => (await tenants.Find(id, cancel))?.Issuer, cancel);
        // The address is the path and, if it is a tenant's own domain, the host: the token must be of both.
        var host = await domains.TenantAt(request, cancel) ?? tenant.Id;
        if (token.Tenant != tenant.Id || token.Tenant != host)
            throw Problem.Unauthorized($"The access token is of tenant {token.Tenant}; this address is of tenant {(token.Tenant == host ? tenant.Id : host)}.");
        if (await clients.Find(tenant, token.ClientId, cancel) is null)
            throw Problem.Unauthorized("The access token's client is no longer registered."); // RFC 7592 §2.3
        var auditContext = AuditContext.Of(request);
        auditContext.By(request, token); // From here on it is known who asks, and refusals are told too.
        var proof = await Proof(request, tenant, sent, token, cancel);
        if (!token.Scope.Has(scope)) throw Problem.InsufficientScope(scope);
        return (new Caller(tenant, token, cancel) { Audit = auditContext }, proof);
    }

    // RFC 9449 §7.2: a bound token is never taken as a bearer token; the reverse would promise what is not there.
    async Task<DPoPProof?> Proof(
        HttpRequest request, Tenant tenant, SentToken sent, AccessToken token, CancellationToken cancel)
    {
        if (token.Jkt is null && !sent.WithProof) return null;
        if (token.Jkt is null) throw Problem.Unauthorized("The access token is bound to no key; send it as a Bearer token.");
        if (!sent.WithProof) throw Problem.DPoP("invalid_token", "The access token is bound to a key; send it as a DPoP token.");
        return await dpop.ReadFor(tenant, request, sent.Encoded, token.Jkt, cancel);
    }

    Task EnsureLive(Caller caller, string scope, DPoPProof? proof) => proof is null
        ? issued.EnsureLive(caller.Tenant, caller.Token, scope, caller.Cancel)
        : Task.WhenAll(issued.EnsureLive(caller.Tenant, caller.Token, scope, caller.Cancel), EnsureUnused(caller, proof));

    async Task EnsureUnused(Caller caller, DPoPProof proof)
    {
        if (!await dpop.Use(caller.Tenant, proof, caller.Cancel))
            throw Problem.DPoP("invalid_dpop_proof", "The DPoP proof was used before.");
    }

    async Task<Tenant> Tenant(HttpRequest request, CancellationToken cancel) =>
        await tenants.Find(request.RouteValues["tenant"] as string, cancel)
        ?? throw Unknown();

    // At a tenant's own domain there is no other.
    static void EnsureAddress(Tenant tenant, string? host)
    {
        if (host is not null && host != tenant.Id) throw Unknown();
    }

    // A suspended tenant stays open to operators. Whether the token is live is asked afterwards, as of any other.
    async Task<bool> IsOperatorInSuspended(HttpRequest request, Tenant tenant, CancellationToken cancel)
    {
        if (tenant.SuspendedBecause is null) return false;
        try
        {
            var token = await bearer.Verify(BearerToken.Sent(request).Encoded, async id => (await tenants.Find(id, cancel))?.Issuer, cancel);
            return token.Tenant == tenant.Id && token.ClientId == Tenancy.Tenant.OperatorClient;
        }
        catch (Problem)
        {
            return false;
        }
    }

    // `error` beside `code`, so that an OAuth library reads this answer too.
    void EnsureActive(Tenant tenant)
    {
        if (tenant.SuspendedBecause is not { } reason) return;
        suspended.Add(tenant);
        throw new Problem(403, "tenant_suspended", $"This tenant is suspended: {reason}")
        {
            Extensions = new Dictionary<string, object?> { ["error"] = "access_denied" },
        };
    }

    static Problem Unknown() => Problem.NotFound("unknown_tenant", "There is no such tenant.");
}
