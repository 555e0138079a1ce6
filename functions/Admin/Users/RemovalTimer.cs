using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Finishes, once an hour, the deletion of users, groups and clients' files that broke off: by a crash, or because there was
/// more to do than one request could.
/// </summary>
public sealed class RemovalTimer(
    RemovalNotes notes, UserRemoval ofUsers, GroupRemoval ofGroups, ClientRemoval ofClients, UserStore users, TenantStore tenants,
    AuditLog audit, TimeProvider clock)
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
            if (await TryFinish(note, cancel)) audit.Add(note.Tenant, "finish-removals", note.Id, null);
        }
    }

    async Task<bool> TryFinish(RemovalNote note, CancellationToken cancel)
    {
        if (note.Kind == Removed.Group) return await ofGroups.TryFinish(note, MaxTime, cancel);
        var tenant = await tenants.FindNow(note.Tenant, cancel);
        if (note.Kind == Removed.Client && tenant is not null) return await ofClients.TryFinish(tenant, note.Id, MaxTime, cancel);
        var user = tenant is null ? null : await users.Find(tenant, note.Id, cancel);
        if (user is { Deleting: true }) return await ofUsers.TryFinish(tenant!, user, MaxTime);
        await notes.Remove(note.Tenant, note.Kind, note.Id); // Without the mark nobody has been told that the user goes.
        return false;
    }
}
