using Azure;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Access to one file from outside its space: for a user, for a group, or by a link.</summary>
public sealed record Share
{
    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The file.</summary>
    public required string FileId { get; init; }

    /// <summary>
    /// 16 characters of base32, the hash of the recipient or of the link's secret. So sharing a file twice with the same recipient
    /// gives one share.
    /// </summary>
    public required string Id { get; init; }

    /// <summary><c>user</c>, <c>group</c> or <c>link</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The user's or group's id; empty for a link.</summary>
    public string Recipient { get; init; } = "";

    /// <summary>The user's or group's name when it was shared.</summary>
    public string? RecipientName { get; init; }

    /// <summary>What tells the user from others of the same name (<see cref="Tenancy.PeopleIndex.AccountOf"/>); null where users do not
    /// see that of each other.</summary>
    public string? RecipientAccount { get; init; }

    /// <summary><see cref="Permission.Read"/> or <see cref="Permission.Write"/>.</summary>
    public required Permission Access { get; init; }

    /// <summary>When it expires, or null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// The user who created a link, which ends with the user. Null if a client created it, or if it is older than this column.
    /// </summary>
    public string? CreatedBy { get; init; }

    /// <summary>The SHA-256 of a link's secret, in hex.</summary>
    public string? SecretHash { get; init; }

    /// <summary>The hash of a link's password in ASP.NET Core Identity's format, or null.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>How many downloads a link allows, or null for no limit.</summary>
    public long? MaxDownloads { get; init; }

    /// <summary>How many downloads there were. They are counted only for links with a limit or a password.</summary>
    public long Downloads { get; init; }

    /// <summary>The row's ETag.</summary>
    public ETag ETag { get; init; }

    /// <summary>The id of the share with this recipient, or of the link with this secret.</summary>
    public static string IdOf(string fileId, string kind, string recipientOrSecret) =>
        Ids.HashBase32($"{fileId}|{kind}|{recipientOrSecret}");

    /// <summary>A description for the audit, without secrets and names.</summary>
    public string Description =>
        $"{Kind} {Recipient}{(Recipient.Length > 0 ? ", " : "")}share {Id}, {Access.ToString().ToLowerInvariant()}";

    /// <summary>True until it expires.</summary>
    public bool IsLive(DateTimeOffset now) => Until is null || now < Until;

    /// <summary>True if the link has no downloads left.</summary>
    public bool IsUsedUp => Downloads >= MaxDownloads;

    /// <summary>The share after one more download.</summary>
    public Share Use() => this with { Downloads = Downloads + 1 };

    /// <summary>Reads a share from its row.</summary>
    public static Share Read(string tenant, TableEntity row) => new()
    {
        Tenant = tenant,
        FileId = row.GetString("FileId"),
        Id = row.GetString("Id"),
        Kind = row.GetString("Kind"),
        Recipient = row.GetString("Recipient"),
        RecipientName = row.GetString("RecipientName"),
        RecipientAccount = row.GetString("RecipientAccount"),
        Access = Enum.Parse<Permission>(row.GetString("Access")),
        Until = row.GetDateTimeOffset("Until"),
        CreatedAt = row.GetDateTimeOffset("CreatedAt")!.Value,
        CreatedBy = row.GetString("CreatedBy"),
        SecretHash = row.GetString("SecretHash"),
        PasswordHash = row.GetString("PasswordHash"),
        MaxDownloads = row.GetInt64("MaxDownloads"),
        Downloads = row.GetInt64("Downloads") ?? 0,
        ETag = row.ETag,
    };

    /// <summary>The share's row.</summary>
    public TableEntity ToRow() => new(RowKeys.Space(Tenant, FileId[..16]), RowKeys.Share(FileId, Id))
    {
        ["FileId"] = FileId,
        ["Id"] = Id,
        ["Kind"] = Kind,
        ["Recipient"] = Recipient,
        ["RecipientName"] = RecipientName,
        ["RecipientAccount"] = RecipientAccount,
        ["Access"] = Access.ToString(),
        ["Until"] = Until,
        ["CreatedAt"] = CreatedAt,
        ["CreatedBy"] = CreatedBy,
        ["SecretHash"] = SecretHash,
        ["PasswordHash"] = PasswordHash,
        ["MaxDownloads"] = MaxDownloads,
        ["Downloads"] = Downloads,
        ETag = ETag,
    };
}
