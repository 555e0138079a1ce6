namespace Latchkey.Storage;

/// <summary>
/// The one place where keys are built (SCHEMA.md). Every partition key starts with the tenant's id, which holds no
/// <c>|</c>; so no tenant's partition can be another's.
/// </summary>
public static class RowKeys
{
    /// <summary>The row that makes a tenant exist.</summary>
    public const string Tenant = "tenant";

    /// <summary>The row of a session in its own partition.</summary>
    public const string Session = "session";

    /// <summary>The row that counts failed sign-ins in its own partition.</summary>
    public const string Attempts = "attempts";

    /// <summary>A tenant's role.</summary>
    public static string Role(string name) => $"role|{Ids.Hash(name)}";

    /// <summary>A user by id.</summary>
    public static string User(string id) => $"id|{id}";

    /// <summary>A user's id by what is typed at sign-in, already normalized.</summary>
    public static string UserName(string normalized) => $"name|{Ids.Hash(normalized)}";

    /// <summary>The partition of one session, or of an access token that has none.</summary>
    public static string SessionPartition(string tenant, string id) => $"{tenant}|{id}";

    /// <summary>An access token's record.</summary>
    public static string Token(string id) => $"token|{id}";

    /// <summary>Failed sign-ins of one account, already normalized.</summary>
    public static string AccountAttempts(string tenant, string account) => $"{tenant}|account|{Ids.Hash(account)}";

    /// <summary>Failed sign-ins from one address.</summary>
    public static string AddressAttempts(string tenant, string address) => $"{tenant}|address|{Ids.Hash(address)}";

    /// <summary>The partition of one space of files.</summary>
    public static string Space(string tenant, string spaceKey) => $"{tenant}|{spaceKey}";
}
