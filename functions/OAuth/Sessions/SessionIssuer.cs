using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Tenancy;


namespace Latchkey.OAuth;

/// <summary>
/// Starts sessions: whichever way proved who the user is, the tokens come from here. A session bears its user's mark as it
/// was when the user was read: one that begins while the user is disabled or signed out has ended before it began.
/// </summary>
public sealed class SessionIssuer(
    SessionStore sessions, UserSessions userSessions, AccessTokens accessTokens, IdTokens idTokens,
    RefreshTokens refreshTokens, TimeProvider clock)
{
    /// <summary>Makes a session for a user and the first tokens, at once.</summary>
    public async Task<TokenResponse> Start(Tenant tenant, Client client, User user, Scope asked,
        Authentication authentication, Device device, string? jkt, CancellationToken cancel)
    {
        var scope = GrantedScope.ForUser(tenant, client, user.Roles, asked);
        var session = New(tenant, client, user, scope, asked, authentication, NewId(client, scope)).BoundTo(client, jkt);
        var token = await accessTokens.ForSession(tenant, client, session, scope, jkt, cancel);
        var answer = await Answer(tenant, client, session, token, scope, nonce: null, cancel);
        await userSessions.Add(session, device, cancel);
        await sessions.Create(session, token.Record, cancel);
        return answer;
    }

    /// <summary>Makes a session that waits for its code. If it is there already nothing changes: the code is the same.</summary>
    public async Task Await(Session session, Device device, CancellationToken cancel)
    {
        await userSessions.Add(session, device, cancel);
        await sessions.TryAdd(session, cancel);
    }

    /// <summary>A fresh id for a session that starts now; the day of its end is in it.</summary>
    public string NewId(Client client, Scope scope) => BucketId.Of(End(client, scope), Ids.New()).ToString();

    /// <summary>A session as it starts; nothing is written.</summary>
    public Session New(Tenant tenant, Client client, User user, Scope scope, Scope asked, Authentication authentication, string id)
    {
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

    /// <summary>The answer of the token endpoint for a session and an access token of it: signed, not yet recorded.</summary>
    public async Task<TokenResponse> Answer(Tenant tenant, Client client, Session session, SignedToken token, Scope scope,
        string? nonce, CancellationToken cancel) => new(
            token.Encoded, client.AccessTokenSeconds, scope.ToString(),
            // What the session was granted decides, not what this one token was narrowed to.
            IsRefreshable(client, Scope.Parse(session.Scope)) ? await refreshTokens.For(session, cancel) : null,
            await idTokens.For(tenant, client, session, scope, nonce, token.Encoded, cancel))
        {
            RefreshExpiresAt = session.IdleExpiresAt,
        };

    /// <summary>When a session that is used now ends if it is not used again; never after its absolute end.</summary>
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
