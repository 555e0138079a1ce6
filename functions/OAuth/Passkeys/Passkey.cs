using Azure;

namespace Latchkey.OAuth;

/// <summary>A passkey of a user: a public key credential (WebAuthn Level 3 §4) that its owner signs in with.</summary>
public sealed record Passkey
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameChars = 60;

    /// <summary>Our own id for it, which forms and administrators use.</summary>
    public required string Id { get; init; }

    /// <summary>The user it belongs to.</summary>
    public required string UserId { get; init; }

    /// <summary>The credential id that the authenticator chose, base64url.</summary>
    public required string CredentialId { get; init; }

    /// <summary>The public key as a COSE_Key (RFC 9052 §7), base64url.</summary>
    public required string PublicKey { get; init; }

    /// <summary>The signature counter (§6.1.1) of its last use; 0 if its authenticator does not count, as with synced passkeys.</summary>
    public required uint Counter { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When somebody last signed in with it, or null.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>It may be synced to other devices of its owner (§6.1.3). This never changes.</summary>
    public required bool BackupEligible { get; init; }

    /// <summary>It was synced when it was last used.</summary>
    public required bool BackedUp { get; init; }

    /// <summary>How browsers may reach it, in the words of §5.8.4, such as <c>internal</c> or <c>hybrid</c>.</summary>
    public IReadOnlyList<string> Transports { get; init; } = [];

    internal int Slot { get; init; }

    internal ETag ETag { get; init; }
}
