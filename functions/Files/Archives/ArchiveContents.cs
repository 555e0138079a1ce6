using System.Runtime.CompilerServices;
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

/// <summary>The most that an archive may hold.</summary>
/// <param name="Files">The files.</param>
/// <param name="Folders">The folders.</param>
/// <param name="Bytes">The bytes of all files together.</param>
public sealed record ArchiveLimits(int Files, int Folders, long Bytes)
{
    /// <summary>Of an archive that is sent while it is made: all of its bytes pass through the function while somebody waits.</summary>
    public static ArchiveLimits Sent { get; } = new(1000, 1000, 4_000_000_000);

    /// <summary>Of an archive that a job makes.</summary>
    public static ArchiveLimits Made { get; } = new(50_000, 2000, 100_000_000_000);

    /// <summary>413 <c>archive_too_large</c>.</summary>
    public static Problem TooLarge(string what, long limit) =>
        new(413, "archive_too_large", $"An archive holds at most {limit} {what}. Ask for less at a time.")
        {
            Extensions = new Dictionary<string, object?> { ["what"] = what, ["limit"] = limit },
        };
}

/// <summary>Finds what an archive is to hold: files that the caller names, or a folder with all below it.</summary>
public sealed class ArchiveContents(FilePermissions permissions, Spaces spaces, FileListing listing, Folders folders)
{
    /// <summary>The name of the text that says how many files are not there.</summary>
    internal const string NoteName = "NOT INCLUDED.txt";

    const int PageSize = 1000;

    /// <summary>These files, each of which the caller must be allowed to read.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, 409, 410 as for a download; 413 <c>archive_too_large</c>.</exception>
    public async Task<ArchivedFiles> OfFiles(Caller caller, IReadOnlyList<string> ids) =>
        OfRecords(await permissions.GetServable(caller, ids, Permission.Read));

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

    /// <summary>The files in a folder and below it, whatever their state, with their paths.</summary>
    /// <exception cref="Problem">413 <c>archive_too_large</c>: more files or folders than that.</exception>
    internal async IAsyncEnumerable<ArchivedFile> Walk(string tenant, Owner owner, string folder, ArchiveLimits limits, ArchiveNames names,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        var (seen, found) = (1, 0);
        for (var left = new Queue<(string Folder, string Path)>([(folder, "")]); left.TryDequeue(out var next);)
        {
            var query = new FileQuery(tenant, owner, RowKeys.ListedByNameIn(next.Folder), null, PageSize);
            var (below, more) = await folders.NamesIn(query.Partition, next.Folder, "", cancel);
            if (more || (seen += below.Count) > limits.Folders) throw ArchiveLimits.TooLarge("folders", limits.Folders);
            foreach (var name in below)
                left.Enqueue((next.Folder.Length == 0 ? name : $"{next.Folder}/{name}", names.Folder(next.Path, name)));
            for (var page = await listing.ByKey(query, cancel); ; page = await listing.ByKey(query with { After = page.Next }, cancel))
            {
                if ((found += page.Files.Count) > limits.Files) throw ArchiveLimits.TooLarge("files", limits.Files);
                foreach (var file in page.Files) yield return new(file, names.File(next.Path, file.Name));
                if (page.Next is null) break;
                if (found == limits.Files) throw ArchiveLimits.TooLarge("files", limits.Files);
            }
        }
    }

    async Task<(List<ArchivedFile> Files, ArchiveNames Names)> Below(
        string tenant, Owner owner, string folder, CancellationToken cancel)
    {
        var names = new ArchiveNames();
        var files = await Walk(tenant, owner, folder, ArchiveLimits.Sent, names, cancel).ToListAsync(cancel);
        return files.Count > 0 ? (files, names) : throw FilePermissions.NotFound();
    }

    static ArchivedFiles Served(List<ArchivedFile> files, ArchiveNames names)
    {
        List<ArchivedFile> served = [.. files.Where(item => item.File is { Status: FileStatus.Available, MissingSince: null })];
        return Checked(served) with { LeftOut = files.Count - served.Count, NotePath = names.File("", NoteName) };
    }

    static ArchivedFiles Checked(IReadOnlyList<ArchivedFile> files) => files.Sum(item => item.File.Size) <= ArchiveLimits.Sent.Bytes
        ? new(files, 0) : throw ArchiveLimits.TooLarge("bytes", ArchiveLimits.Sent.Bytes);
}
