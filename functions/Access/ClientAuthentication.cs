using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>
/// Client authentication (RFC 6749 §2.3, §3.2.1): <c>client_secret_basic</c>, <c>client_secret_post</c>,
/// <c>private_key_jwt</c>, client certificates (<see cref="CertificateAuthentication"/>), and <c>none</c> for public clients. A client uses
/// one method per request, and only the one that it is registered for. The two methods with a secret count as one: see
/// <see cref="Client.AuthMethod"/>.
/// </summary>
public sealed class ClientAuthentication(
    ClientStore clients, ClientAssertions assertions, CertificateAuthentication certificates, TimeProvider clock)
{
    /// <summary>Authenticates the client that sent this form.</summary>
    /// <exception cref="OAuthError"><c>invalid_client</c> (401), or <c>invalid_request</c> if two methods are mixed.</exception>
    public async Task<Client> Authenticate(TenantRequest request, Form form)
    {
        var client = await Verify(request, form);
        request.Audit.Client = client.Id;
        return client;
    }

    async Task<Client> Verify(TenantRequest request, Form form)
    {
        var basic = ReadBasic(request.Http);
        var hasAssertion = form["client_assertion"] is not null || form["client_assertion_type"] is not null;
        EnsureOneMethod(basic is not null, form["client_secret"] is not null, hasAssertion);
        if (hasAssertion) return await assertions.Authenticate(request, form);
        if (basic is not null && form["client_id"] is { } formId && formId != basic.Value.Id)
            throw OAuthError.InvalidRequest("client_id and the Authorization header name different clients.");
        var id = basic?.Id ?? form["client_id"] ?? throw OAuthError.InvalidClient("no client_id");
        var client = await clients.Find(request.Tenant, id, request.Cancel) ?? throw OAuthError.InvalidClient("unknown client");
        var secret = basic?.Secret ?? form["client_secret"];
        if (secret is null && ClientAuthMethod.IsTls(client.AuthMethod)) await certificates.Verify(request, client);
        else VerifySecret(client, secret);
        return client;
    }

    static void EnsureOneMethod(params bool[] used)
    {
        if (used.Count(isUsed => isUsed) > 1)
            throw OAuthError.InvalidRequest("The client used more than one authentication method.");
    }

    void VerifySecret(Client client, string? secret)
    {
        if (client.IsPublic)
        {
            if (!string.IsNullOrEmpty(secret)) throw OAuthError.InvalidClient("a public client sent a secret", client.Id);
            return;
        }
        if (client.AuthMethod == ClientAuthMethod.PrivateKeyJwt || ClientAuthMethod.IsTls(client.AuthMethod))
            throw OAuthError.InvalidClient($"the client must use {client.AuthMethod}", client.Id);
        if (secret is null || !client.HasSecret(secret, clock.GetUtcNow()))
            throw OAuthError.InvalidClient("wrong or missing secret", client.Id);
    }

    // RFC 6749 §2.3.1: both halves are form-url-encoded before they are joined.
    static (string Id, string Secret)? ReadBasic(HttpRequest http)
    {
        var header = http.Headers.Authorization;
        if (header.Count == 0) return null;
        var parts = header.ToString().Split(' ', 2, StringSplitOptions.TrimEntries);
        if (header.Count > 1 || parts.Length < 2 || !parts[0].Equals("Basic", StringComparison.OrdinalIgnoreCase))
            throw OAuthError.InvalidClient("the Authorization scheme is not Basic");
        var bytes = new byte[parts[1].Length];
        if (!Convert.TryFromBase64String(parts[1], bytes, out var length)) throw Malformed();
        var credentials = bytes.AsSpan(0, length);
        var colon = credentials.IndexOf((byte)':');
        return colon < 0 ? throw Malformed() : (Decode(credentials[..colon]), Decode(credentials[(colon + 1)..]));

        static OAuthError Malformed() => OAuthError.InvalidClient("the Basic credentials are malformed");
    }

    static string Decode(ReadOnlySpan<byte> half)
    {
        try
        {
            return Form.Decode(half);
        }
        catch (OAuthError)
        {
            throw OAuthError.InvalidClient("the Basic credentials are not form-url-encoded UTF-8");
        }
    }
}
