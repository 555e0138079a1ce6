using Azure;

namespace Latchkey.Tenancy;

/// <summary>A person who signs in to a tenant's apps.</summary>
public sealed record User
{
    /// <summary>The <c>sub</c> of the tokens: random, never reused.</summary>
    public required string Id { get; init; }

    /// <summary>What is typed at sign-in.</summary>
    public required string UserName { get; init; }

    /// <summary>The name that others read.</summary>
    public required string Name { get; init; }

    /// <summary>Mail address, or null.</summary>
    public string? Email { get; init; }

    /// <summary>The password's hash in ASP.NET Core Identity's format.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>The roles that the user was given; one that the tenant no longer has gives nothing.</summary>
    public required IReadOnlyList<HeldRole> Roles { get; init; }

    /// <summary>What the user had begun by then has ended: sessions, tokens, browser sign-ins. Null if that never happened; it only grows.</summary>
    public DateTimeOffset? SignedOutAt { get; init; }

    /// <summary>A disabled user can do nothing.</summary>
    public bool Disabled { get; init; }

    /// <summary>The user is being deleted, which nothing takes back: what is theirs is going.</summary>
    public bool Deleting { get; init; }

    /// <summary>What decides about all that the user has begun.</summary>
    public UserState State => new(Disabled || Deleting, SignedOutAt?.UtcTicks ?? 0, Roles);

    /// <summary>The user, signed out everywhere now.</summary>
    public User SignedOut(DateTimeOffset now) =>
        this with { SignedOutAt = now > SignedOutAt || SignedOutAt is null ? now : SignedOutAt.Value.AddTicks(1) };

    internal ETag ETag { get; init; }
}
