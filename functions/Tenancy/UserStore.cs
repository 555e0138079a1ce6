using System.Text;
using Azure;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A tenant's users (SCHEMA.md, table Users): one row by id, one by name that leads to it.</summary>
public sealed class UserStore(StorageClients storage)
{
    readonly Table table = new(storage.Tables.GetTableClient("Users"));

    /// <summary>
    /// What is the same person however it is typed: compatibility forms and case are folded.
    /// </summary>
    public static string Normalize(string userName) =>
        UnicodeText.Normalize(userName.Trim(), NormalizationForm.FormKC).ToUpperInvariant();

    /// <summary>The user of this name, or null.</summary>
    public async Task<User?> FindByName(Tenant tenant, string userName, CancellationToken cancel)
    {
        var name = await table.Find(tenant.Id, RowKeys.UserName(Normalize(userName)), cancel);
        // No id is "-": a name that nobody has takes two reads as well, so that the time taken tells nobody who exists.
        return await Find(tenant, name?.GetString("UserId") ?? "-", cancel);
    }

    /// <summary>The user of this id, or null.</summary>
    public Task<User?> Find(Tenant tenant, string id, CancellationToken cancel) => Find(tenant.Id, id, cancel);

    /// <summary>The user of this id, or null.</summary>
    public async Task<User?> Find(string tenant, string id, CancellationToken cancel)
    {
        var row = await table.Find(tenant, RowKeys.User(id), cancel);
        return row is null ? null : Read(row);
    }

    static User Read(TableEntity row) =>
        new()
        {
            Id = row.RowKey[RowKeys.User("").Length..],
            UserName = row.GetString("UserName"),
            Name = row.GetString("Name"),
            Email = row.GetString("Email"),
            PasswordHash = row.GetString("PasswordHash"),
            Roles = Columns.Split(row.GetString("Roles")),
            Disabled = row.GetBoolean("Disabled") is not false,
            Deleting = row.GetBoolean("Deleting") is true,
            SignedOutAt = row.GetDateTimeOffset("SignedOutAt"),
            ETag = row.ETag,
        };

    /// <summary>The tenant's users by id, after one; the first <paramref name="limit"/> of them.</summary>
    public async Task<IReadOnlyList<User>> List(Tenant tenant, string? after, int limit, CancellationToken cancel)
    {
        var users = new List<User>();
        await foreach (var row in table.Range(tenant.Id, RowKeys.User(after is null ? "" : after + " "), RowKeys.User("~"), limit, cancel))
        {
            users.Add(Read(row));
            if (users.Count == limit) break;
        }
        return users;
    }

    /// <summary>Writes a user that was read before, all but the name that is typed; false if somebody changed it since.</summary>
    public Task<bool> TryReplace(Tenant tenant, User user, CancellationToken cancel)
    {
        var row = Row(tenant, user);
        row.ETag = user.ETag;
        return table.TryReplace(row, cancel);
    }

    /// <summary>Removes both rows of a user at once; false if they are gone.</summary>
    public Task<bool> TryDelete(Tenant tenant, User user, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.Delete, new TableEntity(tenant.Id, RowKeys.UserName(Normalize(user.UserName))), ETag.All),
        new(TableTransactionActionType.Delete, new TableEntity(tenant.Id, RowKeys.User(user.Id)), ETag.All),
    ], cancel);

    /// <summary>Adds a user with both rows at once; false if the name is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, User user, CancellationToken cancel) => table.TryTransact(
    [
        new(TableTransactionActionType.Add, new TableEntity(tenant.Id, RowKeys.UserName(Normalize(user.UserName)))
        {
            ["UserId"] = user.Id,
        }),
        new(TableTransactionActionType.Add, Row(tenant, user)),
    ], cancel);

    static TableEntity Row(Tenant tenant, User user) => new(tenant.Id, RowKeys.User(user.Id))
    {
        ["UserName"] = user.UserName,
        ["Name"] = user.Name,
        ["Email"] = user.Email,
        ["PasswordHash"] = user.PasswordHash,
        ["Roles"] = Columns.Join(user.Roles),
        ["Disabled"] = user.Disabled,
        ["Deleting"] = user.Deleting,
        ["SignedOutAt"] = user.SignedOutAt,
    };

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
