using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Finds users by the beginning of their name, in tenants whose users may find each other (<see cref="AccountRules.PeopleSearch"/>). The
/// rows that lead to them (SCHEMA.md, table Users, <c>person|…</c>) are written with the users themselves while that is on
/// (<see cref="UserStore"/>). What such a row says is never believed: the user's own row decides.
/// </summary>
public sealed class PeopleIndex(StorageClients storage, UserStore users, RemovalNotes notes, TimeProvider clock)
{
    /// <summary>The most people of an answer.</summary>
    public const int Max = 10;

    const int MinChars = 2; // A single one has few values, and each would list ten people.
    const int MaxRows = 2 * Max; // Some may lead to users who are disabled, or have another name by now.
    const int UsersAtOnce = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Users));

    /// <summary>
    /// The user with this name or verified email address, and those whose display name begins with the text, of two characters at least, in
    /// the order of their names; none of them disabled.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="text">What somebody has typed.</param>
    /// <param name="except">The id of a user who is left out: whoever asks.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<IReadOnlyList<User>> Find(Tenant tenant, string text, string except, CancellationToken cancel)
    {
        var exact = users.FindByName(tenant, text, cancel);
        var normalized = UserStore.Normalize(text);
        var start = RowKeys.PeopleFrom(normalized);
        var rows = normalized.Length < MinChars ? []
            : await table.Range(tenant.Id, start, start + "~", MaxRows, cancel).Take(MaxRows).ToListAsync(cancel);
        var named = await Task.WhenAll(rows.Select(row => Find(tenant, row, cancel)));
        return [.. named.Prepend(await exact).OfType<User>()
            .Where(user => user is { Disabled: false, Deleting: false } && user.Id != except).DistinctBy(user => user.Id).Take(Max)];
    }

    /// <summary>
    /// Brings the rows in step with what the tenant wants: those of all users, or none. It notes how far it is, so whoever goes on does the
    /// rest, and it can be repeated. False if the time ran out first.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="note">The note of it (<see cref="RemovalNotes.People"/>), which goes when it is done.</param>
    /// <param name="maxTime">How long it works.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<bool> TryFinish(Tenant tenant, RemovalNote note, TimeSpan maxTime, CancellationToken cancel)
    {
        var begun = clock.GetTimestamp();
        if (!tenant.Accounts.PeopleSearch) await Clear(tenant, cancel);
        else
        {
            for (var after = note.After; await Fill(tenant, after, cancel) is { } last; after = last)
            {
                if (!await notes.TryNote(note, last, cancel) || clock.GetElapsedTime(begun) >= maxTime) return false;
            }
        }
        await notes.TryRemove(note);
        return true;
    }

    /// <summary>Writes the rows of all users, as far as the time goes. The timer does it once more.</summary>
    public async Task TryFill(Tenant tenant, TimeSpan maxTime, CancellationToken cancel)
    {
        var begun = clock.GetTimestamp();
        string? after = null;
        do after = await Fill(tenant, after, cancel);
        while (after is not null && clock.GetElapsedTime(begun) < maxTime);
    }

    // Writes the rows of the users after one: of the last of them it returns the id, and null if there are no more.
    async Task<string?> Fill(Tenant tenant, string? after, CancellationToken cancel)
    {
        var some = await users.List(tenant, after, UsersAtOnce, cancel);
        foreach (var chunk in some.Chunk(Table.MaxTransactionRows))
        {
            // Upserts lose no races.
            await table.TryTransact([.. chunk.Select(user => Row(tenant, user))
                .Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row))], cancel);
        }
        await ForgetDeleted(tenant, some, after, cancel);
        return some.Count == UsersAtOnce ? some[^1].Id : null;
    }

    // Those who were deleted while their rows were being written: their names would stay.
    async Task ForgetDeleted(Tenant tenant, IReadOnlyList<User> some, string? after, CancellationToken cancel)
    {
        var there = (await users.List(tenant, after, UsersAtOnce, cancel)).Select(user => user.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var user in some.Where(user => !there.Contains(user.Id)))
        {
            if (await users.Find(tenant, user.Id, cancel) is null)
                await table.TryDelete(tenant.Id, KeyOf(user.Name, user.Id), cancel);
        }
    }

    /// <summary>Deletes the rows of all users.</summary>
    public Task Clear(Tenant tenant, CancellationToken cancel) =>
        table.Clear(tenant.Id, RowKeys.AnyPerson, RowKeys.AnyPerson + "~", cancel);

    /// <summary>
    /// What tells people of one name apart, and none of them can choose: the user name, or the verified email address. Of an address the
    /// middle of what stands before the @ is left out.
    /// </summary>
    public static string AccountOf(User user)
    {
        var account = user.VerifiedEmail ?? user.UserName;
        var at = account.LastIndexOf('@');
        if (at < 1) return account;
        var local = account[..at].EnumerateRunes().ToList();
        return $"{local[0]}…{local[^1]}{account[at..]}";
    }

    /// <summary>True if the text is the whole display name, user name or verified email address of the user.</summary>
    public static bool IsWhole(User user, string text) =>
        user.Names.Append(UserStore.Normalize(user.Name)).Contains(UserStore.Normalize(text), StringComparer.Ordinal);

    /// <summary>The key of the row that leads to a user with this display name.</summary>
    internal static string KeyOf(string name, string id) => RowKeys.Person(UserStore.Normalize(name), id);

    /// <summary>The row that leads to a user.</summary>
    internal static TableEntity Row(Tenant tenant, User user) => new(tenant.Id, KeyOf(user.Name, user.Id));

    // A row that was left behind by a process that died, or by an instance that did not know yet that people are found.
    async Task<User?> Find(Tenant tenant, TableEntity row, CancellationToken cancel)
    {
        var id = RowKeys.PersonOf(row.RowKey);
        var user = await users.Find(tenant, id, cancel);
        if (user is not null && KeyOf(user.Name, id) == row.RowKey) return user;
        await table.TryDelete(row, cancel);
        return null;
    }
}
