using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>A URL from which the bytes can be downloaded without a token until <c>expiresAt</c>.</summary>
public sealed record DownloadResponse(string Url, DateTime ExpiresAt)
{
    /// <summary>The response with this URL.</summary>
    public static DownloadResponse Of(SignedUrl url) => new(url.Url, url.ExpiresAt.UtcDateTime);
}
