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
            SignedOutAt = row.GetDateTimeOffset("SignedOutAt"),
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

    /// <summary>Stores a new hash of the same password; false if the password was changed since <paramref name="known"/> was read.</summary>
    public Task<bool> TryRehash(Tenant tenant, User known, string hash, CancellationToken cancel) =>
        TryReplaceHash(tenant, known, hash, signedOutAt: null, cancel);

    /// <summary>
    /// Stores a new password's hash and signs all browsers out, in one write; false if the password was changed since
    /// <paramref name="known"/> was read.
    /// </summary>
    public Task<bool> TryChangePassword(Tenant tenant, User known, string hash, DateTimeOffset now, CancellationToken cancel) =>
        TryReplaceHash(tenant, known, hash, now, cancel);

    /// <summary>Signs all of the user's browsers out.</summary>
    public Task SignOutBrowsers(Tenant tenant, User user, DateTimeOffset now, CancellationToken cancel) =>
        table.TryMerge(new TableEntity(tenant.Id, RowKeys.User(user.Id)) { ["SignedOutAt"] = now }, cancel);

    async Task<bool> TryReplaceHash(Tenant tenant, User known, string hash, DateTimeOffset? signedOutAt, CancellationToken cancel)
    {
        while (await table.Find(tenant.Id, RowKeys.User(known.Id), cancel) is { } row)
        {
            // An old password's new hash must not bring the old password back.
            if (row.GetString("PasswordHash") != known.PasswordHash) return false;
            row["PasswordHash"] = hash;
            if (signedOutAt is { } time) row["SignedOutAt"] = time;
            if (await table.TryReplace(row, cancel)) return true; // Else something else of the user was changed: look again.
        }
        return false;
    }
}
