using System.Text;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A tenant's users (SCHEMA.md, table Users): one row by id, one by name that leads to it.</summary>
public sealed class UserStore(StorageClients storage)
{
    readonly Table table = new(storage.Tables.GetTableClient("Users"));

    /// <summary>
    /// What is the same person however it is typed: compatibility forms and case are folded. Broken UTF-16 and U+FFFE,
    /// which .NET does not normalize, count as U+FFFD.
    /// </summary>
    public static string Normalize(string userName) =>
        string.Concat(userName.Trim().EnumerateRunes().Select(rune => rune.Value == 0xFFFE ? Rune.ReplacementChar : rune))
            .Normalize(NormalizationForm.FormKC).ToUpperInvariant();

    /// <summary>The user of this name, or null.</summary>
    public async Task<User?> FindByName(Tenant tenant, string userName, CancellationToken cancel)
    {
        var name = await table.Find(tenant.Id, RowKeys.UserName(Normalize(userName)), cancel);
        // No id is "-": a name that nobody has takes two reads as well, so that the time taken tells nobody who exists.
        return await Find(tenant, name?.GetString("UserId") ?? "-", cancel);
    }

    /// <summary>The user of this id, or null.</summary>
    public async Task<User?> Find(Tenant tenant, string id, CancellationToken cancel)
    {
        var row = await table.Find(tenant.Id, RowKeys.User(id), cancel);
        return row is null ? null : new User
        {
            Id = id,
            UserName = row.GetString("UserName"),
            Name = row.GetString("Name"),
            Email = row.GetString("Email"),
            PasswordHash = row.GetString("PasswordHash"),
            Roles = Columns.Split(row.GetString("Roles")),
            Disabled = row.GetBoolean("Disabled") is not false,
            ETag = row.ETag,
        };
    }

    /// <summary>Adds a user with both rows at once; false if the name is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, User user, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.Add, new TableEntity(tenant.Id, RowKeys.UserName(Normalize(user.UserName)))
        {
            ["UserId"] = user.Id,
        }),
        new(TableTransactionActionType.Add, new TableEntity(tenant.Id, RowKeys.User(user.Id))
        {
            ["UserName"] = user.UserName,
            ["Name"] = user.Name,
            ["Email"] = user.Email,
            ["PasswordHash"] = user.PasswordHash,
            ["Roles"] = Columns.Join(user.Roles),
            ["Disabled"] = user.Disabled,
        }),
    ], cancel);

    /// <summary>Stores a new password hash; false if the user was changed since it was read, or is gone.</summary>
    public Task<bool> SetPasswordHash(Tenant tenant, User user, string hash, CancellationToken cancel) =>
        table.TryMerge(new TableEntity(tenant.Id, RowKeys.User(user.Id)) { ["PasswordHash"] = hash }, user.ETag, cancel);
}
