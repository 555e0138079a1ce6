using System.Text;
using Azure;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// A tenant's users (SCHEMA.md, table Users): one row by id, and one that refers to it for each name: the user name, and the
/// email address once it is verified; and one for the id in the directory that provisions the tenant. The state that decides about a user's
/// sessions is cached for at most 5 seconds: signing a user out takes effect at once on the instance that does it, soon on the others.
/// </summary>
public sealed class UserStore(StorageClients storage, Outbox outbox, ConnectionClosings closings, Settings settings, TimeProvider clock)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Users));
    readonly Cache<UserState> states = Cache<UserState>.Short(clock, settings.CacheTime);

    /// <summary>
    /// A canonical form of a user name or an email address: however a person types it, compatibility forms, case and Punycode
    /// (<see cref="EmailAddress.Unicode"/>) are folded.
    /// </summary>
    public static string Normalize(string name) =>
        UnicodeText.Normalize(EmailAddress.Unicode(name.Trim()), NormalizationForm.FormKC).ToUpperInvariant();

    /// <summary>The user with this name or verified email address, or null.</summary>
    public async Task<User?> FindByName(Tenant tenant, string userName, CancellationToken cancel)
    {
        var name = await table.Find(tenant.Id, RowKeys.UserName(Normalize(userName)), cancel);
        // No id is "-". An unknown name takes two reads as well, so that the response time does not reveal who exists.
        return await Find(tenant, name?.GetString("UserId") ?? "-", cancel);
    }

    /// <summary>The user with this id, or null.</summary>
    public Task<User?> Find(Tenant tenant, string id, CancellationToken cancel) => Find(tenant.Id, id, cancel);

    /// <summary>The user with this id, or null.</summary>
    public async Task<User?> Find(string tenant, string id, CancellationToken cancel)
    {
        var row = await table.Find(tenant, RowKeys.User(id), cancel);
        return row is null ? null : UserRow.Read(row);
    }

    /// <summary>The user's state, at most 5 seconds old, or null. A text that cannot be a user's id costs no request.</summary>
    public async Task<UserState?> FindState(string tenant, string id, CancellationToken cancel) => !Ids.IsId(id) ? null
        : await states.Get($"{tenant}|{id}", async wait => (await Find(tenant, id, wait))?.State, cancel);

    /// <summary>The user's state as it is now, which the cache then knows, too; or null.</summary>
    public Task<UserState?> FindStateNow(string tenant, string id, CancellationToken cancel)
    {
        states.Remove($"{tenant}|{id}");
        return FindState(tenant, id, cancel);
    }

    /// <summary>The tenant's users by id, after the given one; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<User>> List(Tenant tenant, string? after, int limit, CancellationToken cancel)
    {
        var users = new List<User>();
        await foreach (var row in table.Range(tenant.Id, RowKeys.User(after is null ? "" : after + " "), RowKeys.User("~"), limit, cancel))
        {
            users.Add(UserRow.Read(row));
            if (users.Count == limit) break;
        }
        return users;
    }

    /// <summary>
    /// Writes a user that was read before. If that changes the names that lead to the user, it is one transaction with their rows.
    /// </summary>
    /// <returns>False if the user was changed since.</returns>
    /// <exception cref="Problem">
    /// 409 <c>email_taken</c>: a new name, or a newly verified address, is another user's; <c>uniqueness</c>: the directory's id is.
    /// </exception>
    public Task<bool> TryReplace(Tenant tenant, User user, CancellationToken cancel) => TryReplace(tenant, user, [], cancel);

    /// <summary>The same, in one transaction with other writes to the tenant's partition of the table.</summary>
    internal async Task<bool> TryReplace(
        Tenant tenant, User user, IReadOnlyList<TableTransactionAction> others, CancellationToken cancel)
    {
        var row = UserRow.Of(tenant, user);
        var (added, removed) = (user.Keys.Except(user.StoredKeys).ToList(), user.StoredKeys.Except(user.Keys));
        foreach (var key in added)
        {
            if (await table.Find(tenant.Id, key, cancel) is not null) throw Taken(key, user);
        }
        var actions = new List<TableTransactionAction> { new(TableTransactionActionType.UpdateReplace, row, user.ETag) };
        actions.AddRange(added.Select(key => new TableTransactionAction(TableTransactionActionType.Add, KeyRow(tenant, user, key))));
        actions.AddRange(removed.Select(key => Table.Deletion(tenant.Id, key)));
        actions.AddRange(others);
        var isNamed = tenant.Accounts.PeopleSearch && user.Stored?.Name != user.Name;
        if (isNamed) actions.Add(new(TableTransactionActionType.UpsertReplace, PeopleIndex.Row(tenant, user)));
        var former = isNamed && user.FormerPersonKey is { } name ? await table.Find(tenant.Id, name, cancel) : null;
        Task<bool> Write() => outbox.TryTransact(tenant, TableNames.Users, actions, UserEvents.Of(user), cancel);
        var done = await closings.Around(UserEvents.EndsConnections(user) ? tenant : null, ClosingKind.User, user.Id, Write, cancel);
        // It may not have been there, which would fail a transaction; and by now it may be that of the next name. See PeopleIndex.Find.
        if (done && former is not null) await table.TryDelete(former, CancellationToken.None);
        Forget(tenant, user.Id);
        return done;
    }

    /// <summary>Deletes a user with all rows at once; false if they are gone.</summary>
    public async Task<bool> TryDelete(Tenant tenant, User user, CancellationToken cancel)
    {
        await table.TryDelete(tenant.Id, PeopleIndex.KeyOf(user.Name, user.Id), cancel);
        var done = await outbox.TryTransact(tenant, TableNames.Users,
        [
            .. user.StoredKeys.Select(key => Table.Deletion(tenant.Id, key)),
            .. SecondFactorStore.Deletion(tenant, user),
            new(TableTransactionActionType.Delete, new TableEntity(tenant.Id, RowKeys.User(user.Id)), ETag.All),
        ], [UserEvents.Deleted(user)], cancel);
        Forget(tenant, user.Id);
        return done;
    }

    /// <summary>Adds a user with all rows at once; false if a name is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, User user, CancellationToken cancel) => TryAdd(tenant, [user], cancel);

    /// <summary>Adds up to 33 users, or 24 if they can find each other, all or none; false if a name is taken.</summary>
    public Task<bool> TryAdd(Tenant tenant, IReadOnlyList<User> users, CancellationToken cancel) =>
        TryAdd(tenant, users, [], cancel);

    /// <summary>The same, in one transaction with other writes to the tenant's partition of the table.</summary>
    internal Task<bool> TryAdd(
        Tenant tenant, IReadOnlyList<User> users, IReadOnlyList<TableTransactionAction> others, CancellationToken cancel)
    {
        var additions = from user in users
                        from row in user.Keys.Select(key => KeyRow(tenant, user, key)).Append(UserRow.Of(tenant, user))
                            .Concat(tenant.Accounts.PeopleSearch ? [PeopleIndex.Row(tenant, user)] : [])
                        select new TableTransactionAction(TableTransactionActionType.Add, row);
        return outbox.TryTransact(tenant, TableNames.Users, [.. additions, .. others], users.Select(UserEvents.Created), cancel);
    }

    /// <summary>True if the text is nobody's user name or verified email address.</summary>
    public async Task<bool> IsFree(Tenant tenant, string name, CancellationToken cancel) =>
        await table.Find(tenant.Id, RowKeys.UserName(Normalize(name)), cancel) is null;

    /// <summary>The user with this id in the directory that provisions the tenant, or null.</summary>
    public async Task<User?> FindByExternalId(Tenant tenant, string externalId, CancellationToken cancel) =>
        await table.Find(tenant.Id, RowKeys.ExternalUser(externalId), cancel) is { } row
            ? await Find(tenant, row.GetString("UserId"), cancel) : null;

    /// <summary>The ids of the tenant's users in their order, and nothing else: a thousand a request.</summary>
    public IAsyncEnumerable<string> AllIds(Tenant tenant, CancellationToken cancel) =>
        table.Keys(tenant.Id, RowKeys.User(""), RowKeys.User("~"), cancel).Select(key => key[RowKeys.User("").Length..]);

    static Problem Taken(string key, User user) => user.ExternalId is { } id && key == RowKeys.ExternalUser(id)
        ? Problem.Conflict("uniqueness", "Another user has this id in the directory.") : EmailTaken();

    /// <summary>409 <c>email_taken</c>.</summary>
    public static Problem EmailTaken() => Problem.Conflict("email_taken", "Another user has this email address.");

    static TableEntity KeyRow(Tenant tenant, User user, string key) => new(tenant.Id, key)
    {
        ["UserId"] = user.Id,
    };

    /// <summary>
    /// Stores a new hash of the same password; false if the password was changed since <paramref name="known"/> was read.
    /// </summary>
    public async Task<bool> TryRehash(Tenant tenant, User known, string hash, CancellationToken cancel) =>
        await TryChange(tenant, known, user => user with { PasswordHash = hash }, cancel) is not null;

    /// <summary>
    /// Stores the hash of a new password and signs the user out everywhere, in one write; null if the password was changed since
    /// <paramref name="known"/> was read.
    /// </summary>
    public Task<User?> TryChangePassword(Tenant tenant, User known, string hash, CancellationToken cancel) =>
        TryChange(tenant, known, user => user.SignedOut(clock.GetUtcNow()) with { PasswordHash = hash }, cancel);

    /// <summary>Signs the user out everywhere, in one write; null if the user does not exist.</summary>
    public Task<User?> SignOut(Tenant tenant, string id, CancellationToken cancel) =>
        Change(tenant, id, user => user.SignedOut(clock.GetUtcNow()), cancel);

    /// <summary>Ends the sessions, tokens and consent of an app for the user, in one write; null if the user does not exist.</summary>
    public Task<User?> RemoveApp(Tenant tenant, string id, string clientId, CancellationToken cancel) =>
        Change(tenant, id, user => user.WithoutApp(clientId, clock.GetUtcNow()), cancel);

    // Nothing but these few writes changes a user's row, and each must succeed: no bound on the attempts.
    Task<User?> Change(Tenant tenant, string id, Func<User, User?> change, CancellationToken cancel) => OptimisticUpdate.Run(
        () => Find(tenant, id, cancel), change, user => TryReplace(tenant, user, cancel), maxAttempts: int.MaxValue);

    // A new hash of an old password must not bring the old password back.
    Task<User?> TryChange(Tenant tenant, User known, Func<User, User> change, CancellationToken cancel) =>
        Change(tenant, known.Id, user => user.PasswordHash == known.PasswordHash ? change(user) : null, cancel);

    void Forget(Tenant tenant, string id) => states.Remove($"{tenant.Id}|{id}");
}
