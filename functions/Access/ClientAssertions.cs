using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;


namespace Latchkey.Access;

/// <summary>
/// <c>private_key_jwt</c>: a client proves who it is with a JWT under a key that it has registered (RFC 7523 §2.2 and
/// §3, OpenID Connect Core §9). Each assertion is good once.
/// </summary>
public sealed class ClientAssertions(ClientStore clients, ReplayCache seen, TimeProvider clock)
{
    const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const int MaxIdChars = 256;

    // Stock clients ask for an hour (RFC 7523 §3 lets the server decide what is unreasonably far); a jti is remembered as long.
    static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    // For exp, nbf and iat, which a client whose clock is ahead puts into our future.
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
        // RFC 9126 §2: all three are accepted at every endpoint.
        if (!assertion.IsOnlyFor(tenant.Issuer, $"{tenant.Issuer}/oauth/token", $"{tenant.Issuer}/oauth/par"))
            throw Wrong(client, "Its aud must be the issuer, the token endpoint or the PAR endpoint, and nothing else.");
        await Use(tenant, client, assertion, cancel);
        return client;
    }

    async Task Use(Tenant tenant, Client client, ClientAssertion assertion, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (assertion.ExpiresAt is not { } expires || expires <= now) throw Wrong(client, "It has no exp, or has expired.");
        if (expires > now + Longest + Skew) throw Wrong(client, $"Its exp is more than {Longest.TotalMinutes} minutes away.");
        if (assertion.NotBefore > now + Skew) throw Wrong(client, "Its nbf or iat is in the future.");
        if (assertion.Id is not { Length: > 0 and <= MaxIdChars } jti) throw Wrong(client, $"Its jti must have 1 to {MaxIdChars} characters.");
        if (!await seen.TryUse(tenant, "assertion", $"{client.Id}|{jti}", expires, cancel)) throw Wrong(client, "Its jti was used before.");
    }

    // Before the signature is proven, anybody may be asking.
    static OAuthError Refused(string why) => OAuthError.InvalidClient($"client assertion: {why}");

    // From then on it is the client itself, who may hear what is wrong.
    static OAuthError Wrong(Client client, string why) =>
        OAuthError.InvalidClient($"client assertion: {why}", client.Id, $"The client assertion was refused. {why}");
}
