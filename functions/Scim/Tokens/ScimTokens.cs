using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>
/// The tokens with which directories provision a tenant (SCHEMA.md, table ScimTokens). A token is <c>lkscim_{id}_{256 random bits}</c>:
/// its beginning is recognisable, it is shown once, and only its hash is stored. What was read of it counts for at most 5 seconds, so
/// a revocation takes effect at once here and within that time on other instances.
/// </summary>
public sealed class ScimTokens(StorageClients storage, Settings settings, TimeProvider clock)
{
    /// <summary>How many tokens a tenant has at most.</summary>
    public const int MaxTokens = 20;

    /// <summary>The most days that a token works: two years.</summary>
    public const int MaxDays = 731;

    const string Prefix = "lkscim_";
    const int IdChars = 16;
    const int SecretChars = 43;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.ScimTokens));
    readonly Cache<ScimToken> cache = Cache<ScimToken>.Short(clock, settings.CacheTime);

    /// <summary>True if a role gives a right to administer: no token may give it.</summary>
    public static bool Administers(Tenant tenant, HeldRole role) => Powers.Administers(tenant.Rights([role]));

    /// <summary>True if the text has the form of a token's id.</summary>
    public static bool IsId(string text) => Ids.IsBase32(text, IdChars);

    /// <summary>Makes a token and returns it with what it opens. It can't be read again.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="template">Its name and rules; its id, times and hash are set here.</param>
    /// <param name="life">How long it works.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<(ScimToken Token, string Secret)> Create(
        Tenant tenant, ScimToken template, TimeSpan life, CancellationToken cancel)
    {
        var (id, now) = (Ids.NewBase32(), clock.GetUtcNow());
        var secret = $"{Prefix}{id}_{Ids.NewSecret()}";
        var token = template with { Id = id, CreatedAt = now, ExpiresAt = now + life, SecretHash = Ids.Hash(secret) };
        await table.Put(Row(tenant, token), cancel);
        return (token, secret);
    }

    /// <summary>The tenant's tokens that work, by name. Those that have expired are deleted on the way.</summary>
    public async Task<IReadOnlyList<ScimToken>> List(Tenant tenant, CancellationToken cancel)
    {
        var found = new List<ScimToken>();
        await foreach (var row in table.Partition(tenant.Id, cancel))
        {
            var token = Read(row);
            if (clock.GetUtcNow() < token.ExpiresAt) found.Add(token);
            else await table.TryDelete(row, cancel);
        }
        return [.. found.OrderBy(token => token.Name, StringComparer.Ordinal)];
    }

    /// <summary>Revokes a token; false if no token has this id.</summary>
    public async Task<bool> TryRevoke(Tenant tenant, string id, CancellationToken cancel)
    {
        var done = IsId(id) && await table.TryDelete(tenant.Id, id, cancel);
        cache.Remove(Key(tenant, id));
        return done;
    }

    /// <summary>
    /// The token; null if this tenant has no such live token. Records the day of its use, at most once a day per instance.
    /// </summary>
    public async Task<ScimToken?> Find(Tenant tenant, string secret, CancellationToken cancel)
    {
        if (secret.Length != Prefix.Length + IdChars + 1 + SecretChars || !secret.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var id = secret.Substring(Prefix.Length, IdChars);
        if (!IsId(id)) return null;
        var token = await cache.Get(Key(tenant, id), async wait =>
            await table.Find(tenant.Id, id, wait) is { } row ? Read(row) : null, cancel);
        if (token is null || clock.GetUtcNow() >= token.ExpiresAt || !Ids.IsSameHash(token.SecretHash, Ids.Hash(secret))) return null;
        await Note(tenant, token, cancel);
        return token;
    }

    async Task Note(Tenant tenant, ScimToken token, CancellationToken cancel)
    {
        var today = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (token.LastUsed == today) return;
        await table.TryMerge(new TableEntity(tenant.Id, token.Id) { ["LastUsed"] = today }, cancel);
        cache.Remove(Key(tenant, token.Id));
    }

    static string Key(Tenant tenant, string id) => $"{tenant.Id}|{id}";

    static ScimToken Read(TableEntity row) => new()
    {
        Id = row.RowKey,
        Name = row.GetString("Name"),
        Roles = Columns.Split(row.GetString("Roles")),
        AssignableRoles = Columns.Split(row.GetString("AssignableRoles")),
        GroupRole = Enum.Parse<GroupRole>(row.GetString("GroupRole")),
        TrustEmail = row.GetBoolean("TrustEmail") is true,
        Passwords = row.GetBoolean("Passwords") is true,
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        ExpiresAt = row.GetDateTimeOffset("ExpiresAt")!.Value,
        LastUsed = row.GetString("LastUsed"),
        SecretHash = row.GetString("SecretHash"),
    };

    static TableEntity Row(Tenant tenant, ScimToken token) => new(tenant.Id, token.Id)
    {
        ["Name"] = token.Name,
        ["Roles"] = Columns.Join(token.Roles),
        ["AssignableRoles"] = Columns.Join(token.AssignableRoles),
        ["GroupRole"] = token.GroupRole.ToString(),
        ["TrustEmail"] = token.TrustEmail,
        ["Passwords"] = token.Passwords,
        ["CreatedAt"] = token.CreatedAt,
        ["ExpiresAt"] = token.ExpiresAt,
        ["SecretHash"] = token.SecretHash,
    };
}
