namespace Latchkey.Tenancy;

/// <summary>
/// What a change of a webhook's row means to others; it is not told of itself. That it fails is no event, so none makes another one without
/// end.
/// </summary>
static class WebhookEvents
{
    public static TenantEvent Created(Webhook webhook) => new(EventTypes.WebhookCreated, ("webhookId", webhook.Id));

    public static TenantEvent Deleted(string id) => new(EventTypes.WebhookDeleted, ("webhookId", id));

    /// <summary>The events of a change.</summary>
    public static IEnumerable<TenantEvent> Of(Webhook before, Webhook after)
    {
        var changes = Changes(before, after).ToList();
        if (changes.Count > 0) yield return new(EventTypes.WebhookChanged, ("webhookId", after.Id), ("changes", changes));
        if (before.DisabledBecause == after.DisabledBecause) yield break;
        yield return after.DisabledBecause is { } why ? new(EventTypes.WebhookDisabled, ("webhookId", after.Id), ("reason", why))
            : new(EventTypes.WebhookEnabled, ("webhookId", after.Id));
    }

    static IEnumerable<string> Changes(Webhook before, Webhook after)
    {
        if (before.Url != after.Url) yield return "url";
        if (before.Description != after.Description) yield return "description";
        if (!before.Types.SequenceEqual(after.Types)) yield return "types";
        if (!before.Secret.SequenceEqual(after.Secret)) yield return "secret";
    }
}
