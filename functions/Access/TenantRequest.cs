using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>A request to an endpoint of a tenant, as <see cref="TenantPipeline"/> hands it to whoever answers it.</summary>
/// <param name="Http">The HTTP request.</param>
/// <param name="Tenant">The tenant that the address names.</param>
/// <param name="Audit">The request's entry in the audit; handlers fill it in as they learn more.</param>
/// <param name="Cancel">Cancelled when the caller hangs up.</param>
public record TenantRequest(HttpRequest Http, Tenant Tenant, AuditContext Audit, CancellationToken Cancel)
{
    /// <summary>The HTTP response, for its headers and cookies.</summary>
    public HttpResponse Response => Http.HttpContext.Response;

    /// <summary>The same request for work that must be finished even if the caller hangs up.</summary>
    public TenantRequest WithoutCancellation() => this with { Cancel = CancellationToken.None };
}

/// <summary>A request to a protected endpoint: token, tenant and scope have been checked.</summary>
public sealed record Caller : TenantRequest
{
    internal Caller(TenantRequest request, AccessToken token) : base(request) => Token = token;

    /// <summary>The verified access token. Its tenant is the tenant of the address.</summary>
    public AccessToken Token { get; }
}

/// <summary>Answers a request that failed: for a page, or for the programs of one protocol.</summary>
/// <param name="http">The HTTP request.</param>
/// <param name="tenant">The tenant, or null if the address names none or it does not matter.</param>
/// <param name="problem">What went wrong.</param>
public delegate Task<IResult> FailurePage(HttpRequest http, Tenant? tenant, Problem problem);
