using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Deletes what an infected file, or former version, has in storage.</summary>
public sealed class InfectedBytes(BlobStore blobs, RenditionBlobs renditions)
{
    /// <summary>Deletes it, unless that has been done. Whoever hangs up does not stop it.</summary>
    public async Task Delete(FileRecord file)
    {
        var cancel = CancellationToken.None;
        if (await blobs.Find(file.Tenant, file.BlobName, cancel) is null) return;
        await renditions.DeleteAll(file, cancel);
        // Last the one that is served: it says that all is done. URLs that were issued end with it.
        foreach (var name in file.BlobNames) await blobs.Delete(file.Tenant, name, cancel);
    }
}
