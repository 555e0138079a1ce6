namespace Latchkey.Tenancy;

/// <summary>What a change of a tenant's row means to others.</summary>
static class TenantEvents
{
    public static IEnumerable<TenantEvent> Of(Tenant after)
    {
        if (after.Stored is not { } before) yield break;
        if (before.SuspendedBecause is null != after.SuspendedBecause is null)
            yield return new(after.SuspendedBecause is null ? EventTypes.TenantResumed : EventTypes.TenantSuspended);
        var changes = Changes(before, after).ToList();
        if (changes.Count > 0) yield return new(EventTypes.TenantChanged, ("changes", changes));
        if (before.SessionsNotBefore != after.SessionsNotBefore) yield return new(EventTypes.SessionEnded);
    }

    /// <summary>True if the change ends what connections for messages are allowed by.</summary>
    public static bool EndsConnections(Tenant after) => after.Stored is { } before
        && (before.SuspendedBecause != after.SuspendedBecause || before.SessionsNotBefore != after.SessionsNotBefore
            || before.Messages.ToJson() != after.Messages.ToJson());

    static IEnumerable<string> Changes(Tenant before, Tenant after)
    {
        if (before.Name != after.Name) yield return "name";
        if (!before.Origins.SequenceEqual(after.Origins)) yield return "origins";
        if ((before.Color, before.LogoUri, before.Language) != (after.Color, after.LogoUri, after.Language)) yield return "appearance";
        if (before.Texts != after.Texts) yield return "texts";
        if (before.Claims != after.Claims) yield return "claims";
        if (before.Domain != after.Domain) yield return "domain";
        if ((before.OpenRegistration, before.ClientIdDocuments) != (after.OpenRegistration, after.ClientIdDocuments))
            yield return "registration";
        if (before.MalwareScanning != after.MalwareScanning) yield return "malwareScanning";
        if (before.RemovesLocation != after.RemovesLocation) yield return "removesLocation";
        if (before.Limits with { ContentTypes = after.Limits.ContentTypes } != after.Limits
            || !before.Limits.ContentTypes.SequenceEqual(after.Limits.ContentTypes)) yield return "limits";
        if (before.Accounts.ToJson() != after.Accounts.ToJson()) yield return "accounts";
        if (before.Messages.ToJson() != after.Messages.ToJson()) yield return "messages";
    }
}
