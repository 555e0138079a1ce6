using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Latchkey.Files;

/// <summary>Reads the parts of a multipart form (RFC 7578) one after the other as they arrive, and keeps none of them.</summary>
public sealed class FormReader
{
    const int MaxBoundaryChars = 70; // RFC 2046 §5.1.1
    const int MaxFieldBytes = 4 * 1024;
    const int MaxOverheadBytes = 256 * 1024; // Everything but the file: fields, headers, boundaries.

    readonly MultipartStream reader;
    readonly long maxFileBytes;
    readonly CancellationToken cancel;
    long fileBytesRead;

    /// <summary>Begins to read a request's body.</summary>
    /// <exception cref="Problem">415 <c>unsupported_media_type</c>, 400 <c>invalid_form</c>, 413 <c>file_too_large</c>.</exception>
    public FormReader(HttpRequest request, long maxFileBytes)
    {
        if (!MediaType.IsForm(request.ContentType))
            throw new Problem(415, "unsupported_media_type", "The body must be multipart/form-data.");
        var boundary = Boundary(request.ContentType!);
        if (boundary.Length is 0 or > MaxBoundaryChars) throw Invalid("the boundary is invalid");
        (this.maxFileBytes, cancel) = (maxFileBytes, request.HttpContext.RequestAborted);
        if (request.ContentLength > maxFileBytes + MaxOverheadBytes) throw TooLarge();
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxFileBytes + MaxOverheadBytes;
        (Length, reader) = (request.ContentLength, new MultipartStream(request.Body, boundary));
    }

    /// <summary>The length of the whole form in bytes; null if the sender does not say it.</summary>
    public long? Length { get; }

    /// <summary>The name of the part's field.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The part's file name without folders, which some browsers prepend; null if the part is a plain field.</summary>
    public string? FileName { get; private set; }

    /// <summary>The part's media type, or null.</summary>
    public string? ContentType { get; private set; }

    /// <summary>True once bytes of the file were read.</summary>
    public bool HasBytes => fileBytesRead > 0;

    /// <summary>Moves to the next part; false at the end of the form.</summary>
    /// <exception cref="Problem">400 <c>invalid_form</c>.</exception>
    public async Task<bool> MoveNext()
    {
        if (await AsProblem(() => reader.NextPart(cancel)) is not { } headers) return false;
        if (!ContentDispositionHeaderValue.TryParse(headers.GetValueOrDefault("Content-Disposition"), out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
            throw Invalid("a part is not form-data");
        Name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        ContentType = headers.GetValueOrDefault("Content-Type");
        // A backslash before a quote is an escape. Any other backslash may be a path separator, because browsers don't escape
        // it. They write a quote as %22 (HTML, multipart/form-data encoding algorithm).
        var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
        FileName = name.HasValue ? WithoutFolders(Unescape(name.ToString())) : null;
        return true;
    }

    /// <summary>Reads the part as text.</summary>
    /// <exception cref="Problem">400 <c>invalid_form</c>.</exception>
    public async Task<string> ReadText()
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await AsProblem(() => ReadFully(buffer));
        if (length > MaxFieldBytes) throw Invalid($"a field is longer than {MaxFieldBytes} bytes");
        return Body.Text(buffer.AsSpan(0, length)) ?? throw Invalid("a field is not UTF-8");
    }

    /// <summary>Fills the buffer with the part's next bytes; 0 at the end of the part.</summary>
    /// <exception cref="Problem">400 <c>invalid_form</c>, 413 <c>file_too_large</c>.</exception>
    public async Task<int> ReadBytes(Memory<byte> buffer)
    {
        var length = await AsProblem(() => ReadFully(buffer));
        fileBytesRead += length;
        return fileBytesRead <= maxFileBytes ? length : throw TooLarge();
    }

    async Task<int> ReadFully(Memory<byte> into)
    {
        var filled = 0;
        for (int length; filled < into.Length && (length = await reader.Read(into[filled..], cancel)) > 0;) filled += length;
        return filled;
    }

    static string Unescape(string name) =>
        name.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("%22", "\"", StringComparison.Ordinal);

    static string WithoutFolders(string name) => name[(name.LastIndexOfAny(['/', '\\']) + 1)..];

    // Parsed by hand, because mail libraries write boundaries with "=" but without quotes, which the grammar doesn't allow.
    static string Boundary(string contentType)
    {
        foreach (var parameter in contentType.Split(';').Skip(1))
        {
            if (parameter.Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, var value]) continue;
            if (name.Equals("boundary", StringComparison.OrdinalIgnoreCase)) return HeaderUtilities.RemoveQuotes(value).ToString();
        }
        return "";
    }

    /// <summary>400 <c>invalid_form</c>.</summary>
    public static Problem Invalid(string why) => Problem.BadRequest("invalid_form", $"Invalid form: {why}.");

    Problem TooLarge() => new(413, "file_too_large",
        $"A file in a form can have {maxFileBytes} bytes at most. Upload a larger file another way.")
    {
        Extensions = new Dictionary<string, object?> { ["limit"] = maxFileBytes },
    };

    // Exceptions of the reader are the fault of the caller's bytes, never of storage.
    static async Task<T> AsProblem<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (BadHttpRequestException)
        {
            throw;
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            throw Invalid("it is truncated, or a part is too large");
        }
    }
}
