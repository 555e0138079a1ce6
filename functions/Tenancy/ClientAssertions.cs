using System.Text.Json;
using Latchkey.Http;
using Latchkey.Keys;
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
        var jwt = ForeignJwt.Read(form.Required("client_assertion")) ?? throw Refused("not a JWT");
        var id = jwt.Text("sub") ?? throw Refused("no sub");
        if (jwt.Text("iss") != id) throw Refused("iss is not sub");
        if (form["client_id"] is { } named && named != id)
            throw OAuthError.InvalidRequest("client_id and client_assertion name different clients.");
        var client = await clients.Find(tenant, id, cancel) ?? throw Refused("no such client");
        if (client.AuthMethod != ClientAuthMethod.PrivateKeyJwt || client.Jwks is null)
            throw Refused("the client is not registered for private_key_jwt");
        if (!await jwt.IsSignedBy(PublicJwk.ParseSet(client.Jwks))) throw Refused("signature not valid, or algorithm not allowed");
        if (!IsForUs(jwt, tenant)) throw Refused("aud is not only the issuer or the token endpoint");
        await Use(tenant, client, jwt, cancel);
        return client;
    }

    async Task Use(Tenant tenant, Client client, ForeignJwt jwt, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (jwt.Time("exp") is not { } expires || expires <= now) throw Refused("no exp, or expired");
        if (expires > now + Longest) throw Refused("exp is more than 10 minutes away");
        if (jwt.Time("nbf") > now + Skew || jwt.Time("iat") > now + Skew) throw Refused("nbf or iat is in the future");
        if (jwt.Text("jti") is not { Length: > 0 and <= MaxIdChars } jti) throw Refused("no jti, or too long a one");
        if (!await seen.TryUse(tenant, "assertion", $"{client.Id}|{jti}", expires, cancel)) throw Refused("used before");
    }

    // Every value has to be ours: an assertion that is good elsewhere too could be replayed by whoever it was sent to.
    static bool IsForUs(ForeignJwt jwt, Tenant tenant)
    {
        if (!jwt.Claims.TryGetProperty("aud", out var audience)) return false;
        string[] ours = [tenant.Issuer, $"{tenant.Issuer}/oauth/token"];
        return audience.ValueKind switch
        {
            JsonValueKind.String => ours.Contains(audience.GetString()),
            JsonValueKind.Array => audience.GetArrayLength() > 0
                && audience.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String && ours.Contains(one.GetString())),
            _ => false,
        };
    }

    static OAuthError Refused(string why) => OAuthError.InvalidClient($"client assertion: {why}", usedHeader: false);
}
