using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>
/// <c>private_key_jwt</c>: a client proves who it is with a JWT under a key that it has registered (RFC 7523 §2.2 and
/// §3, OpenID Connect Core §9). Each assertion is good once.
/// </summary>
public sealed class ClientAssertions(ClientStore clients, SingleUse seen, TimeProvider clock)
{
    const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const int MaxIdChars = 256;

    static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // For nbf and iat, which a client whose clock is ahead puts into our future.
    static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>The client that made the form's assertion.</summary>
    /// <exception cref="OAuthError"><c>invalid_client</c>, or <c>invalid_request</c> for another type of assertion.</exception>
    public async Task<Client> Authenticate(Tenant tenant, Form form, CancellationToken cancel)
    {
        if (form.Required("client_assertion_type") != JwtBearer)
            throw OAuthError.InvalidRequest($"client_assertion_type must be {JwtBearer}.");
        var assertion = ClientAssertion.Read(form.Required("client_assertion")) ?? throw Refused("not a JWT");
        var id = assertion.Subject ?? throw Refused("no sub");
        if (assertion.Issuer != id) throw Refused("iss is not sub");
        if (form["client_id"] is { } named && named != id)
            throw OAuthError.InvalidRequest("client_id and client_assertion name different clients.");
        var client = await clients.Find(tenant, id, cancel) ?? throw Refused("no such client");
        if (client.AuthMethod != ClientAuthMethod.PrivateKeyJwt || client.Jwks is null)
            throw Refused("the client is not registered for private_key_jwt");
        if (!await assertion.IsSignedBy(client.Jwks)) throw Refused("signature not valid, or algorithm not allowed");
        if (!assertion.IsOnlyFor(tenant.Issuer, $"{tenant.Issuer}/oauth/token"))
            throw Refused("aud is not the issuer or the token endpoint alone");
        await Use(tenant, client, assertion, cancel);
        return client;
    }

    async Task Use(Tenant tenant, Client client, ClientAssertion assertion, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (assertion.ExpiresAt is not { } expires || expires <= now) throw Refused("no exp, or expired");
        if (expires > now + Longest) throw Refused("exp is more than 10 minutes away");
        if (assertion.NotBefore > now + Skew) throw Refused("nbf or iat is in the future");
        if (assertion.Id is not { Length: > 0 and <= MaxIdChars } jti) throw Refused("no jti, or too long a one");
        if (!await seen.TryUse(tenant, "assertion", $"{client.Id}|{jti}", expires, cancel)) throw Refused("used before");
    }

    static OAuthError Refused(string why) => OAuthError.InvalidClient($"client assertion: {why}", usedHeader: false);
}
