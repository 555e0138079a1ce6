using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A user who signed in to a client: what a session starts from.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Client">The client.</param>
/// <param name="User">The user.</param>
/// <param name="Asked">The scope that the client asked for.</param>
/// <param name="Authentication">How and when the user proved who they are.</param>
public sealed record SignIn(Tenant Tenant, Client Client, User User, Scope Asked, Authentication Authentication)
{
    /// <summary>The APIs that it is for (RFC 8707); Latchkey itself if the client named none.</summary>
    public IReadOnlyList<Api> Apis { get; init; } = [Api.Own(Tenant)];

    /// <summary>The part of the scope that client and user may have.</summary>
    /// <exception cref="OAuthError"><c>invalid_scope</c>: nothing remains.</exception>
    public Scope Granted => GrantedScope.ForUser(Tenant, Client, User.Roles, Apis, Asked);
}

/// <summary>What one request gets of a session.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Client">The session's client.</param>
/// <param name="Session">The session.</param>
/// <param name="Scope">What may be used of the session's scope. The access token gets the part of it that belongs to its API.</param>
public sealed record SessionGrant(Tenant Tenant, Client Client, Session Session, Scope Scope)
{
    /// <summary>The API that the access token is for.</summary>
    public Api Api { get; init; } = Api.Own(Tenant);
}

/// <summary>
/// Starts sessions: however a user proved who they are, the tokens come from here. A session carries the mark that its
/// user had when the user was read. So a session that starts while its user is disabled or signed out is dead from the start.
/// </summary>
public sealed class SessionIssuer(
    SessionStore sessions, UserSessions userSessions, SessionBound bound, AccessTokens accessTokens, IdTokens idTokens,
    RefreshTokens refreshTokens, Memberships memberships, TimeProvider clock)
{
    /// <summary>Starts a session and issues its first tokens.</summary>
    /// <param name="signIn">The sign-in.</param>
    /// <param name="device">Where the user is.</param>
    /// <param name="key">What to bind the tokens to.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<TokenResponse> Start(SignIn signIn, Device device, KeyBinding key, CancellationToken cancel)
    {
        var (scope, client) = (signIn.Granted, signIn.Client);
        var session = New(signIn, scope, NewId(client, scope)).BoundTo(client, key);
        var grant = await WithGroups(new(signIn.Tenant, client, session, scope) { Api = signIn.Apis[0] }, cancel);
        var (response, record) = await Sign(grant, key, nonce: null, cancel);
        await userSessions.Add(session, device, cancel);
        await Task.WhenAll(sessions.Create(signIn.Tenant, session, record, cancel),
            bound.TryKeep(signIn.Tenant, session.UserId, cancel));
        return response;
    }

    /// <summary>Stores a session that waits for its code. If it is stored already, nothing changes: the code is the same.</summary>
    public async Task AddPending(Tenant tenant, Session session, Device device, CancellationToken cancel)
    {
        await userSessions.Add(session, device, cancel);
        await Task.WhenAll(sessions.TryAdd(session, cancel), bound.TryKeep(tenant, session.UserId, cancel));
    }

    /// <summary>A new id for a session that starts now. It contains the day on which the session ends.</summary>
    public string NewId(Client client, Scope scope) => BucketId.Of(End(client, scope), Ids.New()).ToString();

    /// <summary>A new session in memory; nothing is written.</summary>
    /// <param name="signIn">The sign-in.</param>
    /// <param name="scope">What was granted.</param>
    /// <param name="id">See <see cref="NewId"/>.</param>
    public Session New(SignIn signIn, Scope scope, string id)
    {
        var (tenant, client, user, asked, authentication) = signIn;
        var now = clock.GetUtcNow();
        var ends = End(client, scope);
        return new Session
        {
            Id = id,
            Tenant = tenant.Id,
            ClientId = client.Id,
            UserId = user.Id,
            UserMark = user.State.Mark,
            AppMark = user.State.AppMark(client.Id),
            ClientIncarnation = client.Incarnation,
            Person = Person.Of(tenant, user),
            Scope = scope.ToString(),
            Apis = RequestedApis.Ids(signIn.Apis),
            Asked = asked.Except(scope).IsEmpty ? null : asked.ToString(),
            Counter = 1,
            RotatedAt = now,
            RotationId = Ids.New(),
            CreatedAt = now,
            IdleExpiresAt = IdleEnd(now, client, ends),
            ExpiresAt = ends,
            Authentication = authentication,
        };
    }

    /// <summary>The grant, with the groups of its user if its scope names them: only then are they read.</summary>
    public async Task<SessionGrant> WithGroups(SessionGrant grant, CancellationToken cancel)
    {
        if (!grant.Scope.Has(Scopes.Groups)) return grant;
        var (session, max) = (grant.Session, UserClaims.MaxGroupsInToken + 1);
        var ids = await memberships.IdsOf(grant.Tenant, session.UserId, max, cancel);
        return grant with { Session = session with { Person = session.Person with { Groups = ids } } };
    }

    /// <summary>
    /// The token endpoint's response for a session, and the record of its access token, which is to be written before the response leaves.
    /// </summary>
    /// <remarks>
    /// Where a vault signs, both tokens are signed at once. Then the ID token can't state the hash of the access token, which it need not
    /// outside the implicit flow (OIDC Core §3.1.3.6).
    /// </remarks>
    public async Task<(TokenResponse Response, TableEntity Record)> Sign(
        SessionGrant grant, KeyBinding key, string? nonce, CancellationToken cancel)
    {
        var (_, client, session, _) = grant;
        var signing = accessTokens.ForSession(grant, key, cancel);
        var atOnce = idTokens.AreSignedInVault ? idTokens.For(grant, nonce, accessToken: null, cancel) : null;
        await Task.WhenAll(signing, atOnce ?? Task.CompletedTask);
        var token = await signing;
        var idToken = await (atOnce ?? idTokens.For(grant, nonce, token.Encoded, cancel));
        // The session's scope decides, not the scope that this one token was narrowed to.
        var refreshToken = IsRefreshable(client, Scope.Parse(session.Scope)) ? await refreshTokens.For(session, cancel) : null;
        return (new TokenResponse(token.Encoded, token.Seconds, token.StatedScope, refreshToken, idToken)
        {
            RefreshExpiresAt = session.IdleExpiresAt,
        }, token.Record);
    }

    /// <summary>When a session that is used now ends if it is not used again; never later than its absolute end.</summary>
    public static DateTimeOffset IdleEnd(DateTimeOffset now, Client client, DateTimeOffset ends)
    {
        var idle = now.AddSeconds(client.SessionIdleSeconds);
        return idle < ends ? idle : ends;
    }

    // A refresh token comes with offline_access (OIDC Core §11), or for a native client.
    static bool IsRefreshable(Client client, Scope scope) =>
        client.Grants.Contains(GrantType.RefreshToken) && (client.Native || scope.Has(Scopes.OfflineAccess));

    DateTimeOffset End(Client client, Scope scope) => clock.GetUtcNow()
        + (IsRefreshable(client, scope)
            ? TimeSpan.FromSeconds(client.SessionSeconds)
            : TimeSpan.FromSeconds(client.AccessTokenSeconds) + Codes.Life);
}
