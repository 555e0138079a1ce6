using System.Security.Cryptography;
using Latchkey.Account;
using Latchkey.Tenancy;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Finishes, once an hour, deletions of users, groups and clients' files, and what makes people found by their names or not, that stopped
/// half-way: after a crash, or because the work took longer than one request. It also deletes the accounts whose users asked for it, once
/// their days to change their mind are over.
/// </summary>
public sealed class RemovalTimer(
    RemovalNotes notes, UserRemoval ofUsers, AccountDeletion ofAccounts, GroupRemoval ofGroups, ClientRemoval ofClients,
    PeopleIndex people, TenantStore tenants, AuditLog audit, TimeProvider clock)
{
    // A younger note may belong to a request that is still running, or that has not marked the user yet.
    static readonly TimeSpan MinNoteAge = TimeSpan.FromMinutes(10);
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1);
    static readonly TimeSpan MaxPeopleTime = TimeSpan.FromMinutes(3);
    static readonly TimeSpan MaxRunTime = TimeSpan.FromMinutes(7); // host.json ends a function after ten minutes.

    /// <summary>37 minutes past each hour (NCRONTAB, UTC).</summary>
    [Function("finish-removals")]
    public async Task Run([TimerTrigger("0 37 * * * *")] TimerInfo timer, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (begun, faults) = (clock.GetTimestamp(), new List<Exception>());
        // In random order, so that some that never finish keep no other one waiting for good.
        foreach (var note in (await notes.All(cancel)).OrderBy(_ => RandomNumberGenerator.GetInt32(int.MaxValue)))
        {
            if (clock.GetElapsedTime(begun) > MaxRunTime) break; // The rest an hour later.
            if (note.Due is { } due ? now < due : now - note.At < MinNoteAge) continue;
            try
            {
                if (await TryFinish(note, cancel)) audit.Add(note.Tenant, "finish-removals", note.Id, null);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                faults.Add(fault); // The others are still finished, and this one is tried again in an hour.
            }
        }
        if (faults.Count > 0) throw new AggregateException(faults);
    }

    async Task<bool> TryFinish(RemovalNote note, CancellationToken cancel)
    {
        if (note.Kind == RemovalKind.Group) return await ofGroups.TryFinish(note, MaxTime, cancel);
        var tenant = await tenants.FindNow(note.Tenant, cancel);
        if (note.Kind == RemovalKind.Client && tenant is not null) return await ofClients.TryFinish(tenant, note.Id, MaxTime, cancel);
        if (note.Kind == RemovalKind.AppGroups && tenant is not null) return await ofClients.TryFinishGroups(tenant, note.Id, MaxTime);
        if (note.Id == RemovalNotes.People)
        {
            if (tenant is not null) await people.TryFinish(tenant, note, MaxPeopleTime, cancel);
            else await notes.TryRemove(note);
            return false;
        }
        var user = tenant is null ? null : await ofUsers.Find(tenant, note, cancel);
        if (user is { Deleting: true }) return await ofUsers.TryFinish(tenant!, user, MaxTime);
        // An administrator's deletion that never began may have replaced the note of the user's own.
        if (user is { DeleteAt: not null }) return await ofAccounts.TryFinish(tenant!, note, MaxTime);
        await notes.TryRemove(note); // The user was never marked, or keeps the account; unless a deletion was asked for meanwhile.
        return false;
    }
}
