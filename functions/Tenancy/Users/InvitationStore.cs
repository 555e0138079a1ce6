using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A person whom an administrator has invited to make an account.</summary>
public sealed record Invitation
{
    /// <summary>The id, which follows from the address.</summary>
    public required string Id { get; init; }

    /// <summary>The address that it was sent to, and only it.</summary>
    public required string Email { get; init; }

    /// <summary>The display name to begin with, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The roles that the user will have.</summary>
    public IReadOnlyList<HeldRole> Roles { get; init; } = [];

    /// <summary>The groups that the user will be a member of, with the role there.</summary>
    public IReadOnlyList<(string Group, GroupRole Role)> Groups { get; init; } = [];

    /// <summary>The id that the user will have, so that what is done twice is done to the same user.</summary>
    public required string UserId { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its link ends.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The hash of the link's secret.</summary>
    internal string SecretHash { get; init; } = "";

    internal ETag ETag { get; init; }
}

/// <summary>
/// A tenant's invitations (SCHEMA.md, table Users): one for an address. They are rows beside the users', so that one transaction
/// makes the user and uses the invitation up. One that has expired counts no more and is deleted when the list is read.
/// </summary>
public sealed class InvitationStore(StorageClients storage, UserStore users, TimeProvider clock)
{
    /// <summary>How long a link works.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Users));

    /// <summary>The id of the invitation to an address.</summary>
    public static string IdOf(string email) => Ids.HashBase32(UserStore.Normalize(email));

    /// <summary>True if the text has the form of an id.</summary>
    public static bool IsId(string text) => Ids.IsBase32(text, 16);

    /// <summary>Stores a new invitation and returns its link's value; null if there is one to the address already.</summary>
    public async Task<string?> TryAdd(Tenant tenant, Invitation invitation, CancellationToken cancel)
    {
        var (renewed, link) = WithLink(invitation);
        if (await table.TryAdd(Row(tenant, renewed), cancel)) return link;
        return await Read(tenant, invitation.Id, cancel) is { } old && IsOver(old)
            && await table.TryReplace(Row(tenant, renewed with { ETag = old.ETag }), cancel) ? link : null;
    }

    /// <summary>
    /// Gives an invitation another week and another link, which ends the former one; null if it is gone or was changed meanwhile.
    /// </summary>
    public async Task<(Invitation Invitation, string Link)?> TryRenew(Tenant tenant, string id, CancellationToken cancel)
    {
        if (await Read(tenant, id, cancel) is not { } found) return null;
        var (renewed, link) = WithLink(found);
        return await table.TryReplace(Row(tenant, renewed), cancel) ? (renewed, link) : null;
    }

    /// <summary>The invitation of a link, or null if the link does not work.</summary>
    public async Task<Invitation?> Find(Tenant tenant, string? link, CancellationToken cancel)
    {
        if (link?.Split('.') is not [var id, { Length: 43 } secret] || !IsId(id)) return null;
        return await Read(tenant, id, cancel) is { } found && !IsOver(found) && found.SecretHash == Ids.Hash(secret) ? found : null;
    }

    /// <summary>Makes the user and uses the invitation up, at once; false if a name is taken or the invitation is gone.</summary>
    public Task<bool> TryUse(Tenant tenant, Invitation invitation, User user, CancellationToken cancel) =>
        users.TryAdd(tenant, [user],
            [new TableTransactionAction(TableTransactionActionType.Delete, Row(tenant, invitation), invitation.ETag)], cancel);

    /// <summary>Deletes an invitation; false if there is none.</summary>
    public Task<bool> TryDelete(Tenant tenant, string id, CancellationToken cancel) =>
        table.TryDelete(tenant.Id, RowKeys.Invitation(id), cancel);

    /// <summary>The tenant's invitations by id, after the given one; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Invitation>> List(Tenant tenant, string? after, int limit, CancellationToken cancel)
    {
        var found = new List<Invitation>();
        var from = RowKeys.Invitation(after is null ? "" : after + " ");
        await foreach (var row in table.Range(tenant.Id, from, RowKeys.Invitation("~"), limit, cancel))
        {
            var invitation = Read(row);
            if (!IsOver(invitation)) found.Add(invitation);
            else await table.TryDelete(row, cancel);
            if (found.Count == limit) break;
        }
        return found;
    }

    bool IsOver(Invitation invitation) => clock.GetUtcNow() >= invitation.ExpiresAt;

    (Invitation Renewed, string Link) WithLink(Invitation invitation)
    {
        var secret = Ids.NewSecret();
        var renewed = invitation with { SecretHash = Ids.Hash(secret), ExpiresAt = clock.GetUtcNow() + Life };
        return (renewed, $"{invitation.Id}.{secret}");
    }

    async Task<Invitation?> Read(Tenant tenant, string id, CancellationToken cancel) =>
        await table.Find(tenant.Id, RowKeys.Invitation(id), cancel) is { } row ? Read(row) : null;

    static Invitation Read(TableEntity row) => new()
    {
        Id = row.RowKey[RowKeys.Invitation("").Length..],
        Email = row.GetString("Email"),
        Name = row.GetString("Name"),
        Roles = [.. Columns.Split(row.GetString("Roles")).Select(HeldRole.Parse)],
        Groups = [.. Columns.Split(row.GetString("Groups")).Select(line => line.Split(' '))
            .Select(parts => (parts[0], Enum.Parse<GroupRole>(parts[1])))],
        UserId = row.GetString("UserId"),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        ExpiresAt = row.GetDateTimeOffset("ExpiresAt")!.Value,
        SecretHash = row.GetString("SecretHash"),
        ETag = row.ETag,
    };

    static TableEntity Row(Tenant tenant, Invitation invitation) => new(tenant.Id, RowKeys.Invitation(invitation.Id))
    {
        ["Email"] = invitation.Email,
        ["Name"] = invitation.Name,
        ["Roles"] = Columns.Join(invitation.Roles.Select(role => role.ToString())),
        ["Groups"] = Columns.Join(invitation.Groups.Select(one => $"{one.Group} {one.Role}")),
        ["UserId"] = invitation.UserId,
        ["SecretHash"] = invitation.SecretHash,
        ["CreatedAt"] = invitation.CreatedAt,
        ["ExpiresAt"] = invitation.ExpiresAt,
        ETag = invitation.ETag,
    };
}
