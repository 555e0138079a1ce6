using System.Runtime.CompilerServices;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>A file of a space, with a URL of its bytes if there are any to download.</summary>
/// <param name="File">The file.</param>
/// <param name="Download">The URL, or null.</param>
/// <param name="Versions">Its former versions; null for none.</param>
public sealed record ExportedFile(FileResponse File, DownloadResponse? Download, IReadOnlyList<ExportedVersion>? Versions);

/// <summary>A former version of a file, with a URL of its bytes if there are any.</summary>
/// <param name="Version">The version.</param>
/// <param name="Download">The URL, or null.</param>
public sealed record ExportedVersion(VersionResponse Version, DownloadResponse? Download);

/// <summary>A share, with its file.</summary>
/// <param name="File">The file's id.</param>
/// <param name="Share">The share.</param>
public sealed record ExportedShare(string File, ShareResponse Share);

/// <summary>
/// All that a user's own space holds, row by row, for whoever takes their data with them. It costs one request to storage for each
/// thousand rows, one for each file that has former versions, and none for the URLs, and keeps no more in memory than that.
/// </summary>
public sealed class SpaceExport(StorageClients storage, ShareStore shares, VersionStore versions, FileUrls urls)
{
    const int SharesAtOnce = 1000;

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>The files that are there, or in the trash. Each URL is logged as every other one is.</summary>
    public async IAsyncEnumerable<ExportedFile> Files(
        Tenant tenant, User user, string client, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in Rows(tenant, user, RowKeys.File(""), cancel))
        {
            var file = FileRows.Read(tenant.Id, row);
            if (!file.IsListed && file.Status != FileStatus.Deleted) continue;
            var isThere = file is { Status: FileStatus.Available, MissingSince: null };
            yield return new(FileResponse.Of(file), isThere ? DownloadResponse.Of(await urls.Export(file, client, cancel)) : null,
                await Versions(tenant, file, client, cancel));
        }
    }

    async Task<IReadOnlyList<ExportedVersion>?> Versions(
        Tenant tenant, FileRecord file, string client, CancellationToken cancel)
    {
        var exported = new List<ExportedVersion>();
        foreach (var version in await versions.List(file, cancel))
        {
            if (version.Status != FileStatus.Deleted) continue;
            var isThere = version is { MissingSince: null, IsInfected: false }
                && (!tenant.MalwareScanning || version.Scan is { IsClean: true });
            var url = isThere ? await urls.Export(version with { Name = file.Name }, client, cancel) : null;
            exported.Add(new(VersionResponse.Of(version), url is null ? null : DownloadResponse.Of(url)));
        }
        return exported.Count == 0 ? null : exported;
    }

    /// <summary>The shares of the user's files, links too, without their secrets.</summary>
    public async IAsyncEnumerable<ExportedShare> Given(Tenant tenant, User user, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in Rows(tenant, user, RowKeys.AnyShare, cancel))
        {
            var share = Share.Read(tenant.Id, row);
            yield return new(share.FileId, ShareResponse.Of(share));
        }
    }

    /// <summary>The links to folders and to several files of the user's space, without their secrets.</summary>
    public IAsyncEnumerable<SpaceLinkResponse> Links(Tenant tenant, User user, CancellationToken cancel) =>
        Rows(tenant, user, RowKeys.AnyLink, cancel).Select(row => SpaceLinkResponse.Of(SpaceLink.Read(tenant.Id, row)));

    /// <summary>The requests for files of the user's space, without their secrets.</summary>
    public IAsyncEnumerable<FileRequestResponse> Requests(Tenant tenant, User user, DateTimeOffset now, CancellationToken cancel) =>
        Rows(tenant, user, RowKeys.AnyFileRequest, cancel).Select(row => FileRequestResponse.Of(FileRequest.Read(tenant.Id, row), now));

    /// <summary>The ids of the files that others share with the user, as far as the user's index says.</summary>
    public async IAsyncEnumerable<string> Received(Tenant tenant, User user, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var after = ""; ;)
        {
            var found = await shares.SharedWith(tenant.Id, Owner.User(user.Id), after, SharesAtOnce, cancel);
            foreach (var (file, _, _) in found) yield return file;
            if (found.Count < SharesAtOnce) yield break;
            after = found[^1].Key + "0"; // No key is a prefix of another.
        }
    }

    IAsyncEnumerable<Azure.Data.Tables.TableEntity> Rows(Tenant tenant, User user, string start, CancellationToken cancel) =>
        table.Range(RowKeys.Space(tenant.Id, Owner.User(user.Id).SpaceKey(tenant.Id)), start, start + "~", null, cancel);
}
