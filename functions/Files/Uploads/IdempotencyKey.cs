using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same key of the same sender begins the same file again.
/// Its row is inserted with the file's record (SCHEMA.md, table Files, <c>begin|…</c>) and dies with it.
/// </summary>
static class IdempotencyKey
{
    /// <summary>The header's name.</summary>
    public const string Header = "Idempotency-Key";
    const int MaxChars = 255;

    /// <summary>The hash of the request's key and of whoever sends it; null without one.</summary>
    /// <exception cref="Problem">400 <c>invalid_idempotency_key</c>.</exception>
    public static string? Read(HttpRequest request, Owner who, string client)
    {
        if (!request.Headers.TryGetValue(Header, out var sent)) return null;
        // The draft's form is a string in quotation marks (RFC 8941); many clients leave them out.
        var key = sent.Count == 1 ? sent[0] ?? "" : "";
        if (key is ['"', .., '"']) key = key[1..^1];
        if (key.Length is 0 or > MaxChars || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw Problem.BadRequest("invalid_idempotency_key", $"{Header} must be 1 to {MaxChars} visible ASCII characters.");
        return Ids.Hash(JsonSerializer.Serialize((string[])[who.Kind, who.Id, client, key]));
    }

    /// <summary>The row of a file's key.</summary>
    public static TableEntity RowOf(FileRecord file) =>
        new(FileRows.Partition(file), RowKeys.UploadKey(file.UploadKey!)) { ["Id"] = file.Id, ["Asked"] = Asked(file) };

    /// <summary>The hash of all that is asked for a file that begins.</summary>
    public static string Asked(FileRecord file) => Ids.Hash(JsonSerializer.Serialize((string?[])
    [
        // What a replacement has from its file may change between two tries.
        .. file.Replaces is null ? (string?[])[file.Name, file.Folder, file.ContentType]
            : [null, null, null], file.Size.ToString(CultureInfo.InvariantCulture), file.Md5, file.Sha256,
        file.BlockSize?.ToString(CultureInfo.InvariantCulture), file.TusMetadata, file.Metadata?.Json,
        file.ModifiedAt?.UtcTicks.ToString(CultureInfo.InvariantCulture), file.TakenAt?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        .. file.Tags is { } tags ? [tags.Column] : Array.Empty<string>(), // Keys from before there were tags stay what they are.
        .. file.Replaces is null ? Array.Empty<string?>() : [file.Replaces, file.ReplacesOnly, $"{file.BecomesCopy}"],
    ]));
}
