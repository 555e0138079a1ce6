using Latchkey.OAuth.Grants;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Sessions;

/// <summary>Starts sessions: whichever way proved who the user is, the tokens come from here.</summary>
public sealed class SignIns(
    SessionStore sessions, UserSessions userSessions, AccessTokens accessTokens, IdTokens idTokens,
    RefreshTokens refreshTokens, UserStore users, TimeProvider clock)
{
    /// <summary>Makes a session for a user and the first tokens, at once.</summary>
    public async Task<TokenAnswer> Start(Tenant tenant, Client client, User user, Scope scope,
        Authentication authentication, Device device, string? jkt, CancellationToken cancel)
    {
        var session = New(tenant, client, user, scope, authentication, NewId(client, scope)).BoundTo(client, jkt);
        var token = await accessTokens.ForSession(tenant, client, session, scope, jkt, cancel);
        var answer = await Answer(tenant, client, session, token, scope, nonce: null, cancel);
        await userSessions.Add(session, device, cancel);
        await sessions.Create(session, token.Record, cancel);
        if (!await Stands(session, cancel)) throw OAuthError.InvalidGrant("The user was changed meanwhile. Sign in again.", about: user.Id);
        return answer;
    }

    /// <summary>
    /// Makes a session that waits for its code; false if its user may not sign in any more. If it is there already nothing
    /// changes: the code is the same.
    /// </summary>
    public async Task<bool> TryAwait(Session session, Device device, CancellationToken cancel)
    {
        await userSessions.Add(session, device, cancel);
        await sessions.TryAdd(session, cancel);
        return await Stands(session, cancel);
    }

    // The user is looked at once more now that the session is written: whoever disables a user writes that first and
    // ends the listed sessions then, so one of the two sees the other.
    async Task<bool> Stands(Session session, CancellationToken cancel)
    {
        var user = await users.Find(session.Tenant, session.UserId, cancel);
        if (user is { Disabled: false } && user.SignedOutAt == session.SignedOutAt) return true;
        await sessions.Revoke(session.Tenant, session.Id, "the user was changed meanwhile", cancel);
        return false;
    }

    /// <summary>A fresh id for a session that starts now; the day of its end is in it.</summary>
    public string NewId(Client client, Scope scope) => $"{ExpiringTables.Bucket(End(client, scope))}.{Ids.New()}";

    /// <summary>A session as it starts; nothing is written.</summary>
    public Session New(Tenant tenant, Client client, User user, Scope scope, Authentication authentication, string id)
    {
        var now = clock.GetUtcNow();
        var ends = End(client, scope);
        return new Session
        {
            Id = id,
            Tenant = tenant.Id,
            ClientId = client.Id,
            UserId = user.Id,
            Name = user.Name,
            Email = user.Email,
            Roles = user.Roles,
            Scope = scope.ToString(),
            Counter = 1,
            RotatedAt = now,
            RotationId = Ids.New(),
            CreatedAt = now,
            IdleExpiresAt = IdleEnd(now, client, ends),
            ExpiresAt = ends,
            Authentication = authentication,
            SignedOutAt = user.SignedOutAt,
        };
    }

    /// <summary>The answer of the token endpoint for a session and an access token of it: signed, not yet recorded.</summary>
    public async Task<TokenAnswer> Answer(Tenant tenant, Client client, Session session, SignedToken token, Scope scope,
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
