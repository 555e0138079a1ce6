using Latchkey.Files;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// Pictures of users: an https URL, or one of the user's own files. A file is seen through a URL that lives for minutes, by the user and
/// by whoever was told the picture's address (<see cref="UserPicture"/>).
/// </summary>
public sealed class ProfilePictures(FileStore files, FileListing listing, FileUrls urls, FilePurge purge, Settings settings)
{
    /// <summary>The size of the largest picture.</summary>
    public const long MaxBytes = 10L * 1024 * 1024;

    const int MaxChoices = 100;

    /// <summary>What the files are created by that were uploaded as a picture. No client has this id.</summary>
    public const string Uploader = "account/profile";

    /// <summary>What browsers show. SVG is not among them: it can hold scripts.</summary>
    public static IReadOnlyList<string> Types { get; } = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>True if it can be the user's picture: a URL, or a file that is there, small enough, and in the user's own space.</summary>
    public async Task<bool> IsGood(Tenant tenant, string userId, string picture, CancellationToken cancel) =>
        !FileRecord.IsId(picture) || await Find(tenant, userId, picture, cancel) is not null;

    /// <summary>The URL at which the user's picture is now; null if there is none.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user.</param>
    /// <param name="client">Who asks, for the log.</param>
    /// <param name="audit">The request's entry in the audit.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    public async Task<string?> Url(Tenant tenant, User user, string client, AuditContext audit, CancellationToken cancel)
    {
        if (user.Profile.Picture is not { } picture || !FileRecord.IsId(picture)) return user.Profile.Picture;
        return await Find(tenant, user.Id, picture, cancel) is { } file
            ? (await urls.DownloadWithoutToken(file, client, settings.DownloadUrlTime, audit, cancel)).Url : null;
    }

    /// <summary>Files that the user can choose from: the newest pictures at the root of their own space.</summary>
    public async Task<IReadOnlyList<FileRecord>> Choices(Tenant tenant, User user, CancellationToken cancel)
    {
        var query = new FileQuery(tenant.Id, Owner.User(user.Id), RowKeys.ListedByTimeIn(""), null, MaxChoices);
        return [.. (await listing.ByKey(query, cancel)).Files.Where(IsPicture)];
    }

    /// <summary>
    /// Deletes the file of a picture that was uploaded to be one, and is no longer. A file that the user chose among theirs stays.
    /// </summary>
    public async Task Forget(Tenant tenant, User former, CancellationToken cancel)
    {
        if (former.Profile.Picture is { } id && await files.Find(tenant.Id, id, cancel) is { CreatedBy: Uploader } file
            && file.Owner == Owner.User(former.Id))
            await purge.TryPurge(file, isDue: false, cancel);
    }

    async Task<FileRecord?> Find(Tenant tenant, string userId, string id, CancellationToken cancel) =>
        await files.Find(tenant.Id, id, cancel) is { Status: FileStatus.Available, MissingSince: null } file
            && file.Owner == Owner.User(userId) && IsPicture(file) ? file : null;

    static bool IsPicture(FileRecord file) => file.Size <= MaxBytes && Types.Contains(file.ContentType);
}
