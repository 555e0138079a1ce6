using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What became of a new passkey.</summary>
public enum PasskeyAddition
{
    /// <summary>It is stored.</summary>
    Added,

    /// <summary>Its credential id is in use already, by whomever.</summary>
    Taken,

    /// <summary>The user has as many as one can have.</summary>
    Full,
}

/// <summary>
/// The passkeys of a tenant's users (SCHEMA.md, table Passkeys). Each is in one of its user's places, and one more row leads from
/// its credential id to it: both are inserted in one transaction, so a credential is one user's and nobody has too many,
/// however many are registered at once.
/// </summary>
public sealed class PasskeyStore(StorageClients storage, Outbox outbox)
{
    /// <summary>How many passkeys a user can have.</summary>
    public const int MaxOfUser = 20;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Passkeys));

    /// <summary>The passkey with this credential id, or null.</summary>
    public async Task<Passkey?> FindByCredential(Tenant tenant, string credentialId, CancellationToken cancel)
    {
        var row = await table.Find(tenant.Id, RowKeys.Credential(credentialId), cancel);
        if (row?.GetString("UserId") is not { } userId) return null;
        var found = await table.Find(tenant.Id, RowKeys.Passkey(userId, row.GetInt32("Slot") ?? 0), cancel);
        // Its place may have gone to another one since.
        return found?.GetString("CredentialId") == credentialId ? Read(found) : null;
    }

    /// <summary>A user's passkeys, the oldest first.</summary>
    public async Task<IReadOnlyList<Passkey>> List(Tenant tenant, string userId, CancellationToken cancel)
    {
        var (start, found) = (RowKeys.Passkeys(userId), new List<Passkey>());
        await foreach (var row in table.Range(tenant.Id, start, start + "~", MaxOfUser, cancel)) found.Add(Read(row));
        return [.. found.OrderBy(passkey => passkey.CreatedAt)];
    }

    /// <summary>Adds a passkey.</summary>
    public async Task<PasskeyAddition> Add(Tenant tenant, Passkey passkey, CancellationToken cancel)
    {
        while (true)
        {
            var taken = (await List(tenant, passkey.UserId, cancel)).Select(other => other.Slot).ToHashSet();
            var free = Enumerable.Range(0, MaxOfUser).Where(slot => !taken.Contains(slot)).Cast<int?>().FirstOrDefault();
            if (free is not { } slot) return PasskeyAddition.Full;
            var added = await outbox.TryTransact(tenant, TableNames.Passkeys,
            [
                new(TableTransactionActionType.Add, Row(tenant, passkey with { Slot = slot })),
                new(TableTransactionActionType.Add, new TableEntity(tenant.Id, RowKeys.Credential(passkey.CredentialId))
                {
                    ["UserId"] = passkey.UserId,
                    ["Slot"] = slot,
                }),
            ], [UserEvents.PasskeysChanged(passkey.UserId)], cancel);
            if (added) return PasskeyAddition.Added;
            if (await table.Find(tenant.Id, RowKeys.Credential(passkey.CredentialId), cancel) is not null) return PasskeyAddition.Taken;
            // Another one of the user's was registered at the same time and has the place.
        }
    }

    /// <summary>Writes a passkey that was read before; false if it was changed or removed since.</summary>
    public Task<bool> TryReplace(Tenant tenant, Passkey passkey, CancellationToken cancel) =>
        table.TryReplace(Row(tenant, passkey), cancel);

    /// <summary>Removes a passkey that was read before; false if it was changed or removed since.</summary>
    public Task<bool> TryRemove(Tenant tenant, Passkey passkey, CancellationToken cancel) =>
        outbox.TryTransact(tenant, TableNames.Passkeys, Removal(tenant, passkey), [UserEvents.PasskeysChanged(passkey.UserId)], cancel);

    static List<TableTransactionAction> Removal(Tenant tenant, Passkey passkey) =>
    [
        new(TableTransactionActionType.Delete, Row(tenant, passkey), passkey.ETag),
        new(TableTransactionActionType.Delete,
            new TableEntity(tenant.Id, RowKeys.Credential(passkey.CredentialId)), ETag.All),
    ];

    /// <summary>Removes all passkeys of a user who is being deleted and can register no more.</summary>
    public async Task RemoveAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        while (await List(tenant, userId, cancel) is { Count: > 0 } left)
        {
            foreach (var passkey in left) await table.TryTransact(Removal(tenant, passkey), cancel); // The user's own end is told of.
        }
    }

    static Passkey Read(TableEntity row) => new()
    {
        Id = row.GetString("Id"),
        UserId = row.GetString("UserId"),
        CredentialId = row.GetString("CredentialId"),
        PublicKey = row.GetString("PublicKey"),
        Counter = (uint)(row.GetInt64("Counter") ?? 0),
        Name = row.GetString("Name"),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        LastUsedAt = row.GetDateTimeOffset("LastUsedAt"),
        BackupEligible = row.GetBoolean("BackupEligible") is true,
        BackedUp = row.GetBoolean("BackedUp") is true,
        Transports = Columns.Split(row.GetString("Transports")),
        Slot = int.Parse(row.RowKey[^2..], CultureInfo.InvariantCulture),
        ETag = row.ETag,
    };

    static TableEntity Row(Tenant tenant, Passkey passkey) => new(tenant.Id, RowKeys.Passkey(passkey.UserId, passkey.Slot))
    {
        ["Id"] = passkey.Id,
        ["UserId"] = passkey.UserId,
        ["CredentialId"] = passkey.CredentialId,
        ["PublicKey"] = passkey.PublicKey,
        ["Counter"] = (long)passkey.Counter,
        ["Name"] = passkey.Name,
        ["CreatedAt"] = passkey.CreatedAt,
        ["LastUsedAt"] = passkey.LastUsedAt,
        ["BackupEligible"] = passkey.BackupEligible,
        ["BackedUp"] = passkey.BackedUp,
        ["Transports"] = Columns.Join(passkey.Transports),
        ETag = passkey.ETag,
    };
}
