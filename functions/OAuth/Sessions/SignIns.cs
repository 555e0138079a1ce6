using Latchkey.OAuth.Grants;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth.Sessions;

/// <summary>Starts sessions: whichever grant proved who the user is, the tokens come from here.</summary>
public sealed class SignIns(SessionStore sessions, AccessTokens accessTokens, RefreshTokens refreshTokens, TimeProvider clock)
{
    /// <summary>Makes a session for a user and the first tokens. A refresh token comes with offline_access (OIDC Core §11) or for a native client.</summary>
    public async Task<TokenAnswer> Start(Tenant tenant, Client client, User user, Scope scope, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var refreshable = client.Grants.Contains(GrantType.RefreshToken) && (client.Native || scope.Has(Scopes.OfflineAccess));
        var ends = now.AddSeconds(refreshable ? client.SessionSeconds : client.AccessTokenSeconds);
        var session = new Session
        {
            Id = $"{ExpiringTables.Bucket(ends)}.{Ids.New()}",
            Tenant = tenant.Id,
            ClientId = client.Id,
            UserId = user.Id,
            Name = user.Name,
            Roles = user.Roles,
            Scope = scope.ToString(),
            Counter = 1,
            RotatedAt = now,
            RotationId = Ids.New(),
            CreatedAt = now,
            IdleExpiresAt = IdleEnd(now, client, ends),
            ExpiresAt = ends,
        };
        var token = await accessTokens.ForSession(tenant, client, session, scope, cancel);
        var refreshToken = refreshable ? await refreshTokens.For(session, cancel) : null;
        await sessions.Create(session, token.Record, cancel);
        return new TokenAnswer(token.Encoded, client.AccessTokenSeconds, scope.ToString(), refreshToken);
    }

    /// <summary>When a session that is used now ends if it is not used again; never after its absolute end.</summary>
    public static DateTimeOffset IdleEnd(DateTimeOffset now, Client client, DateTimeOffset ends)
    {
        var idle = now.AddSeconds(client.SessionIdleSeconds);
        return idle < ends ? idle : ends;
    }
}
