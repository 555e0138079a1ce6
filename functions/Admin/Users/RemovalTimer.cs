using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Finishes, once an hour, the deletion of users that broke off: by a crash, or because there was more to do than one
/// request could.
/// </summary>
public sealed class RemovalTimer(
    RemovalNotes notes, UserRemoval removal, UserStore users, TenantStore tenants, AuditLog audit, TimeProvider clock)
{
    // A request that is deleting now is left alone; so is a note whose mark is being written.
    static readonly TimeSpan Young = TimeSpan.FromMinutes(10);
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);

    /// <summary>37 minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("finish-removals")]
    public async Task Run([TimerTrigger("0 37 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var note in await notes.All(cancel))
        {
            if (now - note.At < Young) continue;
            var tenant = await tenants.FindNow(note.Tenant, cancel);
            var user = tenant is null ? null : await users.Find(tenant, note.UserId, cancel);
            // Without the mark nobody has been told that the user goes.
            if (user is not { Deleting: true }) await notes.Remove(note.Tenant, note.UserId);
            else if (await removal.TryFinish(tenant!, user, MaxTime)) audit.Add(note.Tenant, "finish-removals", note.UserId, null);
        }
    }
}
