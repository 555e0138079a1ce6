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

    /// <summary>Names of the tenant's roles.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Browsers that signed in before this are signed out; null if that never happened.</summary>
    public DateTimeOffset? SignedOutAt { get; init; }

    /// <summary>A disabled user can do nothing.</summary>
    public bool Disabled { get; init; }

    /// <summary>The user is being deleted, which nothing takes back: what is theirs is going.</summary>
    public bool Deleting { get; init; }

    internal ETag ETag { get; init; }
}
