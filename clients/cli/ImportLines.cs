using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>A line of an import: its number, and the user in it or what is wrong with it.</summary>
sealed record ImportLine(int Number, JsonObject? User, string? Fault, int Chars);

/// <summary>
/// Reads the lines of an import: JSON objects, one a line, with LF or CRLF. Empty lines and a byte order mark are passed over. No
/// line is kept in memory beyond <see cref="MaxChars"/>, and no message repeats what is in one, because there may be a password.
/// </summary>
sealed class ImportLines(TextReader reader, CancellationToken cancel)
{
    public const int MaxChars = 8 * 1024;

    // The service compares names in the same way.
    static string Canonical(string userName) => userName.Trim().Normalize(NormalizationForm.FormKC).ToUpperInvariant();

    readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <summary>How many lines were read.</summary>
    public int Number { get; private set; }

    /// <summary>The lines that are not empty.</summary>
    public async IAsyncEnumerable<ImportLine> All()
    {
        await foreach (var line in Raw())
        {
            Number++;
            if (line is not null && string.IsNullOrWhiteSpace(line.TrimStart('\uFEFF'))) continue;
            var (user, fault) = line is null ? (null, $"The line has more than {MaxChars} characters.") : Read(line);
            yield return new ImportLine(Number, user, fault, line?.Length ?? 0);
        }
    }

    (JsonObject? User, string? Fault) Read(string line)
    {
        if (line.Contains('\uFFFD', StringComparison.Ordinal)) return (null, "The line is not UTF-8.");
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 };
            if (JsonNode.Parse(Number == 1 ? line.TrimStart('\uFEFF') : line, null, options) is not JsonObject user)
                return (null, "The line is not a JSON object.");
            if (user["userName"]?.GetValueKind() != JsonValueKind.String) return (null, "userName is missing.");
            if (!seen.Add(Canonical((string)user["userName"]!))) return (null, "The user name is in the file twice.");
            // No canonical name has a control character at its beginning.
            if (user["id"]?.GetValueKind() == JsonValueKind.String && !seen.Add($"\0{user["id"]}"))
                return (null, "The id is in the file twice.");
            return VerifiedAddress(user) is { } address && !seen.Add(address)
                ? (null, "The email address is in the file twice.") : (user, null);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or InvalidOperationException)
        {
            return (null, "The line is not a JSON object.");
        }
    }

    // A verified address is a name too. It may be the user's own name.
    static string? VerifiedAddress(JsonObject user) =>
        user["emailVerified"]?.GetValueKind() == JsonValueKind.True && user["email"]?.GetValueKind() == JsonValueKind.String
        && Canonical((string)user["email"]!) is var address && address != Canonical((string)user["userName"]!) ? address : null;

    // Null stands for a line that is too long.
    async IAsyncEnumerable<string?> Raw()
    {
        var buffer = ArrayPool<char>.Shared.Rent(16 * 1024);
        var (line, tooLong, started) = (new StringBuilder(), false, false);
        int read;
        while ((read = await reader.ReadAsync(buffer, cancel)) > 0)
        {
            for (var at = 0; at < read;)
            {
                var end = Array.IndexOf(buffer, '\n', at, read - at);
                var until = end < 0 ? read : end;
                tooLong |= line.Length + until - at > MaxChars;
                if (!tooLong) line.Append(buffer, at, until - at);
                (started, at) = (true, until + 1);
                if (end < 0) continue;
                yield return tooLong ? null : line.ToString();
                line.Clear();
                (tooLong, started) = (false, false);
            }
        }
        ArrayPool<char>.Shared.Return(buffer);
        if (started) yield return tooLong ? null : line.ToString();
    }

    /// <summary>How many lines a file has.</summary>
    public static async Task<long> Count(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        var (buffer, lines, last) = (new byte[64 * 1024], 0L, (byte)'\n');
        int read;
        while ((read = await file.ReadAsync(buffer, cancel)) > 0)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            last = buffer[read - 1];
        }
        return last == '\n' ? lines : lines + 1;
    }
}
