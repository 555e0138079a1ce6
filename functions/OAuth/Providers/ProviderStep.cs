using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.OAuth;

/// <summary>Where a sign-in at a provider stands. It is kept in the row of the pending request, which belongs to one browser.</summary>
/// <param name="Provider">The provider that the browser was sent to last; null once it has come back.</param>
/// <param name="StateHash">The hash of the secret in that request's <c>state</c>; null once it was used.</param>
/// <param name="Link">What is linked once the user has signed in to the existing account; or null.</param>
public sealed record ProviderStep(string? Provider, string? StateHash, WaitingLink? Link)
{
    const string Column = "ProviderStep";

    /// <summary>True if the browser comes back from this provider with this secret, for the first time.</summary>
    public bool Awaits(string provider, string secret) => Provider == provider && StateHash is not null
        && Ids.IsSameHash(StateHash, Ids.Hash(secret));

    internal static ProviderStep? Of(TableEntity row) =>
        row.GetString(Column) is { } json ? JsonSerializer.Deserialize<ProviderStep>(json) : null;

    /// <summary>The row with this step, or without one, to replace the one that was read.</summary>
    internal static TableEntity On(TableEntity row, ProviderStep? step) => new(row)
    {
        [Column] = step is null ? null : JsonSerializer.Serialize(step),
        ETag = row.ETag,
    };
}

/// <summary>An external account that is linked as soon as the user has signed in to the account with the same address.</summary>
/// <param name="Provider">The provider's id.</param>
/// <param name="Key">See <see cref="Tenancy.LinkedIdentity.Key"/>.</param>
/// <param name="UserId">The user whose address it is.</param>
/// <param name="Label">See <see cref="Tenancy.LinkedIdentity.Label"/>.</param>
/// <param name="At">When the provider answered. An earlier sign-in does not count.</param>
public sealed record WaitingLink(string Provider, string Key, string UserId, string? Label, DateTimeOffset At);
