using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Scim;

/// <summary>A request of a directory whose token is known.</summary>
/// <param name="Request">The request to the tenant.</param>
/// <param name="Token">What the directory may do.</param>
public sealed record ScimRequest(TenantRequest Request, ScimToken Token) : TenantRequest(Request)
{
    /// <summary>The URL under which all resources are: from the issuer, never from the Host header.</summary>
    public string Base => $"{Tenant.Issuer}/scim/v2";

    /// <summary>Who acts, for the audit.</summary>
    public string Client => $"scim-{Token.Id}";

    /// <summary>The condition of the request (RFC 7644 §3.14).</summary>
    public IReadOnlyList<string> IfMatch { get; init; } = EntityTag.Tags(Request.Http.Headers.IfMatch);
}

/// <summary>
/// The way into every SCIM endpoint: a token of the tenant for SCIM, in the Authorization header (RFC 6750 §2.1) and nowhere else. A
/// failure is SCIM's own error, whatever failed.
/// </summary>
public sealed class ScimPipeline(TenantPipeline pipeline, ScimTokens tokens)
{
    /// <summary>Handles one request of a directory.</summary>
    public Task<IResult> Run(HttpRequest http, Func<ScimRequest, Task<IResult>> handler) => pipeline.Service(http, async request =>
    {
        var token = await Authenticate(request);
        var (audit, call) = (request.Audit, new ScimRequest(request, token));
        audit.Type = http.HttpContext.GetEndpoint()?.DisplayName;
        audit.Client = call.Client;
        return await handler(call);
    }, Present);

    async Task<ScimToken> Authenticate(TenantRequest request)
    {
        var sent = request.Http.Headers.Authorization;
        if (sent.Count == 0) throw Unauthorized("A SCIM token is required.", tokenSent: false);
        if (sent.Count > 1 || sent.ToString().Split(' ', 2, StringSplitOptions.TrimEntries) is not [var scheme, var secret]
            || !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            throw Unauthorized("The SCIM token must be sent as a Bearer token.", tokenSent: false);
        return await tokens.Find(request.Tenant, secret, request.Cancel)
            ?? throw Unauthorized("The SCIM token is unknown to this tenant, was revoked, or has expired.", tokenSent: true);
    }

    static Problem Unauthorized(string why, bool tokenSent) => new(401, "invalid_token", why)
    {
        Challenge = tokenSent ? "Bearer error=\"invalid_token\"" : "Bearer",
    };

    static Task<IResult> Present(HttpRequest http, Tenant? tenant, Problem problem) =>
        Task.FromResult(ScimResult.Json(ScimResult.Error(problem), problem.Status));
}

/// <summary>Entity tags of resources, which are weak (RFC 7644 §3.14).</summary>
static class Versions
{
    /// <summary>The version of a row.</summary>
    public static string Of(Azure.ETag row) => $"W/\"{Storage.Ids.Hash(row.ToString())[..16]}\"";

    /// <summary>True if one of the tags is this version; weakness does not matter.</summary>
    public static bool Has(IReadOnlyList<string> tags, string version) =>
        tags.Any(tag => tag == "*" || tag == version || $"W/{tag}" == version);

    /// <summary>Refuses if there is a condition that this version does not meet.</summary>
    /// <exception cref="Problem">412</exception>
    public static void Ensure(IReadOnlyList<string> tags, string version)
    {
        if (tags.Count > 0 && !Has(tags, version)) throw ScimError.PreconditionFailed();
    }
}
