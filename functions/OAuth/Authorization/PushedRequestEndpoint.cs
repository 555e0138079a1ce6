using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// The pushed authorization request endpoint (RFC 9126 §2): the client sends its request itself, is authenticated as at
/// the token endpoint, hears of every fault at once, and gives the browser only a reference.
/// </summary>
public sealed class PushedRequestEndpoint(
    TenantPipeline pipeline, ClientAuthentication authentication, DPoP dpop, RequestReader reader, PushedRequests pushed,
    AnonymousRows rows)
{
    // What proves the client is not part of the request.
    static readonly string[] Credentials = ["client_secret", "client_assertion", "client_assertion_type"];

    /// <summary><c>POST /{tenant}/oauth/par</c></summary>
    [Function("par")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/par")] HttpRequest request) =>
        pipeline.Public(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            AuditContext.Of(request).Type = "par";
            var proof = await dpop.Read(tenant, request, cancel);
            var client = await authentication.Authenticate(tenant, request, form, cancel);
            if (form["request_uri"] is not null) throw OAuthError.InvalidRequest("A pushed request has no request_uri (RFC 9126 §2.1).");
            // Basic authentication may leave it out; the browser's half must name the client all the same.
            var parameters = new Dictionary<string, string>(form.Values.Where(p => !Credentials.Contains(p.Key))) { ["client_id"] = client.Id };
            if (proof is not null) await Bind(tenant, proof, parameters, cancel);
            var encoded = Form.Encode(parameters);
            if (encoded.Length > PendingRequests.MaxChars) throw OAuthError.InvalidRequest("The request is too long.");
            var asBrowser = Form.Parse(System.Text.Encoding.UTF8.GetBytes(encoded));
            RequestReader.Read(await reader.Trust(tenant, asBrowser, cancel), asBrowser, pushed: true);
            if (client.IsPublic) rows.Take(request); // Anybody can be a public client.
            var reference = await pushed.Push(tenant, client, encoded, cancel);
            return Results.Json(new { request_uri = reference, expires_in = (int)PushedRequests.Life.TotalSeconds }, statusCode: 201);
        });

    // RFC 9449 §10.1: a proof here says the same as dpop_jkt, and both must say the same.
    async Task Bind(Tenant tenant, DPoPProof proof, Dictionary<string, string> parameters, CancellationToken cancel)
    {
        if (parameters.TryGetValue("dpop_jkt", out var said) && said != proof.Jkt)
            throw OAuthError.DPoP("invalid_dpop_proof", "dpop_jkt is not the key of the DPoP proof.");
        if (!await dpop.Use(tenant, proof, cancel)) throw OAuthError.DPoP("invalid_dpop_proof", "The DPoP proof was used before.");
        parameters["dpop_jkt"] = proof.Jkt;
    }
}
