using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// Tells by mail that a webhook was switched off because it did not work: the administrator who made it or changed it last, who may be the
/// only one to know what it is for. Other webhooks and the audit say it too.
/// </summary>
public sealed class WebhookNotices(TenantStore tenants, UserStore users, AccountNotices notices)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends the mail, for some seconds at most. One that fails is only logged.</summary>
    public async Task Tell(string tenant, Webhook webhook)
    {
        if (!notices.Possible || webhook.ChangedBy is not { } id) return;
        if (await tenants.Find(tenant, CancellationToken.None) is not { } owner) return;
        if (await users.Find(owner, id, CancellationToken.None) is not { Disabled: false, Deleting: false } user) return;
        if (!owner.Rights(user.Roles).Has(Scopes.Admin)) return; // Not any more.
        await Task.WhenAny(notices.WebhookDisabled(owner, user, new Uri(webhook.Url).Host), Task.Delay(Patience));
    }
}
