using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>An access token that is signed but must not leave before its record is written.</summary>
/// <param name="Encoded">The JWT.</param>
/// <param name="Record">Its row (<see cref="IssuedTokens"/>).</param>
/// <param name="Bucket">The table of a token without a session.</param>
public sealed record SignedToken(string Encoded, TableEntity Record, string Bucket);

/// <summary>
/// Makes access tokens: JWTs as in RFC 9068, signed with ES256, with the tenant (<c>tid</c>) and, for a user, session and
/// roles. If a thumbprint is given, the token is bound to that key (RFC 9449 §6.1). A token is signed before anything is
/// written, so that a failing vault leaves no trace.
/// </summary>
public sealed class AccessTokens(JwtWriter jwt, TimeProvider clock)
{
    /// <summary>A client's own token (RFC 6749 §4.4): the subject is the client.</summary>
    public Task<SignedToken> ForClient(Tenant tenant, Client client, Scope scope, string? jkt, CancellationToken cancel)
    {
        var token = New(client.AccessTokenSeconds, tenant, client, client.Id, scope) with { Jkt = jkt };
        return Sign(tenant, client, token, [], cancel);
    }

    /// <summary>A token for an operator of the deployment, who is not a user of the tenant.</summary>
    public Task<SignedToken> ForOperator(
        Tenant tenant, Client client, string subject, Scope scope, int seconds, CancellationToken cancel) =>
        Sign(tenant, client, New(seconds, tenant, client, subject, scope), [], cancel);

    /// <summary>A user's token.</summary>
    public Task<SignedToken> ForSession(SessionGrant grant, string? jkt, CancellationToken cancel)
    {
        var (tenant, client, session, scope) = grant;
        var token = New(client.AccessTokenSeconds, tenant, client, session.UserId, scope) with { SessionId = session.Id, Jkt = jkt };
        var person = new Dictionary<string, object>
        {
            ["roles"] = session.Person.Roles,
            ["name"] = session.Person.Name,
            ["auth_time"] = session.Authentication.Time.ToUnixTimeSeconds(), // RFC 9068 §2.2.1
            ["acr"] = session.Authentication.Acr,
            ["amr"] = session.Authentication.Methods,
        };
        return Sign(tenant, client, token, person, cancel);
    }

    AccessToken New(int seconds, Tenant tenant, Client client, string subject, Scope scope)
    {
        var now = clock.GetUtcNow();
        var expires = now.AddSeconds(seconds);
        var id = $"{ExpiringTables.Bucket(expires)}.{Ids.New()}";
        return new AccessToken(tenant.Id, subject, client.Id, scope, id, SessionId: null) { IssuedAt = now, ExpiresAt = expires };
    }

    async Task<SignedToken> Sign(
        Tenant tenant, Client client, AccessToken token, Dictionary<string, object> personClaims, CancellationToken cancel)
    {
        var claims = new Dictionary<string, object>(personClaims)
        {
            ["iss"] = tenant.Issuer,
            ["sub"] = token.Subject,
            ["aud"] = tenant.Issuer,
            ["client_id"] = client.Id,
            ["scope"] = token.Scope.ToString(),
            ["iat"] = token.IssuedAt.ToUnixTimeSeconds(),
            ["exp"] = token.ExpiresAt.ToUnixTimeSeconds(),
            ["jti"] = token.TokenId,
            ["tid"] = tenant.Id,
        };
        if (token.SessionId is not null) claims["sid"] = token.SessionId;
        if (token.Jkt is not null) claims["cnf"] = new Dictionary<string, string> { ["jkt"] = token.Jkt };
        var partition = Session.WithoutBucket(token.SessionId ?? token.TokenId);
        var record = IssuedTokens.Row(token, partition, token.IssuedAt, token.ExpiresAt);
        // A session's row states the incarnation for all of its tokens.
        if (token.SessionId is null && client.Incarnation.Length > 0) record["ClientIncarnation"] = client.Incarnation;
        var bucket = ExpiringTables.Bucket(token.ExpiresAt);
        return new SignedToken(await jwt.Write(tenant.Id, "ES256", "at+jwt", claims, cancel), record, bucket);
    }
}
