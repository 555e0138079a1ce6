using System.Globalization;
using Azure.Storage.Sas;
using Latchkey.Telemetry;

namespace Latchkey.Storage;

/// <summary>A URL that carries its own permission (a SAS), and when it was issued and expires.</summary>
public sealed record SignedUrl(string Url, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>The headers with which storage answers a read SAS (<c>rsct</c> and <c>rscd</c>).</summary>
public sealed record ResponseHeaders(string ContentType, string ContentDisposition);

/// <summary>From when to when a SAS permits something; without a start, from at once.</summary>
readonly record struct Span(DateTimeOffset? StartsAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Makes shared access signatures (SAS; "Create a user delegation SAS" in Azure's documentation), each for exactly one blob or
/// snapshot. In Azure a user delegation key signs them; on the emulator the account key does.
/// </summary>
/// <param name="blobs">The blobs.</param>
/// <param name="delegation">The delegation keys, or null to sign with the account key.</param>
/// <param name="httpsOnly">True if the URLs work over HTTPS only.</param>
/// <param name="clock">The clock.</param>
public sealed class Sas(BlobStore blobs, DelegationKeys? delegation, bool httpsOnly, TimeProvider clock)
{
    /// <summary>How far in the past a SAS starts, because clocks differ.</summary>
    internal static readonly TimeSpan Backdate = TimeSpan.FromMinutes(15);

    /// <summary>For how long <see cref="ToReadCached"/> signs the same URL, if it lives that long.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromMinutes(15);

    /// <summary>Signs a URL that can only create the blob. It can neither read nor overwrite it.</summary>
    public ValueTask<SignedUrl> ToCreate(string tenant, string name, TimeSpan life, CancellationToken cancel) =>
        Sign(tenant, name, new BlobSasBuilder(BlobSasPermissions.Create, default), FromNow(life), cancel);

    /// <summary>
    /// Signs a URL that takes blocks and the block list (Put Block, Put Block List). It can't read or delete, but it can
    /// overwrite until it expires, so only a snapshot may be served.
    /// </summary>
    public ValueTask<SignedUrl> ToStage(string tenant, string name, TimeSpan life, CancellationToken cancel) => Sign(
        tenant, name, new BlobSasBuilder(BlobSasPermissions.Create | BlobSasPermissions.Write, default), FromNow(life), cancel);

    /// <summary>
    /// Signs a URL that can only read the blob or, if one is given, its snapshot. Storage serves it with these response headers
    /// instead of the blob's own.
    /// </summary>
    public ValueTask<SignedUrl> ToRead(
        string tenant, string name, string? snapshot, ResponseHeaders headers, TimeSpan life, CancellationToken cancel) =>
        Sign(tenant, name, Read(snapshot, headers), FromNow(life), cancel);

    /// <summary>
    /// The same, for bytes that never change: whoever asks again within <see cref="Window"/> gets the same URL, and what it leads to may be
    /// kept by the caller's own cache. It lives for <paramref name="life"/> at least, and for a window more at most.
    /// </summary>
    public ValueTask<SignedUrl> ToReadCached(
        string tenant, string name, string? snapshot, ResponseHeaders headers, TimeSpan life, CancellationToken cancel)
    {
        var window = Window(life);
        var now = clock.GetUtcNow();
        var begin = now - TimeSpan.FromTicks(now.Ticks % window.Ticks);
        var sas = Read(snapshot, headers);
        sas.CacheControl = string.Create(CultureInfo.InvariantCulture, $"private, max-age={(life + window).TotalSeconds:0}, immutable");
        return Sign(tenant, name, sas, new Span(begin - Backdate, begin + life + window), cancel);
    }

    /// <summary>How long a URL that lives so long stays the same.</summary>
    public static TimeSpan Window(TimeSpan life) => life < MaxWindow ? life : MaxWindow;

    /// <summary>
    /// Signs a URL from which storage itself copies. It has no start: storage reads at once, whatever our clock says, and nobody
    /// else gets it.
    /// </summary>
    public ValueTask<SignedUrl> ToCopy(string tenant, string name, string? snapshot, TimeSpan life, CancellationToken cancel) =>
        Sign(tenant, name, new BlobSasBuilder(BlobSasPermissions.Read, default) { Snapshot = snapshot },
            FromNow(life) with { StartsAt = null }, cancel);

    static BlobSasBuilder Read(string? snapshot, ResponseHeaders headers) => new(BlobSasPermissions.Read, default)
    {
        Snapshot = snapshot,
        ContentType = headers.ContentType,
        ContentDisposition = headers.ContentDisposition,
    };

    Span FromNow(TimeSpan life)
    {
        var now = clock.GetUtcNow();
        return new Span(now - Backdate, now + life);
    }

    async ValueTask<SignedUrl> Sign(string tenant, string name, BlobSasBuilder sas, Span span, CancellationToken cancel)
    {
        var expires = DateTimeOffset.FromUnixTimeSeconds(span.ExpiresAt.ToUnixTimeSeconds()); // A SAS has whole seconds.
        var blob = blobs.Blob(tenant, name).WithSnapshot(sas.Snapshot);
        (sas.BlobContainerName, sas.BlobName) = (blob.BlobContainerName, blob.Name);
        sas.Resource = sas.Snapshot is null ? "b" : "bs";
        if (span.StartsAt is { } start) sas.StartsOn = start;
        sas.ExpiresOn = expires;
        sas.Protocol = httpsOnly ? SasProtocol.Https : SasProtocol.HttpsAndHttp;
        var url = delegation is null
            ? blob.GenerateSasUri(sas)
            : blob.GenerateUserDelegationSasUri(sas, await delegation.ValidUntil(expires, cancel));
        Instruments.SasIssued(tenant, sas.Permissions);
        return new SignedUrl(url.AbsoluteUri, clock.GetUtcNow(), expires); // ToString would decode parts of the URL.
    }
}
