using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Finishes, once an hour, deletions of users that stopped half-way: after a crash, or because the work took longer than one
/// request.
/// </summary>
public sealed class RemovalTimer(
    RemovalNotes notes, UserRemoval removal, UserStore users, TenantStore tenants, AuditLog audit, TimeProvider clock)
{
    // A younger note may belong to a request that is still running, or that has not marked the user yet.
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
            // The user was never marked: the deletion did not begin, and nobody was told that it had.
            if (user is not { Deleting: true }) await notes.Remove(note.Tenant, note.UserId);
            else if (await removal.TryFinish(tenant!, user, MaxTime)) audit.Add(note.Tenant, "finish-removals", note.UserId, null);
        }
    }
}
