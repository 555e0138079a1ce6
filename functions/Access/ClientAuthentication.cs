using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>
/// Client authentication (RFC 6749 §2.3, §3.2.1): <c>client_secret_basic</c>, <c>client_secret_post</c>,
/// <c>private_key_jwt</c>, and <c>none</c> for public clients. A client uses one way at a time, and only its own.
/// </summary>
public sealed class ClientAuthentication(ClientStore clients, ClientAssertions assertions, TimeProvider clock)
{
    /// <summary>The client that sent this form.</summary>
    /// <exception cref="OAuthError"><c>invalid_client</c> (401), or <c>invalid_request</c> if two ways are mixed.</exception>
    public async Task<Client> Authenticate(Tenant tenant, HttpRequest request, Form form, CancellationToken cancel)
    {
        var client = await Proven(tenant, request, form, cancel);
        AuditContext.Of(request).Client = client.Id;
        return client;
    }

    async Task<Client> Proven(Tenant tenant, HttpRequest request, Form form, CancellationToken cancel)
    {
        var basic = Basic(request);
        var asserts = form["client_assertion"] is not null || form["client_assertion_type"] is not null;
        if (((bool[])[basic is not null, form["client_secret"] is not null, asserts]).Count(way => way) > 1)
            throw OAuthError.InvalidRequest("The client authenticates in two ways at once.");
        if (asserts) return await assertions.Authenticate(tenant, form, cancel);
        if (basic is not null && form["client_id"] is { } named && named != basic.Value.Id)
            throw OAuthError.InvalidRequest("client_id and the Authorization header name different clients.");
        var id = basic?.Id ?? form["client_id"] ?? throw OAuthError.InvalidClient("no client named");
        var secret = basic?.Secret ?? form["client_secret"];
        var client = await clients.Find(tenant, id, cancel)
            ?? throw OAuthError.InvalidClient("no such client");
        if (client.IsPublic && string.IsNullOrEmpty(secret)) return client;
        if (client.IsPublic) throw OAuthError.InvalidClient("a public client sent a secret", client.Id);
        if (client.AuthMethod == ClientAuthMethod.PrivateKeyJwt)
            throw OAuthError.InvalidClient("the client must use private_key_jwt", client.Id);
        if (secret is null || !client.HasSecret(secret, clock.GetUtcNow())) throw OAuthError.InvalidClient("wrong or no secret", client.Id);
        return client;
    }

    // RFC 6749 §2.3.1: both halves are form-url-encoded before they are joined.
    static (string Id, string Secret)? Basic(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count == 0) return null;
        var parts = header.ToString().Split(' ', 2, StringSplitOptions.TrimEntries);
        if (header.Count > 1 || parts.Length < 2 || !parts[0].Equals("Basic", StringComparison.OrdinalIgnoreCase))
            throw OAuthError.InvalidClient("Authorization is not Basic");
        var bytes = new byte[parts[1].Length];
        var colon = Convert.TryFromBase64String(parts[1], bytes, out var length)
            ? bytes.AsSpan(0, length).IndexOf((byte)':') : -1;
        if (colon < 0) throw OAuthError.InvalidClient("Basic credentials are malformed");
        return (Decode(bytes.AsSpan(0, colon)), Decode(bytes.AsSpan(colon + 1, length - colon - 1)));
    }

    static string Decode(ReadOnlySpan<byte> half)
    {
        try
        {
            return Form.Decode(half);
        }
        catch (OAuthError)
        {
            throw OAuthError.InvalidClient("Basic credentials are not form-url-encoded UTF-8");
        }
    }
}
