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
/// <param name="Scope">Its scope: that of its API.</param>
/// <param name="Seconds">How long it lives.</param>
public sealed record SignedToken(string Encoded, TableEntity Record, string Bucket, Scope Scope, int Seconds)
{
    /// <summary>The scope as a response states it; null if it is empty, which has no wire format (RFC 6749 §3.3).</summary>
    public string? StatedScope => Scope.IsEmpty ? null : Scope.ToString();
}

/// <summary>
/// Makes access tokens: JWTs as in RFC 9068, signed with ES256, with the tenant (<c>tid</c>) and, for a user, session and
/// roles. A token is for one API: it is the audience, and the token has that API's scopes alone (§3). If a thumbprint is given, the
/// token is bound to that key (RFC 9449 §6.1). A token is signed before anything is written, so that a failing vault leaves no trace.
/// </summary>
public sealed class AccessTokens(JwtWriter jwt, TimeProvider clock)
{
    /// <summary>A client's own token for an API (RFC 6749 §4.4): the subject is the client.</summary>
    public Task<SignedToken> ForClient(ApiClient target, Scope scope, KeyBinding key, CancellationToken cancel)
    {
        var (tenant, client, api) = target;
        var own = new Dictionary<string, object>();
        UserClaims.AddOwn(own, ClaimRule.AccessToken, new(tenant, client.Id, scope, api), person: null);
        return Sign(target, New(target, api.TokenSeconds(client), client.ClientId, scope) with { Binding = key }, own, cancel);
    }

    /// <summary>A token for an operator of the deployment, who is not a user of the tenant.</summary>
    public Task<SignedToken> ForOperator(
        Tenant tenant, Client client, string subject, Scope scope, int seconds, CancellationToken cancel)
    {
        var target = new ApiClient(tenant, client, Api.Own(tenant));
        return Sign(target, New(target, seconds, subject, scope), [], cancel);
    }

    /// <summary>A user's token for the API that the grant names.</summary>
    public Task<SignedToken> ForSession(SessionGrant grant, KeyBinding key, CancellationToken cancel)
    {
        var (tenant, client, session, scope) = grant;
        var target = new ApiClient(tenant, client, grant.Api);
        var token = New(target, grant.Api.TokenSeconds(client), session.UserId, scope) with { SessionId = session.Id, Binding = key };
        var person = new Dictionary<string, object>();
        UserClaims.AddOwn(person, ClaimRule.AccessToken, new(tenant, client.Id, scope, grant.Api), session.Person);
        if (scope.Has(Scopes.Groups)) UserClaims.AddGroups(person, ClaimRule.AccessToken, session.Person);
        person["roles"] = session.Person.Roles;
        person["name"] = session.Person.Name;
        person["auth_time"] = session.Authentication.Time.ToUnixTimeSeconds(); // RFC 9068 §2.2.1
        person["acr"] = session.Authentication.Acr;
        person["amr"] = session.Authentication.Methods;
        return Sign(target, token, person, cancel);
    }

    AccessToken New(ApiClient target, int seconds, string subject, Scope scope)
    {
        var now = clock.GetUtcNow();
        var expires = now.AddSeconds(seconds);
        var id = $"{ExpiringTables.Bucket(expires)}.{Ids.New()}";
        return new AccessToken(target.Tenant.Id, subject, target.Client.Id, scope.Intersect(target.Api.Scope), id, SessionId: null)
        {
            Audience = target.Api.Identifier,
            IssuedAt = now,
            ExpiresAt = expires,
        };
    }

    async Task<SignedToken> Sign(ApiClient target, AccessToken token, Dictionary<string, object> personClaims, CancellationToken cancel)
    {
        var (tenant, client, _) = target;
        var claims = new Dictionary<string, object>(personClaims)
        {
            ["iss"] = tenant.Issuer,
            ["sub"] = token.Subject,
            ["aud"] = token.Audience,
            ["client_id"] = client.ClientId,
            ["iat"] = token.IssuedAt.ToUnixTimeSeconds(),
            ["exp"] = token.ExpiresAt.ToUnixTimeSeconds(),
            ["jti"] = token.TokenId,
            ["tid"] = tenant.Id,
        };
        if (!token.Scope.IsEmpty) claims["scope"] = token.Scope.ToString(); // An API may have no scopes.
        if (token.SessionId is not null) claims["sid"] = token.SessionId;
        if (token.Binding.Confirmation is { } cnf) claims["cnf"] = cnf;
        var partition = Session.WithoutBucket(token.SessionId ?? token.TokenId);
        var record = IssuedTokens.Row(token, partition, token.IssuedAt, token.ExpiresAt);
        // A session's row states the incarnation for all of its tokens.
        if (token.SessionId is null && client.Incarnation.Length > 0) record["ClientIncarnation"] = client.Incarnation;
        var bucket = ExpiringTables.Bucket(token.ExpiresAt);
        var encoded = UserClaims.Bounded(await jwt.Write(tenant.Id, "ES256", "at+jwt", claims, cancel), "access token");
        return new SignedToken(encoded, record, bucket, token.Scope, (int)(token.ExpiresAt - token.IssuedAt).TotalSeconds);
    }
}
