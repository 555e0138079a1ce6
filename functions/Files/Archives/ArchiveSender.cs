using Latchkey.Access;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>Sends archives while they are made.</summary>
public sealed class ArchiveSender(ArchiveContents contents, BlobStore blobs, ArchivePlaces places)
{
    /// <summary>Finds what the archive is to hold. The answer sends it.</summary>
    /// <exception cref="Http.Problem">503 <c>server_busy</c>; as <see cref="ArchiveContents"/> says.</exception>
    public async Task<IResult> Send(Caller caller, ArchiveRequest asked)
    {
        var place = places.Take(caller); // Before anything is read.
        try
        {
            var files = await asked.Find(caller, contents);
            (caller.Audit.Target, caller.Audit.Detail) = (files.Files[0].File.Id, files.ToString());
            return new ZipDownload(blobs, place, files, asked.Name);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }
}
