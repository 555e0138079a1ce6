using Latchkey.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Latchkey.Files;

/// <summary>The parts of a multipart form (RFC 7578), one after the other as they come; nothing is kept.</summary>
public sealed class FormReader
{
    const int MaxBoundaryChars = 70; // RFC 2046 §5.1.1
    const int MaxFieldBytes = 4 * 1024;
    const int MaxOverheadBytes = 256 * 1024; // All but the file: fields, headers, boundaries.

    readonly MultipartStream reader;
    readonly long maxFileBytes;
    readonly CancellationToken cancel;
    long fileBytesRead;

    /// <summary>Begins to read a request.</summary>
    /// <exception cref="Problem">415 <c>unsupported_media_type</c>, 400 <c>invalid_form</c>, 413 <c>file_too_large</c>.</exception>
    public FormReader(HttpRequest request, long maxFileBytes)
    {
        if (!MediaType.IsForm(request.ContentType))
            throw new Problem(415, "unsupported_media_type", "The body must be multipart/form-data.");
        var boundary = Boundary(request.ContentType!);
        if (boundary.Length is 0 or > MaxBoundaryChars) throw Invalid("its boundary is none");
        (this.maxFileBytes, cancel) = (maxFileBytes, request.HttpContext.RequestAborted);
        if (request.ContentLength > maxFileBytes + MaxOverheadBytes) throw TooLarge();
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxFileBytes + MaxOverheadBytes;
        reader = new MultipartStream(request.Body, boundary);
    }

    /// <summary>The part's field name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The part's file name, without the folders that some browsers put before it; null if it is a field and no file.</summary>
    public string? FileName { get; private set; }

    /// <summary>The part's own media type, or null.</summary>
    public string? ContentType { get; private set; }

    /// <summary>True once bytes of a file have been given out.</summary>
    public bool HasBytes => fileBytesRead > 0;

    /// <summary>Goes on to the next part; false at the end of the form.</summary>
    /// <exception cref="Problem">400 <c>invalid_form</c>.</exception>
    public async Task<bool> MoveNext()
    {
        if (await AsProblem(() => reader.NextPart(cancel)) is not { } headers) return false;
        if (!ContentDispositionHeaderValue.TryParse(headers.GetValueOrDefault("Content-Disposition"), out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)) throw Invalid("a part is no form-data");
        Name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        ContentType = headers.GetValueOrDefault("Content-Type");
        // A backslash before a quote escapes it; any other may be a separator, because browsers do not escape it. They
        // write a quote as %22 (HTML, multipart/form-data encoding algorithm).
        var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
        FileName = name.HasValue ? WithoutFolders(name.ToString().Replace("\\\"", "\"", StringComparison.Ordinal).Replace("%22", "\"", StringComparison.Ordinal)) : null;
        return true;
    }

    /// <summary>The part's text.</summary>
    /// <exception cref="Problem">400 <c>invalid_form</c>.</exception>
    public async Task<string> ReadText()
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await AsProblem(() => ReadFully(buffer));
        if (length > MaxFieldBytes) throw Invalid($"a field is over {MaxFieldBytes} bytes");
        return Body.Text(buffer.AsSpan(0, length)) ?? throw Invalid("a field is not UTF-8");
    }

    /// <summary>Fills the buffer with the part's next bytes; 0 at its end.</summary>
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

    static string WithoutFolders(string name) => name[(name.LastIndexOfAny(['/', '\\']) + 1)..];

    // By hand: mail libraries write boundaries with "=" and no quotes, which the grammar does not have.
    static string Boundary(string contentType)
    {
        foreach (var parameter in contentType.Split(';').Skip(1))
        {
            var (name, value) = parameter.Split('=', 2, StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : (parameter, "");
            if (name.Equals("boundary", StringComparison.OrdinalIgnoreCase)) return HeaderUtilities.RemoveQuotes(value).ToString();
        }
        return "";
    }

    /// <summary>400 <c>invalid_form</c>.</summary>
    public static Problem Invalid(string why) => Problem.BadRequest("invalid_form", $"The form can't be read: {why}.");

    Problem TooLarge() => new(413, "file_too_large", $"A file in a form has {maxFileBytes} bytes at most; send larger ones another way.")
    {
        Extensions = new Dictionary<string, object?> { ["limit"] = maxFileBytes },
    };

    // What the reader throws is about the caller's bytes and never about storage.
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
            throw Invalid("it breaks off, or a part of it is too large");
        }
    }
}
