using Azure;

namespace Latchkey.Tenancy;

/// <summary>An address that a tenant wants events sent to (docs/operating/webhooks.md).</summary>
public sealed record Webhook
{
    /// <summary>How many a tenant may have.</summary>
    public const int MaxPerTenant = 10;

    /// <summary>How long the former secret signs too, after a new one was made.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <summary>Its id, chosen here.</summary>
    public required string Id { get; init; }

    /// <summary>Where events are sent to.</summary>
    public required string Url { get; init; }

    /// <summary>What it is for, in words of the tenant's; or null.</summary>
    public string? Description { get; init; }

    /// <summary>The types that it wants (<see cref="EventTypes.IsFilter"/>); empty for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The secret, sealed (SecretEncryption).</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The former secret, sealed, or null.</summary>
    public byte[]? FormerSecret { get; init; }

    /// <summary>Until when the former secret signs too.</summary>
    public DateTimeOffset? FormerUntil { get; init; }

    /// <summary>Why nothing is sent to it: <see cref="ByAdministrator"/> and others; null if it works.</summary>
    public string? DisabledBecause { get; init; }

    /// <summary>Since when it has accepted nothing; null if it accepted the last event that was sent.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>The user who made it or changed it last; null if an app did, or if it is older than this column.</summary>
    public string? ChangedBy { get; init; }

    internal ETag ETag { get; init; }

    /// <summary>An administrator switched it off.</summary>
    public const string ByAdministrator = "administrator";

    /// <summary>It answered 410 (Gone).</summary>
    public const string Gone = "gone";

    /// <summary>It has accepted nothing for days.</summary>
    public const string Failing = "failing";

    /// <summary>True if it is to be told of events of this type.</summary>
    public bool Wants(string type) =>
        DisabledBecause is null && (Types.Count == 0 || Types.Any(filter => EventTypes.Matches(filter, type)));

    /// <summary>What its secrets are sealed for.</summary>
    public string Purpose => $"webhook|{Id}";
}
