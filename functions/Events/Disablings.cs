using Latchkey.Tenancy;

namespace Latchkey.Events;

/// <summary>Tells a tenant's people that one of its webhooks was switched off: mail is another room's (Services.Events.cs).</summary>
/// <param name="tenant">The tenant's id.</param>
/// <param name="webhook">The webhook.</param>
public delegate Task DisablingNotice(string tenant, Webhook webhook);

/// <summary>
/// Says that a webhook was switched off because it did not work, once, after the write that did it; other webhooks hear of it by that
/// write's own event (<see cref="EventTypes.WebhookDisabled"/>). After a death right in between that event and the webhook's row say it.
/// </summary>
public sealed class Disablings(AuditLog audit, DisablingNotice notice)
{
    /// <summary>Writes the audit's entry, and tells people.</summary>
    public async Task Tell(string tenant, Webhook webhook)
    {
        audit.Add(tenant, "webhook-disabled", webhook.Id, webhook.DisabledBecause!);
        await notice(tenant, webhook);
    }
}
