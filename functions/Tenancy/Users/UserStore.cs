using System.Text;
using Azure;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's users (SCHEMA.md, table Users): one row by id, one by name that leads to it. What decides about a user's
/// sessions is cached for 5 seconds at most, so that every instance sees a user end within that time and the one that
/// ends them at once.
/// </summary>
public sealed class UserStore(StorageClients storage, Settings settings, TimeProvider clock)
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Users));
    readonly Cache<UserState> states = new(clock, settings.CacheTime < Longest ? settings.CacheTime : Longest);

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

    /// <summary>The user's state, 5 seconds old at most, or null; a text that is no user's id asks nobody.</summary>
    public async Task<UserState?> FindState(string tenant, string id, CancellationToken cancel) => !Ids.IsId(id) ? null
        : await states.Get($"{tenant}|{id}", async () => (await Find(tenant, id, cancel))?.State);

    static User Read(TableEntity row) =>
        new()
        {
            Id = row.RowKey[RowKeys.User("").Length..],
            UserName = row.GetString("UserName"),
            Name = row.GetString("Name"),
            Email = row.GetString("Email"),
            PasswordHash = row.GetString("PasswordHash"),
            Roles = [.. Columns.Split(row.GetString("Roles")).Select(HeldRole.Parse)],
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
    public async Task<bool> TryReplace(Tenant tenant, User user, CancellationToken cancel)
    {
        var row = Row(tenant, user);
        row.ETag = user.ETag;
        var done = await table.TryReplace(row, cancel);
        Forget(tenant, user.Id);
        return done;
    }

    /// <summary>Removes both rows of a user at once; false if they are gone.</summary>
    public async Task<bool> TryDelete(Tenant tenant, User user, CancellationToken cancel)
    {
        var done = await table.TryTransact(
        [
            new(TableTransactionActionType.Delete, new TableEntity(tenant.Id, RowKeys.UserName(Normalize(user.UserName))), ETag.All),
            new(TableTransactionActionType.Delete, new TableEntity(tenant.Id, RowKeys.User(user.Id)), ETag.All),
        ], cancel);
        Forget(tenant, user.Id);
        return done;
    }

    /// <summary>Adds a user with both rows at once; false if the name is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, User user, CancellationToken cancel) => TryAdd(tenant, [user], cancel);

    /// <summary>Adds users, 50 at most, all or none; false if a name is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, IReadOnlyList<User> users, CancellationToken cancel) => table.TryTransact(
        [.. users.SelectMany(user => new[] { NameRow(tenant, user), Row(tenant, user) }).Select(row => new TableTransactionAction(TableTransactionActionType.Add, row))], cancel);

    static TableEntity NameRow(Tenant tenant, User user) => new(tenant.Id, RowKeys.UserName(Normalize(user.UserName)))
    {
        ["UserId"] = user.Id,
    };

    static TableEntity Row(Tenant tenant, User user) => new(tenant.Id, RowKeys.User(user.Id))
    {
        ["UserName"] = user.UserName,
        ["Name"] = user.Name,
        ["Email"] = user.Email,
        ["PasswordHash"] = user.PasswordHash,
        ["Roles"] = Columns.Join(user.Roles.Select(role => role.ToString())),
        ["Disabled"] = user.Disabled,
        ["Deleting"] = user.Deleting,
        ["SignedOutAt"] = user.SignedOutAt,
    };

    /// <summary>Stores a new hash of the same password; false if the password was changed since <paramref name="known"/> was read.</summary>
    public async Task<bool> TryRehash(Tenant tenant, User known, string hash, CancellationToken cancel) =>
        await TryChange(tenant, known, user => user with { PasswordHash = hash }, cancel) is not null;

    /// <summary>
    /// Stores a new password's hash and signs the user out everywhere, in one write; null if the password was changed since
    /// <paramref name="known"/> was read.
    /// </summary>
    public Task<User?> TryChangePassword(Tenant tenant, User known, string hash, CancellationToken cancel) =>
        TryChange(tenant, known, user => user.SignedOut(clock.GetUtcNow()) with { PasswordHash = hash }, cancel);

    /// <summary>Signs the user out everywhere, in one write; null if the user is gone.</summary>
    public async Task<User?> SignOut(Tenant tenant, string id, CancellationToken cancel)
    {
        while (await Find(tenant, id, cancel) is { } user)
        {
            var next = user.SignedOut(clock.GetUtcNow());
            if (await TryReplace(tenant, next, cancel)) return next; // Else something else of the user was changed: look again.
        }
        return null;
    }

    async Task<User?> TryChange(Tenant tenant, User known, Func<User, User> change, CancellationToken cancel)
    {
        while (await Find(tenant, known.Id, cancel) is { } user)
        {
            // An old password's new hash must not bring the old password back.
            if (user.PasswordHash != known.PasswordHash) return null;
            var next = change(user);
            if (await TryReplace(tenant, next, cancel)) return next;
        }
        return null;
    }

    void Forget(Tenant tenant, string id) => states.Remove($"{tenant.Id}|{id}");
}
