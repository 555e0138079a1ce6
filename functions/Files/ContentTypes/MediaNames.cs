using System.Collections.Frozen;

namespace Latchkey.Files;

/// <summary>
/// Families of types that are never mistaken for one another. Images, audio and video are one family, because phones confuse them.
/// </summary>
enum MediaFamily
{
    /// <summary>A type that is not in the table.</summary>
    Unknown,

    /// <summary>Images, audio and video.</summary>
    Media,

    /// <summary>PDF, Office documents, books.</summary>
    Document,

    /// <summary>Archives, packages, compressed data.</summary>
    Archive,

    /// <summary>Fonts.</summary>
    Font,

    /// <summary>Databases and similar data.</summary>
    Data,

    /// <summary>Text of any kind, including markup and scripts.</summary>
    Text,

    /// <summary>Executable programs.</summary>
    Program,
}

/// <summary>
/// The names of media types (<see cref="MediaTable"/>): the aliases of a type, and the types of which it is a kind. A DNG is a TIFF; a
/// docx is a ZIP, or OLE if it has a password. Types are in lower case, without parameters.
/// </summary>
static class MediaNames
{
    /// <summary>Bytes of no particular type. Every type is a kind of it.</summary>
    public const string OctetStream = "application/octet-stream";

    const string Zip = "application/zip", Gzip = "application/gzip", Ole = "application/x-ole-storage", Xml = "application/xml";

    // The prefixes of Office types. The documents are ZIP, OLE (the old formats, and all with a password) or plain XML.
    static readonly string[] Office =
    [
        "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.", "application/vnd.sun.xml.",
        "application/vnd.stardivision.", "application/vnd.ms-word", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
        "application/vnd.ms-project", "application/vnd.ms-publisher", "application/vnd.ms-works", "application/vnd.ms-office",
        "application/vnd.ms-visio", "application/vnd.ms-outlook",
    ];

    static readonly FrozenDictionary<string, Entry> Table = Read();

    /// <summary>The canonical name of a type, or the name itself if it is unknown.</summary>
    public static string Canonical(string type) => Table.TryGetValue(type, out var entry) ? entry.Names[0] : type;

    /// <summary>True if the type is in the table or its name says of what it is a kind.</summary>
    public static bool IsKnown(string type) => Table.ContainsKey(type) || Parents(type).Count > 0;

    /// <summary>True if both names mean the same type, or the first is a kind of the second.</summary>
    public static bool IsKindOf(string type, string other)
    {
        var wanted = Canonical(other);
        return wanted == OctetStream || IsKind(Canonical(type), wanted, depth: 4);
    }

    /// <summary>The family of a type, by the table or, failing that, by its top-level type.</summary>
    public static MediaFamily FamilyOf(string type)
    {
        if (Table.TryGetValue(type, out var entry)) return entry.Family;
        if (IsOffice(type)) return MediaFamily.Document;
        return type.Split('/')[0] switch
        {
            "image" or "audio" or "video" => MediaFamily.Media,
            "text" => MediaFamily.Text,
            "font" => MediaFamily.Font,
            _ when type.EndsWith("+xml", StringComparison.Ordinal) || type.EndsWith("+json", StringComparison.Ordinal) => MediaFamily.Text,
            _ => MediaFamily.Unknown,
        };
    }

    static bool IsKind(string type, string wanted, int depth) =>
        type == wanted || (depth > 0 && Parents(type).Any(parent => IsKind(Canonical(parent), wanted, depth - 1)));

    static IReadOnlyList<string> Parents(string type)
    {
        if (Table.TryGetValue(type, out var entry) && entry.Parents.Count > 0) return entry.Parents;
        if (IsOffice(type)) return [Zip, Ole, Xml];
        if (type.EndsWith("+xml", StringComparison.Ordinal) || type.EndsWith("-xml", StringComparison.Ordinal)) return [Xml];
        if (type.EndsWith("+zip", StringComparison.Ordinal)) return [Zip];
        if (type.EndsWith("+gzip", StringComparison.Ordinal)) return [Gzip];
        return type.EndsWith("+json", StringComparison.Ordinal) ? ["application/json"] : [];
    }

    static bool IsOffice(string type) => Array.Exists(Office, start => type.StartsWith(start, StringComparison.Ordinal));

    // A line: the canonical name, its aliases, and after "<" the types of which it is a kind.
    static FrozenDictionary<string, Entry> Read()
    {
        var table = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var (family, lines) in MediaTable.Families)
        {
            foreach (var line in Unfold(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var sides = line.Split('<');
                var names = sides[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var entry = new Entry(family, names, sides.Length > 1 ? sides[1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : []);
                foreach (var name in names) table.Add(name, entry);
            }
        }
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Joins continuation lines, which start with "+", with the line before.
    static string Unfold(string lines) => string.Join('\n', lines.Split('\n', StringSplitOptions.TrimEntries))
        .Replace("\n+ ", " ", StringComparison.Ordinal);

    sealed record Entry(MediaFamily Family, IReadOnlyList<string> Names, IReadOnlyList<string> Parents);
}
