using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>A file in an archive.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Its path there (<see cref="ArchiveNames"/>).</param>
public sealed record ArchivedFile(FileRecord File, string Path);

/// <summary>What an archive is to hold.</summary>
/// <param name="Files">The files, of which there is one at least.</param>
/// <param name="LeftOut">How many more there are whose bytes can't be served now.</param>
public sealed record ArchivedFiles(IReadOnlyList<ArchivedFile> Files, int LeftOut)
{
    /// <summary>The path of the text that says so.</summary>
    public string NotePath { get; init; } = "";

    /// <summary>What is written about them in the audit.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"archive of {Files.Count} files, {Files.Sum(item => item.File.Size)} bytes")
        + (LeftOut > 0 ? FormattableString.Invariant($", {LeftOut} left out") : "");
}

/// <summary>Finds what an archive is to hold: files that the caller names, or a folder with all below it.</summary>
public sealed class ArchiveContents(FilePermissions permissions, Spaces spaces, FileListing listing, Folders folders)
{
    /// <summary>The most files, and the most folders.</summary>
    public const int MaxFiles = 1000;

    /// <summary>The most bytes of all files together: they all pass through the function.</summary>
    public const long MaxBytes = 4_000_000_000;

    const string NoteName = "NOT INCLUDED.txt";
    const int ReadsAtOnce = 8;

    /// <summary>These files, each of which the caller must be allowed to read.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 409, 410 as for a download; 413 <c>archive_too_large</c>.</exception>
    public async Task<ArchivedFiles> OfFiles(Caller caller, IReadOnlyList<string> ids)
    {
        var files = new FileRecord[ids.Count];
        var work = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = caller.Cancel };
        await Parallel.ForAsync(0, ids.Count, work, async (n, _) => files[n] = await permissions.Get(caller, ids[n], Permission.Read));
        return OfRecords(files);
    }

    /// <summary>These files, which were found already.</summary>
    /// <exception cref="Problem">409, 410 as for a download; 413 <c>archive_too_large</c>.</exception>
    public static ArchivedFiles OfRecords(IReadOnlyList<FileRecord> files)
    {
        var names = new ArchiveNames();
        foreach (var file in files) Download.EnsureServable(file);
        return Checked([.. files.Select(file => new ArchivedFile(file, names.File("", file.Name)))]);
    }

    /// <summary>The files in a folder of a space and below it, but those whose bytes can't be served.</summary>
    /// <exception cref="Problem">404 <c>space_not_found</c>; 404 <c>file_not_found</c>: there are none; if none can be served, what a
    /// download of the first would say; 413 <c>archive_too_large</c>.</exception>
    public async Task<ArchivedFiles> OfFolder(Caller caller, string? space, string folder)
    {
        var owner = await spaces.Find(caller, space, Permission.Read);
        var (files, names) = await Below(caller.Tenant.Id, owner, folder, caller.Cancel);
        var served = Served(files, names);
        if (served.Files.Count == 0) Download.EnsureServable(files[0].File);
        return served;
    }

    /// <summary>The same for whoever has a link to the folder: of what can't be served they learn the number.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>: there are none; 413 <c>archive_too_large</c>.</exception>
    public async Task<ArchivedFiles> OfLink(string tenant, Owner owner, string folder, CancellationToken cancel)
    {
        var (files, names) = await Below(tenant, owner, folder, cancel);
        return Served(files, names) is { Files.Count: > 0 } served ? served : throw FilePermissions.NotFound();
    }

    async Task<(List<ArchivedFile> Files, ArchiveNames Names)> Below(
        string tenant, Owner owner, string folder, CancellationToken cancel)
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
        return files.Count > 0 ? (files, names) : throw FilePermissions.NotFound();
    }

    static ArchivedFiles Served(List<ArchivedFile> files, ArchiveNames names)
    {
        List<ArchivedFile> served = [.. files.Where(item => item.File is { Status: FileStatus.Available, MissingSince: null })];
        return Checked(served) with { LeftOut = files.Count - served.Count, NotePath = names.File("", NoteName) };
    }

    static ArchivedFiles Checked(IReadOnlyList<ArchivedFile> files) =>
        files.Sum(item => item.File.Size) <= MaxBytes ? new(files, 0) : throw TooLarge("bytes", MaxBytes);

    static Problem TooLarge(string what, long limit) =>
        new(413, "archive_too_large", $"An archive holds at most {limit} {what}. Ask for less at a time.")
        {
            Extensions = new Dictionary<string, object?> { ["what"] = what, ["limit"] = limit },
        };
}
