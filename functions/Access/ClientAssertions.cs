using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Access;

/// <summary>
/// <c>private_key_jwt</c>: a client authenticates with a JWT that it signs with a registered key (RFC 7523 §2.2 and §3,
/// OpenID Connect Core §9). Each assertion can be used once.
/// </summary>
public sealed class ClientAssertions(ClientStore clients, ClientKeySets keySets, ReplayCache replays, TimeProvider clock)
{
    const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const int MaxIdChars = 256;

    // RFC 7523 §3 lets the server decide what is unreasonably far away. Common libraries use up to an hour.
    static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(1);

    // A client's clock may be ahead of ours.
    static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>Authenticates the client that signed the form's assertion.</summary>
    /// <exception cref="OAuthError"><c>invalid_client</c>, or <c>invalid_request</c> for another type of assertion.</exception>
    public async Task<Client> Authenticate(TenantRequest request, Form form)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        if (form.Required("client_assertion_type") != JwtBearer)
            throw OAuthError.InvalidRequest($"client_assertion_type must be {JwtBearer}.");
        var assertion = ClientAssertion.Read(form.Required("client_assertion")) ?? throw Unverified("not a JWT");
        var id = assertion.Subject ?? throw Unverified("no sub");
        if (assertion.Issuer != id) throw Unverified("iss differs from sub");
        if (form["client_id"] is { } formId && formId != id)
            throw OAuthError.InvalidRequest("client_id and client_assertion name different clients.");
        var client = await clients.Find(tenant, id, cancel) ?? throw Unverified("unknown client");
        if (client.AuthMethod != ClientAuthMethod.PrivateKeyJwt) throw Unverified("the client is not registered for private_key_jwt");
        if (!await keySets.Any(client, assertion.IsSignedBy, cancel)) throw Unverified("invalid signature or algorithm");
        // RFC 9126 §2: the client may name any of the three at every endpoint.
        if (!assertion.IsOnlyFor(tenant.Issuer, $"{tenant.Issuer}/oauth/token", $"{tenant.Issuer}/oauth/par"))
            throw Invalid(client, "Its aud must be the issuer, the token endpoint or the PAR endpoint, and nothing else.");
        await Use(tenant, client, assertion, cancel);
        return client;
    }

    async Task Use(Tenant tenant, Client client, ClientAssertion assertion, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (assertion.ExpiresAt is not { } expires || expires <= now) throw Invalid(client, "Its exp is missing or in the past.");
        if (expires > now + MaxLifetime + ClockSkew)
            throw Invalid(client, $"Its exp is more than {MaxLifetime.TotalMinutes} minutes away.");
        if (assertion.NotBefore > now + ClockSkew) throw Invalid(client, "Its nbf or iat is in the future.");
        if (assertion.Id is not { Length: > 0 and <= MaxIdChars } jti)
            throw Invalid(client, $"Its jti must have 1 to {MaxIdChars} characters.");
        if (!await replays.TryUse(tenant, "assertion", $"{client.Id}|{jti}", expires, cancel))
            throw Invalid(client, "Its jti was used before.");
    }

    // Before the signature is verified the caller may be anybody, so the reason goes to the log only.
    static OAuthError Unverified(string reason) => OAuthError.InvalidClient($"client assertion: {reason}");

    // After that, the caller is the client itself and may read the reason.
    static OAuthError Invalid(Client client, string reason) =>
        OAuthError.InvalidClient($"client assertion: {reason}", client.Id, $"The client assertion was refused. {reason}");
}
