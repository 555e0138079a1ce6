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
/// <param name="Bucket">The table of its record, unless it is recorded with its session.</param>
/// <param name="Scope">Its scope: that of its API.</param>
/// <param name="Seconds">How long it lives.</param>
public sealed record SignedToken(string Encoded, TableEntity Record, string Bucket, Scope Scope, int Seconds)
{
    /// <summary>The scope as a response states it; null if it is empty, which has no wire format (RFC 6749 §3.3).</summary>
    public string? StatedScope => Scope.IsEmpty ? null : Scope.ToString();
}

/// <summary>A user's token of one API that is exchanged for a token of another (RFC 8693).</summary>
/// <param name="Target">The other API, and the client that exchanges.</param>
/// <param name="Subject">The user's token.</param>
/// <param name="Person">The user.</param>
/// <param name="Scope">What the new token is for.</param>
/// <param name="Actors">The clients that act for the user, the latest first (<c>act</c>, §4.1).</param>
public sealed record Exchange(ApiClient Target, AccessToken Subject, Person Person, Scope Scope, IReadOnlyList<string> Actors);

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
    public async Task<SignedToken> ForSession(SessionGrant grant, KeyBinding key, CancellationToken cancel)
    {
        var (tenant, client, session, scope) = grant;
        var target = new ApiClient(tenant, client, grant.Api);
        var token = New(target, grant.Api.TokenSeconds(client), session.UserId, scope) with { SessionId = session.Id, Binding = key };
        var person = PersonClaims(target, scope.Intersect(GrantedScope.OfApis(grant.Api)), session.Person);
        if (scope.Has(Scopes.Groups)) UserClaims.AddGroups(person, ClaimRule.AccessToken, session.Person);
        person["auth_time"] = session.Authentication.Time.ToUnixTimeSeconds(); // RFC 9068 §2.2.1
        person["acr"] = session.Authentication.Acr;
        person["amr"] = session.Authentication.Methods;
        var signed = await Sign(target, token, person, cancel);
        // Each takes the row of an older one, so that the rows of a session do not grow in number.
        (signed.Record.RowKey, signed.Record["TokenId"]) = (RowKeys.SessionToken(session.Counter), token.TokenId);
        return signed;
    }

    /// <summary>
    /// A user's token for another API, for which their token of one was exchanged (RFC 8693). It belongs to the same session, says the same
    /// about the sign-in, and lives no longer.
    /// </summary>
    /// <exception cref="OAuthError">The user's token ends in less than a second.</exception>
    public async Task<SignedToken> ForExchange(Exchange exchange, KeyBinding key, CancellationToken cancel)
    {
        var (target, subject, person, scope, actors) = exchange;
        var left = (int)(subject.ExpiresAt - clock.GetUtcNow()).TotalSeconds;
        if (left < 1) throw OAuthError.InvalidRequest("The subject token has expired.");
        var seconds = Math.Min(target.Api.TokenSeconds(target.Client), left);
        var token = New(target, seconds, subject.Subject, scope) with { SessionId = subject.SessionId, Binding = key };
        var claims = PersonClaims(target, scope, person);
        if (subject.Authentication is var (time, acr, amr)) (claims["auth_time"], claims["acr"], claims["amr"]) = (time, acr, amr);
        if (ActorChain.Claim(actors) is { } act) claims["act"] = act;
        var signed = await Sign(target, token, claims, cancel);
        // The session's row states the incarnation of the client that the user signed in to, not of this one.
        if (target.Client.Incarnation.Length > 0) signed.Record["ClientIncarnation"] = target.Client.Incarnation;
        return signed;
    }

    static Dictionary<string, object> PersonClaims(ApiClient target, Scope scope, Person person)
    {
        var (tenant, client, api) = target;
        var claims = new Dictionary<string, object>();
        UserClaims.AddOwn(claims, ClaimRule.AccessToken, new(tenant, client.Id, scope, api), person);
        claims["roles"] = person.Roles;
        claims["name"] = person.Name;
        return claims;
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
