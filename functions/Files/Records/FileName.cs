using System.Buffers;
using System.Globalization;
using System.Text;
using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>
/// Names of files and folders. They are data and never paths in storage, so all of Unicode is allowed except what can't be shown or
/// deceives the reader: slashes, control characters, characters that change the writing direction, invalid UTF-16. Surrounding
/// white space is trimmed. Names are stored in NFC (UAX #15), so that <c>é</c> is one name however a keyboard or disk encodes it.
/// </summary>
public static class FileName
{
    /// <summary>The most UTF-16 units of a name.</summary>
    public const int MaxNameChars = 255;

    const int MaxExtensionChars = 20; // With the dot. What is longer is no type of file.
    const int MaxFolderChars = 1024;
    const int MaxFolderDepth = 32;

    // The separator; bidirectional embeddings, overrides and isolates (UAX #9 §2); the byte order mark. Joiners, variation
    // selectors and directional marks are allowed: many emoji and some scripts can't be written without them.
    static readonly SearchValues<char> Refused =
        SearchValues.Create("/\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\uFEFF");

    /// <summary>Reads a file's name: 1 to 255 UTF-16 units, normalized.</summary>
    /// <exception cref="Problem">400 <c>invalid_name</c>.</exception>
    public static string Read(string name) =>
        Normalize(name, out var fault) ?? throw Problem.BadRequest("invalid_name", $"Invalid name: it {fault}.");

    /// <summary>The same; null if no file can have this name.</summary>
    public static string? TryRead(string name) => Normalize(name, out _);

    /// <summary>
    /// Reads a folder: names joined by <c>/</c>, at most 32 of them and 1024 UTF-16 units, normalized. The root is empty. One slash
    /// at either end is trimmed.
    /// </summary>
    /// <exception cref="Problem">400 <c>invalid_folder</c>.</exception>
    public static string ReadFolder(string? folder)
    {
        var path = (folder ?? "").AsSpan();
        if (path is ['/', .. var rest]) path = rest;
        if (path is [.. var before, '/']) path = before;
        if (path.IsEmpty) return "";
        var names = path.ToString().Split('/');
        if (names.Length > MaxFolderDepth) throw InvalidFolder($"it is more than {MaxFolderDepth} levels deep");
        for (var i = 0; i < names.Length; i++)
            names[i] = Normalize(names[i], out var fault) ?? throw InvalidFolder($"one of its names {fault}");
        var whole = string.Join('/', names);
        return whole.Length <= MaxFolderChars ? whole : throw InvalidFolder($"it is longer than {MaxFolderChars} characters");
    }

    /// <summary>Reads a prefix by which names are searched, at most as long as a name.</summary>
    /// <exception cref="Problem">400 <c>invalid_prefix</c>.</exception>
    public static string ReadPrefix(string? prefix)
    {
        var fault = CharacterFault(prefix) ?? (prefix?.Length > MaxNameChars ? $"is longer than {MaxNameChars} characters" : null);
        return fault is null ? (prefix ?? "").Normalize(NormalizationForm.FormC)
            : throw Problem.BadRequest("invalid_prefix", $"Invalid prefix: it {fault}.");
    }

    /// <summary>True if the name starts with the prefix, ignoring case.</summary>
    public static bool StartsWith(string name, string prefix) =>
        name.ToUpperInvariant().StartsWith(prefix.ToUpperInvariant(), StringComparison.Ordinal);

    /// <summary>
    /// A name and its extension, between which something is to stand: of the name as many whole characters as leave room for it.
    /// </summary>
    /// <param name="name">A file's name.</param>
    /// <param name="room">The UTF-16 units of what is to stand there.</param>
    public static (string Stem, string Extension) Parts(string name, int room)
    {
        var extension = name.LastIndexOf('.') is > 0 and var dot && name.Length - dot <= MaxExtensionChars ? name[dot..] : "";
        var (stem, most) = (name[..^extension.Length], MaxNameChars - extension.Length - room);
        if (stem.Length > most) stem = stem[..(char.IsHighSurrogate(stem[most - 1]) ? most - 1 : most)];
        return (stem, extension);
    }

    /// <summary>True if the text, made of folders that are valid, is not too long or deep for one.</summary>
    public static bool IsFolder(string path) => path.Length <= MaxFolderChars && path.Count(c => c == '/') < MaxFolderDepth;

    static string? Normalize(string name, out string? fault)
    {
        fault = CharacterFault(name);
        if (fault is not null) return null;
        var normalized = name.Normalize(NormalizationForm.FormC).Trim();
        fault = normalized switch
        {
            "" => "is empty",
            "." or ".." => "is . or ..",
            { Length: > MaxNameChars } => $"is longer than {MaxNameChars} characters",
            _ when !normalized.EnumerateRunes().Any(IsVisible) => "has no visible character",
            _ => null,
        };
        return fault is null ? normalized : null;
    }

    static string? CharacterFault(ReadOnlySpan<char> name)
    {
        if (name.ContainsAny(Refused)) return "contains a slash or a character that changes the writing direction";
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(name, out var rune, out var length) != OperationStatus.Done) return "is not valid Unicode";
            if (Rune.IsControl(rune)) return "contains a control character";
            if (rune.Value is 0x2028 or 0x2029) return "contains a line separator";
            if ((rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF) return "is not valid Unicode";
            name = name[length..];
        }
        return null;
    }

    // False for white space, format characters, the letters and marks that are shown as nothing (Default_Ignorable_Code_Point in
    // DerivedCoreProperties.txt), and the Braille pattern without dots.
    static bool IsVisible(Rune rune) => !Rune.IsWhiteSpace(rune)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned)
        && rune.Value is not (0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164
            or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0000 and <= 0xE0FFF));

    static Problem InvalidFolder(string why) => Problem.BadRequest("invalid_folder", $"Invalid folder: {why}.");
}
