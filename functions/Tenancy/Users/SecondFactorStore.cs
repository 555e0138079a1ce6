using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A user's second factor: an app that shows one-time codes (TOTP, RFC 6238), and the codes for when it is lost.</summary>
/// <param name="Incarnation">Random, made with it: what was remembered of an earlier one does not count for this one.</param>
/// <param name="Secret">The secret that the app shares, encrypted.</param>
/// <param name="LastStep">The last time step whose code was used; codes of it and of earlier steps no longer work.</param>
/// <param name="RecoveryCodes">The MACs of the recovery codes that were not used yet.</param>
/// <param name="Since">When it was set up.</param>
public sealed record SecondFactor(
    string Incarnation, byte[] Secret, long LastStep, IReadOnlyList<string> RecoveryCodes, DateTimeOffset Since)
{
    internal ETag ETag { get; init; }
}

/// <summary>
/// The second factors of a tenant's users (SCHEMA.md, table Users). Each is set up and removed in one transaction with its user's
/// row, which says whether there is one.
/// </summary>
public sealed class SecondFactorStore(StorageClients storage, UserStore users)
{
    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Users));

    /// <summary>The user's second factor, or null.</summary>
    public async Task<SecondFactor?> Find(Tenant tenant, User user, CancellationToken cancel)
    {
        var row = await table.Find(tenant.Id, RowKeys.SecondFactor(user.Id), cancel);
        return row is null ? null : new SecondFactor(row.GetString("Incarnation"), row.GetBinary("TotpSecret"),
            row.GetInt64("LastStep")!.Value, Columns.Split(row.GetString("RecoveryCodes")), row.GetDateTimeOffset("Since")!.Value)
        {
            ETag = row.ETag,
        };
    }

    /// <summary>Writes a second factor that was read before; false if it was changed since.</summary>
    public Task<bool> TryReplace(Tenant tenant, User user, SecondFactor factor, CancellationToken cancel)
    {
        var row = Row(tenant, user, factor);
        row.ETag = factor.ETag;
        return table.TryReplace(row, cancel);
    }

    /// <summary>Gives a user who has none a second factor.</summary>
    /// <returns>False if the user was changed or deleted since, or has one.</returns>
    public Task<bool> TryAdd(Tenant tenant, User user, SecondFactor factor, CancellationToken cancel) =>
        users.TryReplace(tenant, user with { SecondFactor = factor.Incarnation },
            [new(TableTransactionActionType.Add, Row(tenant, user, factor))], cancel);

    /// <summary>Removes the user's second factor.</summary>
    /// <returns>False if the user was changed or deleted since.</returns>
    public Task<bool> TryRemove(Tenant tenant, User user, CancellationToken cancel) =>
        users.TryReplace(tenant, user with { SecondFactor = null }, [.. Deletion(tenant, user)], cancel);

    /// <summary>Deletes the second factor's row, if the user has one, with the user's own.</summary>
    internal static IEnumerable<TableTransactionAction> Deletion(Tenant tenant, User user)
    {
        if (user.SecondFactor is null) yield break;
        yield return new(TableTransactionActionType.Delete, new TableEntity(tenant.Id, RowKeys.SecondFactor(user.Id)), ETag.All);
    }

    static TableEntity Row(Tenant tenant, User user, SecondFactor factor) => new(tenant.Id, RowKeys.SecondFactor(user.Id))
    {
        ["Incarnation"] = factor.Incarnation,
        ["TotpSecret"] = factor.Secret,
        ["LastStep"] = factor.LastStep,
        ["RecoveryCodes"] = Columns.Join(factor.RecoveryCodes),
        ["Since"] = factor.Since,
    };
}
