using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>An external account that a user signs in with.</summary>
/// <param name="Provider">The provider's id.</param>
/// <param name="Key">The hash of issuer and subject (OIDC Core §2: together they are unique and never reassigned).</param>
/// <param name="UserId">The user.</param>
/// <param name="Label">What the user sees of it: an address or a name; or null.</param>
/// <param name="Since">When it was linked.</param>
public sealed record LinkedIdentity(string Provider, string Key, string UserId, string? Label, DateTimeOffset Since)
{
    /// <summary>The key of an external account.</summary>
    public static string KeyOf(string issuer, string subject) => Ids.Hash($"{issuer}\n{subject}");
}

/// <summary>
/// Who signs in with which external account (SCHEMA.md, table Users). An external account belongs to one user, and a user has one
/// of each provider. Both rows are written in one transaction, so of two who link at once one wins.
/// </summary>
public sealed class LinkedIdentities(StorageClients storage, UserStore users)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Users));

    /// <summary>The id of the user with this external account, or null.</summary>
    public async Task<string?> FindUser(Tenant tenant, string provider, string key, CancellationToken cancel) =>
        (await table.Find(tenant.Id, RowKeys.Identity(provider, key), cancel))?.GetString("UserId");

    /// <summary>A user's external accounts.</summary>
    public async Task<IReadOnlyList<LinkedIdentity>> Of(Tenant tenant, string userId, CancellationToken cancel)
    {
        var start = RowKeys.IdentityOf(userId, "");
        return await table.Range(tenant.Id, start, start + "~", null, cancel).Select(row => new LinkedIdentity(
            row.RowKey[start.Length..], row.GetString("Key"), userId, row.GetString("Label"),
            row.GetDateTimeOffset("Since")!.Value)).ToListAsync(cancel);
    }

    /// <summary>Links an external account; false if it is somebody's, or the user has another of the provider.</summary>
    public Task<bool> TryAdd(Tenant tenant, LinkedIdentity identity, CancellationToken cancel) =>
        table.TryTransact(Additions(tenant, identity), cancel);

    /// <summary>Adds a user with an external account, all or nothing; false if a name or the account is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, User user, LinkedIdentity identity, CancellationToken cancel) =>
        users.TryAdd(tenant, [user], Additions(tenant, identity), cancel);

    /// <summary>Unlinks an external account; false if that was done before.</summary>
    public Task<bool> TryRemove(Tenant tenant, LinkedIdentity identity, CancellationToken cancel) =>
        table.TryTransact(Deletions(tenant, identity), cancel);

    /// <summary>Unlinks all external accounts of a user who is being deleted.</summary>
    public async Task RemoveAll(Tenant tenant, string userId, CancellationToken cancel)
    {
        foreach (var identity in await Of(tenant, userId, cancel)) await TryRemove(tenant, identity, cancel);
    }

    /// <summary>The writes that unlink an external account, for a transaction with its user's row.</summary>
    internal static List<TableTransactionAction> Deletions(Tenant tenant, LinkedIdentity identity) =>
    [
        Table.Deletion(tenant.Id, RowKeys.Identity(identity.Provider, identity.Key)),
        Table.Deletion(tenant.Id, RowKeys.IdentityOf(identity.UserId, identity.Provider)),
    ];

    static List<TableTransactionAction> Additions(Tenant tenant, LinkedIdentity identity) =>
    [
        new(TableTransactionActionType.Add, new TableEntity(tenant.Id, RowKeys.Identity(identity.Provider, identity.Key))
        {
            ["UserId"] = identity.UserId,
        }),
        new(TableTransactionActionType.Add, new TableEntity(tenant.Id, RowKeys.IdentityOf(identity.UserId, identity.Provider))
        {
            ["Key"] = identity.Key,
            ["Label"] = identity.Label,
            ["Since"] = identity.Since,
        }),
    ];
}
