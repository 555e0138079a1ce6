using System.Text;

namespace Latchkey.Files;

/// <summary>
/// Reads the framing of a multipart body (RFC 2046 §5.1.1) with a buffer of fixed size. Header lines are decoded as UTF-8 or, if they
/// are not valid UTF-8, as Latin-1, which older clients use for names.
/// </summary>
sealed class MultipartStream
{
    const int MaxHeaders = 16;
    const int MaxHeaderBytes = 8 * 1024;
    const int MaxPreamble = 8 * 1024;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly Stream body;
    readonly byte[] delimiter;
    readonly byte[] buffer = new byte[64 * 1024];
    int start, end;
    bool isInPart, isOver, isFirst = true;

    public MultipartStream(Stream body, string boundary)
    {
        this.body = body;
        delimiter = Encoding.Latin1.GetBytes($"\r\n--{boundary}");
        // The first delimiter may be at the very beginning, without a line break before it.
        buffer[0] = (byte)'\r';
        buffer[1] = (byte)'\n';
        end = 2;
    }

    /// <summary>Skips the rest of the part and reads the headers of the next one; null at the end.</summary>
    /// <exception cref="InvalidDataException">The body is malformed.</exception>
    public async Task<Dictionary<string, string>?> NextPart(CancellationToken cancel)
    {
        if (isOver) return null;
        isInPart |= isFirst; // The preamble before the first delimiter is read like a part, and dropped.
        var dropped = 0;
        for (int length; (length = await Read(new byte[4096], cancel)) > 0;)
        {
            if (isFirst && (dropped += length) > MaxPreamble) throw new InvalidDataException();
        }
        isFirst = false;
        start += delimiter.Length;
        if (await Fill(2, cancel) && buffer[start] == '-' && buffer[start + 1] == '-')
        {
            isOver = true;
            return null;
        }
        if ((await ReadLine(cancel)).AsSpan().ContainsAnyExcept((byte)' ', (byte)'\t')) throw new InvalidDataException();
        isInPart = true;
        return await ReadHeaders(cancel);
    }

    /// <summary>Reads the part's next bytes; 0 at the end of the part.</summary>
    /// <exception cref="InvalidDataException">The body ends before the part does.</exception>
    public async ValueTask<int> Read(Memory<byte> into, CancellationToken cancel)
    {
        while (isInPart)
        {
            var buffered = buffer.AsSpan(start, end - start);
            var found = buffered.IndexOf(delimiter);
            isInPart = found != 0;
            // The last bytes may be the beginning of a delimiter.
            var available = found >= 0 ? found : buffered.Length - delimiter.Length + 1;
            if (available > 0)
            {
                var length = Math.Min(available, into.Length);
                buffered[..length].CopyTo(into.Span);
                start += length;
                return length;
            }
            if (isInPart && !await Fill(delimiter.Length, cancel)) throw new InvalidDataException();
        }
        return 0;
    }

    async Task<Dictionary<string, string>> ReadHeaders(CancellationToken cancel)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var bytes = 0;
        while (true)
        {
            var line = await ReadLine(cancel);
            if (line.Length == 0) break;
            if (headers.Count == MaxHeaders || (bytes += line.Length) > MaxHeaderBytes) throw new InvalidDataException();
            var text = Decode(line);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) throw new InvalidDataException();
            headers[text[..colon].Trim()] = text[(colon + 1)..].Trim();
        }
        return headers;
    }

    // The bytes up to the next CRLF, which is skipped.
    async Task<byte[]> ReadLine(CancellationToken cancel)
    {
        for (var needed = 2; ; needed++)
        {
            var at = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8);
            if (at >= 0)
            {
                var line = buffer[start..(start + at)];
                start += at + 2;
                return line;
            }
            needed = Math.Max(needed, end - start);
            if (needed > MaxHeaderBytes || !await Fill(needed + 1, cancel)) throw new InvalidDataException();
        }
    }

    // Buffers at least this many bytes; false if the body ends before.
    async ValueTask<bool> Fill(int needed, CancellationToken cancel)
    {
        if (end - start >= needed) return true;
        Buffer.BlockCopy(buffer, start, buffer, 0, end - start);
        (start, end) = (0, end - start);
        while (end < needed)
        {
            var length = await body.ReadAsync(buffer.AsMemory(end), cancel);
            if (length == 0) return false;
            end += length;
        }
        return true;
    }

    static string Decode(byte[] line)
    {
        try
        {
            return Utf8.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(line);
        }
    }
}
