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

    /// <summary>The apps that the user has removed, with <see cref="UserState.AppMark"/>.</summary>
    public IReadOnlyDictionary<string, long> RemovedApps { get; init; } = new Dictionary<string, long>();

    /// <summary>A disabled user can do nothing.</summary>
    public bool Disabled { get; init; }

    /// <summary>The user is being deleted, which nothing takes back: what is theirs is going.</summary>
    public bool Deleting { get; init; }

    /// <summary>What decides about all that the user has begun.</summary>
    public UserState State => new(Disabled || Deleting, SignedOutAt?.UtcTicks ?? 0, Roles) { RemovedApps = RemovedApps };

    /// <summary>The user, signed out everywhere now.</summary>
    public User SignedOut(DateTimeOffset now) =>
        this with { SignedOutAt = now > SignedOutAt || SignedOutAt is null ? now : SignedOutAt.Value.AddTicks(1) };

    /// <summary>The user, without an app: all that it has begun for the user ends, and its approval counts no more.</summary>
    public User WithoutApp(string clientId, DateTimeOffset now)
    {
        var marks = new Dictionary<string, long>(RemovedApps) { [clientId] = Math.Max(now.UtcTicks, State.AppMark(clientId) + 1) };
        if (marks.Count <= MaxRemovedApps) return this with { RemovedApps = marks };
        // The row has an end. What bears the mark that goes must not come back, so everything ends.
        marks.Remove(marks.MinBy(mark => mark.Value).Key);
        return SignedOut(now) with { RemovedApps = marks };
    }

    const int MaxRemovedApps = 300;

    internal ETag ETag { get; init; }
}
