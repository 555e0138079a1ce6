using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>An access token that is signed but not yet on its way: its record must be written first.</summary>
/// <param name="Encoded">The JWT.</param>
/// <param name="Record">Its row (<see cref="IssuedTokens"/>).</param>
/// <param name="Bucket">The table of a token without a session.</param>
public sealed record SignedToken(string Encoded, TableEntity Record, string Bucket);

/// <summary>
/// Makes access tokens: JWTs as in RFC 9068, ES256, with the tenant (<c>tid</c>) and, for a user, session and roles;
/// bound to the key whose thumbprint is given (RFC 9449 §6.1), or to none.
/// A token is signed before anything is written, so that a vault that fails leaves no trace.
/// </summary>
public sealed class AccessTokens(JwtWriter jwt, TimeProvider clock)
{
    /// <summary>A client's own token (RFC 6749 §4.4): the subject is the client.</summary>
    public Task<SignedToken> ForClient(
        Tenant tenant, Client client, Scope scope, string? jkt, CancellationToken cancel) =>
        Sign(tenant, client, client.Id, scope, client.AccessTokenSeconds, null, jkt, [], cancel);

    /// <summary>A token for an operator of the deployment, who is no user of the tenant.</summary>
    public Task<SignedToken> ForOperator(
        Tenant tenant, Client client, string subject, Scope scope, int seconds, CancellationToken cancel) =>
        Sign(tenant, client, subject, scope, seconds, null, null, [], cancel);

    /// <summary>A user's token.</summary>
    public Task<SignedToken> ForSession(
        Tenant tenant, Client client, Session session, Scope scope, string? jkt, CancellationToken cancel)
    {
        var extra = new Dictionary<string, object> { ["roles"] = session.Person.Roles, ["name"] = session.Person.Name };
        return Sign(tenant, client, session.UserId, scope, client.AccessTokenSeconds, session.Id, jkt, extra, cancel);
    }

    async Task<SignedToken> Sign(Tenant tenant, Client client, string subject, Scope scope, int seconds, string? sessionId, string? jkt,
        Dictionary<string, object> extra, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var expires = now.AddSeconds(seconds);
        var (bucket, own) = (ExpiringTables.Bucket(expires), Ids.New());
        var token = new AccessToken(tenant.Id, subject, client.Id, scope, $"{bucket}.{own}", sessionId);
        var claims = new Dictionary<string, object>(extra)
        {
            ["iss"] = tenant.Issuer,
            ["sub"] = subject,
            ["aud"] = tenant.Issuer,
            ["client_id"] = client.Id,
            ["scope"] = scope.ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.ToUnixTimeSeconds() + seconds,
            ["jti"] = token.TokenId,
            ["tid"] = tenant.Id,
        };
        if (sessionId is not null) claims["sid"] = sessionId;
        if (jkt is not null) claims["cnf"] = new Dictionary<string, string> { ["jkt"] = jkt };
        var partition = sessionId is null ? own : Session.WithoutBucket(sessionId);
        var record = IssuedTokens.Row(token, partition, now, expires);
        // A session's row says it for all of its tokens.
        if (sessionId is null && client.Incarnation.Length > 0) record["ClientIncarnation"] = client.Incarnation;
        return new SignedToken(await jwt.Write(tenant.Id, "ES256", "at+jwt", claims, cancel), record, bucket);
    }
}
