using System.Security.Cryptography;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>The header Upload-Checksum (tus, checksum): the algorithm and the base64 hash of one piece.</summary>
sealed class TusChecksum : IDisposable
{
    readonly IncrementalHash hash;
    readonly byte[] declared;

    TusChecksum(IncrementalHash hash, byte[] declared) => (this.hash, this.declared) = (hash, declared);

    /// <summary>The supported algorithms. Every server must support sha1.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["sha1", "md5", "sha256"];

    /// <summary>Reads the header; null if the request has none.</summary>
    /// <exception cref="Problem">400 <c>unsupported_checksum</c>.</exception>
    public static TusChecksum? Read(HttpRequest request)
    {
        var header = request.Headers["Upload-Checksum"].ToString();
        if (header.Length == 0) return null;
        if (header.Split(' ') is not [var algorithm, var text] || !Algorithms.Contains(algorithm)) throw Unsupported();
        var hash = IncrementalHash.CreateHash(new HashAlgorithmName(algorithm.ToUpperInvariant()));
        var declared = new byte[hash.HashLengthInBytes];
        if (Convert.TryFromBase64String(text, declared, out var length) && length == declared.Length) return new(hash, declared);
        hash.Dispose();
        throw Unsupported();
    }

    /// <summary>Hashes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    /// <summary>Compares the hash of all bytes with the declared one.</summary>
    /// <exception cref="Problem">460 <c>checksum_mismatch</c>.</exception>
    public void Verify()
    {
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(declared))
            throw new Problem(460, "checksum_mismatch", "The piece was damaged in transit. None of it was kept.");
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    static Problem Unsupported() => Problem.BadRequest("unsupported_checksum",
        $"Upload-Checksum must be one of {string.Join(", ", Algorithms)}, followed by a space and the hash in base64.");
}
