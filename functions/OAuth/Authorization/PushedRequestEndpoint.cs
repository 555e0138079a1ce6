using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// The pushed authorization request endpoint (RFC 9126 §2): the client sends its request itself, authenticates as at the
/// token endpoint, learns of every fault at once, and gives the browser only a reference.
/// </summary>
public sealed class PushedRequestEndpoint(
    TenantPipeline pipeline, ClientAuthentication authentication, DPoP dpop, RequestReader reader, PushedRequests pushedRequests,
    ClientIdDocuments documents, AnonymousLimiter rows)
{
    // The client's credentials are not part of the authorization request.
    static readonly string[] Credentials = ["client_secret", "client_assertion", "client_assertion_type"];

    /// <summary><c>POST /{tenant}/oauth/par</c></summary>
    [Function("par")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/par")] HttpRequest http) =>
        pipeline.Public(http, async request =>
        {
            var form = await Form.Read(http);
            request.Audit.Type = "par";
            var proof = await dpop.Read(request);
            var client = await Authenticate(request, form);
            if (form["request_uri"] is not null)
                throw OAuthError.InvalidRequest("A pushed request must not contain request_uri (RFC 9126 §2.1).");
            // With Basic authentication the form may lack client_id, but the stored request must name the client.
            var added = new Dictionary<string, string> { ["client_id"] = client.ClientId };
            if (proof is not null) added["dpop_jkt"] = await Bind(request, proof, form["dpop_jkt"]);
            var sent = form.Pairs.Where(parameter => !Credentials.Contains(parameter.Key) && !added.ContainsKey(parameter.Key));
            var encoded = Form.Encode(sent.Concat(added));
            if (encoded.Length > PendingRequests.MaxChars) throw OAuthError.InvalidRequest("The request is too long.");
            var asBrowser = Form.Parse(System.Text.Encoding.UTF8.GetBytes(encoded));
            RequestReader.Read(request.Tenant, await reader.ReadReturnAddress(request, asBrowser), asBrowser, pushed: true);
            if (client.IsPublic) rows.Take(http); // Anybody can be a public client.
            var reference = await pushedRequests.Push(request.Tenant, client, encoded, request.Cancel);
            return Results.Json(new { request_uri = reference, expires_in = (int)PushedRequests.Life.TotalSeconds }, statusCode: 201);
        });

    // A client with a metadata document may be pushing its first request: it has no row yet, and nothing to authenticate with.
    async Task<Client> Authenticate(TenantRequest request, Form form)
    {
        var sendsMore = request.Http.Headers.Authorization.Count > 0 || Credentials.Any(form.Values.ContainsKey);
        if (form["client_id"] is not { } id || !ClientIdUrl.Is(id) || sendsMore) return await authentication.Authenticate(request, form);
        var client = await documents.Find(request, id) ?? throw OAuthError.InvalidClient("the tenant has no clients with documents");
        request.Audit.Client = client.Id;
        return client;
    }

    // RFC 9449 §10.1: a proof here has the effect of dpop_jkt. If both are sent they must name the same key.
    async Task<string> Bind(TenantRequest request, DPoPProof proof, string? jkt)
    {
        if (jkt is not null && jkt != proof.Jkt)
            throw OAuthError.DPoP("invalid_dpop_proof", "dpop_jkt names another key than the DPoP proof.");
        if (!await dpop.TryUse(request.Tenant, proof, request.Cancel))
            throw OAuthError.DPoP("invalid_dpop_proof", "The DPoP proof was used before.");
        return proof.Jkt;
    }
}
