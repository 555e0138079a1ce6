using Azure.Storage.Sas;
using Latchkey.Telemetry;

namespace Latchkey.Storage;

/// <summary>A URL that carries its own permission, and when that begins and ends.</summary>
public sealed record SignedUrl(string Url, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Shared access signatures (service SAS, "Create a user delegation SAS" in Azure's documentation) for exactly one
/// blob or snapshot. In Azure a delegation key signs them; on the emulator, and only there, the account key.
/// </summary>
/// <param name="blobs">The blobs.</param>
/// <param name="delegation">The keys to sign with, or null for the account key.</param>
/// <param name="httpsOnly">The URLs work over https alone.</param>
/// <param name="clock">The clock.</param>
public sealed class Sas(BlobStore blobs, DelegationKeys? delegation, bool httpsOnly, TimeProvider clock)
{
    /// <summary>How far a start lies in the past, because clocks differ.</summary>
    internal static readonly TimeSpan Backdate = TimeSpan.FromMinutes(15);

    /// <summary>Signs a URL that may only create the blob: it can't read, and can't overwrite what is there.</summary>
    public ValueTask<SignedUrl> ToCreate(string tenant, string name, TimeSpan life, CancellationToken cancel) =>
        Sign(tenant, name, new BlobSasBuilder(BlobSasPermissions.Create, default), life, cancel);

    /// <summary>
    /// Signs a URL that takes blocks and their list (Put Block, Put Block List). It can't read or delete, but it can
    /// overwrite as long as it lives: what is served must be a snapshot.
    /// </summary>
    public ValueTask<SignedUrl> ToStage(string tenant, string name, TimeSpan life, CancellationToken cancel) => Sign(
        tenant, name, new BlobSasBuilder(BlobSasPermissions.Create | BlobSasPermissions.Write, default), life, cancel);

    /// <summary>
    /// Signs a URL that may only read the blob, or only this snapshot of it, which is served with these two headers
    /// whatever it has itself.
    /// </summary>
    public ValueTask<SignedUrl> ToRead(
        string tenant, string name, string? snapshot, string contentType, string contentDisposition, TimeSpan life, CancellationToken cancel) =>
        Sign(tenant, name, new BlobSasBuilder(BlobSasPermissions.Read, default)
        {
            Snapshot = snapshot,
            ContentType = contentType,
            ContentDisposition = contentDisposition,
        }, life, cancel);

    /// <summary>
    /// Signs a URL from which storage itself copies. It has no start: storage reads at once, whatever our clock says, and nobody
    /// else gets it.
    /// </summary>
    public ValueTask<SignedUrl> ToCopy(string tenant, string name, string? snapshot, TimeSpan life, CancellationToken cancel) =>
        Sign(tenant, name, new BlobSasBuilder(BlobSasPermissions.Read, default) { Snapshot = snapshot }, life, cancel, hasStart: false);

    async ValueTask<SignedUrl> Sign(
        string tenant, string name, BlobSasBuilder sas, TimeSpan life, CancellationToken cancel, bool hasStart = true)
    {
        var now = clock.GetUtcNow();
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + life).ToUnixTimeSeconds()); // A SAS knows no fractions.
        var blob = blobs.Blob(tenant, name).WithSnapshot(sas.Snapshot);
        (sas.BlobContainerName, sas.BlobName) = (blob.BlobContainerName, blob.Name);
        sas.Resource = sas.Snapshot is null ? "b" : "bs";
        if (hasStart) sas.StartsOn = now - Backdate;
        sas.ExpiresOn = expires;
        sas.Protocol = httpsOnly ? SasProtocol.Https : SasProtocol.HttpsAndHttp;
        var url = delegation is null
            ? blob.GenerateSasUri(sas)
            : blob.GenerateUserDelegationSasUri(sas, await delegation.Until(expires, cancel));
        Instruments.SasIssued(tenant, sas.Permissions);
        return new SignedUrl(url.AbsoluteUri, now, expires); // ToString would undo some of the encoding.
    }
}
