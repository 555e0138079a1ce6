namespace Latchkey.Tenancy;

/// <summary>What a change of a user's row means to others.</summary>
static class UserEvents
{
    public static TenantEvent Created(User user) => new(EventTypes.UserCreated, ("userId", user.Id));

    public static TenantEvent Deleted(User user) => new(EventTypes.UserDeleted, ("userId", user.Id));

    /// <summary>A passkey of the user's was added or removed.</summary>
    public static TenantEvent PasskeysChanged(string userId) =>
        new(EventTypes.UserMfaChanged, ("userId", userId), ("changes", (string[])["passkeys"]));

    /// <summary>The events of a change; none if the user was not read from the table.</summary>
    public static IEnumerable<TenantEvent> Of(User after)
    {
        if (after.Stored is not { } before) yield break;
        if (before.Disabled != after.Disabled && !after.Deleting)
            yield return new(after.Disabled ? EventTypes.UserDisabled : EventTypes.UserEnabled, ("userId", after.Id));
        var changes = Changes(before, after).ToList();
        if (changes.Count > 0) yield return new(EventTypes.UserChanged, ("userId", after.Id), ("changes", changes));
        if (before.Email != after.Email) yield return new(EventTypes.UserEmailChanged, ("userId", after.Id));
        if (changes.Contains("password")) yield return new(EventTypes.UserPasswordChanged, ("userId", after.Id));
        if (before.SecondFactor != after.SecondFactor)
            yield return new(EventTypes.UserMfaChanged, ("userId", after.Id), ("changes", (string[])["secondFactor"]));
        if (before.SignedOutAt != after.SignedOutAt) yield return new(EventTypes.SessionEnded, ("userId", after.Id));
        foreach (var (client, mark) in after.RemovedApps)
        {
            if (before.RemovedApps.GetValueOrDefault(client) != mark)
                yield return new(EventTypes.SessionEnded, ("userId", after.Id), ("clientId", client));
        }
    }

    /// <summary>True if the change ends what the user's connections for messages are allowed by.</summary>
    public static bool EndsConnections(User after)
    {
        if (after.Stored?.State is not { } before) return false;
        var now = after.State;
        return before.Disabled != now.Disabled || before.Mark != now.Mark || !before.Roles.SequenceEqual(now.Roles)
            || before.VerifiedEmail != now.VerifiedEmail
            || !before.RemovedApps.OrderBy(one => one.Key).SequenceEqual(now.RemovedApps.OrderBy(one => one.Key))
            || !before.Attributes.OrderBy(one => one.Key).SequenceEqual(now.Attributes.OrderBy(one => one.Key));
    }

    static IEnumerable<string> Changes(User before, User after)
    {
        if (before.UserName != after.UserName) yield return "userName";
        if (before.Name != after.Name) yield return "name";
        if (before.Email != after.Email) yield return "email";
        if (before.EmailVerified != after.EmailVerified) yield return "emailVerified";
        if (before.Profile with { UpdatedAt = after.Profile.UpdatedAt } != after.Profile) yield return "profile";
        if (!before.Attributes.OrderBy(one => one.Key).SequenceEqual(after.Attributes.OrderBy(one => one.Key))) yield return "attributes";
        if (before.ExternalId != after.ExternalId) yield return "externalId";
        if (!before.Roles.SequenceEqual(after.Roles)) yield return "roles";
        if (before.SecondFactor != after.SecondFactor) yield return "secondFactor";
        if (before.DeleteAt != after.DeleteAt) yield return "deleteAt";
        // The same password under a new hash is no change, and ends no session.
        if (before.PasswordHash != after.PasswordHash && before.SignedOutAt != after.SignedOutAt) yield return "password";
    }
}
