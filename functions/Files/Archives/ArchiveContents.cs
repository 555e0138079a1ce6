using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>A file in an archive.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Its path there (<see cref="ArchiveNames"/>).</param>
public sealed record ArchivedFile(FileRecord File, string Path);

/// <summary>Finds what an archive is to hold: files that the caller names, or a folder with all below it.</summary>
public sealed class ArchiveContents(FilePermissions permissions, Spaces spaces, FileListing listing, Folders folders)
{
    /// <summary>The most files, and the most folders.</summary>
    public const int MaxFiles = 1000;

    /// <summary>The most bytes of all files together: they all pass through the function.</summary>
    public const long MaxBytes = 4_000_000_000;

    const int ReadsAtOnce = 8;

    /// <summary>These files, each of which the caller must be allowed to read.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 409, 410 as for a download; 413 <c>archive_too_large</c>.</exception>
    public async Task<IReadOnlyList<ArchivedFile>> OfFiles(Caller caller, IReadOnlyList<string> ids)
    {
        var files = new FileRecord[ids.Count];
        var work = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = caller.Cancel };
        await Parallel.ForAsync(0, ids.Count, work, async (n, _) => files[n] = await permissions.Get(caller, ids[n], Permission.Read));
        return OfRecords(files);
    }

    /// <summary>These files, which were found already.</summary>
    /// <exception cref="Problem">409, 410 as for a download; 413 <c>archive_too_large</c>.</exception>
    public static IReadOnlyList<ArchivedFile> OfRecords(IReadOnlyList<FileRecord> files)
    {
        var names = new ArchiveNames();
        return Checked([.. files.Select(file => new ArchivedFile(file, names.File("", file.Name)))]);
    }

    /// <summary>The files in a folder of a space and below it.</summary>
    /// <exception cref="Problem">404 <c>space_not_found</c>; 404 <c>file_not_found</c>: there are none; 410 <c>bytes_missing</c>;
    /// 413 <c>archive_too_large</c>.</exception>
    public async Task<IReadOnlyList<ArchivedFile>> OfFolder(Caller caller, string? space, string folder) =>
        await OfFolder(caller.Tenant.Id, await spaces.Find(caller, space, Permission.Read), folder, caller.Cancel);

    /// <summary>The same for whoever may read the folder.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>: there are none; 410 <c>bytes_missing</c>; 413
    /// <c>archive_too_large</c>.</exception>
    public async Task<IReadOnlyList<ArchivedFile>> OfFolder(string tenant, Owner owner, string folder, CancellationToken cancel)
    {
        var (names, files, seen) = (new ArchiveNames(), new List<ArchivedFile>(), 1);
        for (var left = new Queue<(string Folder, string Path)>([(folder, "")]); left.TryDequeue(out var next);)
        {
            var query = new FileQuery(tenant, owner, RowKeys.ListedByNameIn(next.Folder), null, MaxFiles - files.Count + 1);
            var (below, more) = await folders.NamesIn(query.Partition, next.Folder, "", cancel);
            if (more || (seen += below.Count) > MaxFiles) throw TooLarge("folders", MaxFiles);
            foreach (var name in below)
                left.Enqueue((next.Folder.Length == 0 ? name : $"{next.Folder}/{name}", names.Folder(next.Path, name)));
            var page = await listing.ByKey(query, cancel);
            files.AddRange(page.Files.Select(file => new ArchivedFile(file, names.File(next.Path, file.Name))));
            if (files.Count > MaxFiles) throw TooLarge("files", MaxFiles);
        }
        return files.Count > 0 ? Checked(files) : throw FilePermissions.NotFound();
    }

    static IReadOnlyList<ArchivedFile> Checked(IReadOnlyList<ArchivedFile> files)
    {
        foreach (var (file, _) in files) Download.EnsureServable(file);
        return files.Sum(item => item.File.Size) <= MaxBytes ? files : throw TooLarge("bytes", MaxBytes);
    }

    static Problem TooLarge(string what, long limit) =>
        new(413, "archive_too_large", $"An archive holds at most {limit} {what}. Ask for less at a time.")
        {
            Extensions = new Dictionary<string, object?> { ["what"] = what, ["limit"] = limit },
        };
}
