using Azure;

namespace Latchkey.OAuth.Sessions;

/// <summary>
/// One sign-in, which is one family of refresh tokens (RFC 9700 §4.14.2) and one partition of its table.
/// </summary>
public sealed record Session
{
    /// <summary><c>{bucket}.{id}</c>: the <c>sid</c> of its tokens.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant's id.</summary>
    public required string Tenant { get; init; }

    /// <summary>The client that signed the user in; nobody else may refresh.</summary>
    public required string ClientId { get; init; }

    /// <summary>The user's id.</summary>
    public required string UserId { get; init; }

    /// <summary>The user's name for people, as at the sign-in.</summary>
    public required string Name { get; init; }

    /// <summary>The user's roles, as at the sign-in. Their rights are looked up anew at each refresh.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The most that its tokens may ever say (RFC 6749 §6).</summary>
    public required string Scope { get; init; }

    /// <summary>The refresh token that is live now.</summary>
    public required int Counter { get; init; }

    /// <summary>When the live refresh token was first issued.</summary>
    public required DateTimeOffset RotatedAt { get; init; }

    /// <summary>Who rotated it: lets a writer whose answer was lost recognize its own write.</summary>
    public required string RotationId { get; init; }

    /// <summary>The sign-in.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>It ends then unless it is used before.</summary>
    public required DateTimeOffset IdleExpiresAt { get; init; }

    /// <summary>It ends then whatever happens.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked, or null.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    internal ETag ETag { get; init; }

    /// <summary>The id without its bucket.</summary>
    public static string WithoutBucket(string id) => id[(id.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
