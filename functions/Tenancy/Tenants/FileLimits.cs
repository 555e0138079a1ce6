using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Limits on a tenant's files. Unfinished uploads, deleted files in the trash and former versions count
/// too: they take up storage.
/// </summary>
public sealed record FileLimits
{
    /// <summary>Bytes of one file; the limit in the settings applies as well.</summary>
    public long FileBytes { get; init; } = long.MaxValue;

    /// <summary>Bytes in one space: a user's, a group's or an app's.</summary>
    public long SpaceBytes { get; init; } = 100L << 30;

    /// <summary>Files in one space.</summary>
    public long SpaceFiles { get; init; } = 100_000;

    /// <summary>Uploads and copies in one space that are not complete yet.</summary>
    public long SpacePending { get; init; } = 1_000;

    /// <summary>Bytes of the whole tenant.</summary>
    public long TenantBytes { get; init; } = 10L << 40;

    /// <summary>Files of the whole tenant.</summary>
    public long TenantFiles { get; init; } = 10_000_000;

    /// <summary>
    /// The media types that may be uploaded, such as <c>image/jpeg</c> or <c>image/*</c>, in lower case; empty allows all.
    /// </summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = [];

    /// <summary>Former versions of a file that are kept; 0 keeps none.</summary>
    public int Versions { get; init; } = 10;

    /// <summary>Days for which a former version is kept once it is replaced.</summary>
    public int VersionDays { get; init; } = 30;

    /// <summary>The same as a time.</summary>
    public TimeSpan VersionTime => TimeSpan.FromDays(VersionDays);

    // A tenant that was saved before limits existed has the default ones.
    internal static FileLimits Read(TableEntity row)
    {
        var standard = new FileLimits();
        return new FileLimits
        {
            FileBytes = row.GetInt64("FileBytes") ?? standard.FileBytes,
            SpaceBytes = row.GetInt64("SpaceBytes") ?? standard.SpaceBytes,
            SpaceFiles = row.GetInt64("SpaceFiles") ?? standard.SpaceFiles,
            SpacePending = row.GetInt64("SpacePending") ?? standard.SpacePending,
            TenantBytes = row.GetInt64("TenantBytes") ?? standard.TenantBytes,
            TenantFiles = row.GetInt64("TenantFiles") ?? standard.TenantFiles,
            ContentTypes = Columns.Split(row.GetString("ContentTypes")),
            Versions = row.GetInt32("Versions") ?? standard.Versions,
            VersionDays = row.GetInt32("VersionDays") ?? standard.VersionDays,
        };
    }

    // Into the tenant's row.
    internal TableEntity Write(TableEntity row)
    {
        row["FileBytes"] = FileBytes;
        row["SpaceBytes"] = SpaceBytes;
        row["SpaceFiles"] = SpaceFiles;
        row["SpacePending"] = SpacePending;
        row["TenantBytes"] = TenantBytes;
        row["TenantFiles"] = TenantFiles;
        row["ContentTypes"] = Columns.Join(ContentTypes);
        row["Versions"] = Versions;
        row["VersionDays"] = VersionDays;
        return row;
    }
}
