using System.Collections.Frozen;

namespace Latchkey.Files;

/// <summary>Kinds of content that are never mistaken for one another. Pictures, sound and film are one: phones confuse them.</summary>
enum MediaFamily
{
    /// <summary>A type that the table does not have.</summary>
    Unknown,

    /// <summary>Pictures, sound and film.</summary>
    Media,

    /// <summary>PDF, Office, books.</summary>
    Document,

    /// <summary>Archives, packages, compressed data.</summary>
    Archive,

    /// <summary>Fonts.</summary>
    Font,

    /// <summary>Databases and the like.</summary>
    Data,

    /// <summary>Text of any kind, markup and scripts among it.</summary>
    Text,

    /// <summary>What a machine runs as it is.</summary>
    Program,
}

/// <summary>
/// The one table of media types: under which names a type is known, and of which others it is a kind (a DNG is a TIFF,
/// a docx is a ZIP, or OLE if it has a password). Types are written in lower case, without parameters.
/// </summary>
static class MediaNames
{
    /// <summary>Bytes of no type in particular; whatever there is is a kind of it.</summary>
    public const string OctetStream = "application/octet-stream";

    const string Zip = "application/zip", Gzip = "application/gzip", Ole = "application/x-ole-storage", Xml = "application/xml";

    // Names that begin so are Office documents: in a ZIP, in OLE (the old formats, and all that have a password), or flat XML.
    static readonly string[] Office =
    [
        "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.", "application/vnd.sun.xml.",
        "application/vnd.stardivision.", "application/vnd.ms-word", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
        "application/vnd.ms-project", "application/vnd.ms-publisher", "application/vnd.ms-works", "application/vnd.ms-office",
        "application/vnd.ms-visio", "application/vnd.ms-outlook",
    ];

    static readonly FrozenDictionary<string, Entry> Table = Read();

    /// <summary>The name under which a type is kept where it is known; otherwise the name itself.</summary>
    public static string Canonical(string type) => Table.TryGetValue(type, out var entry) ? entry.Names[0] : type;

    /// <summary>True if the table or the type's own name says what it is.</summary>
    public static bool IsKnown(string type) => Table.ContainsKey(type) || Parents(type).Count > 0;

    /// <summary>True if both are one type, or the first is a kind of the second.</summary>
    public static bool IsKindOf(string type, string other)
    {
        var wanted = Canonical(other);
        return wanted == OctetStream || IsKind(Canonical(type), wanted, depth: 4);
    }

    /// <summary>What family a type is of, by the table, else by its top level.</summary>
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

    // A line: the name that is kept, its other names, and behind "<" what it is a kind of.
    static FrozenDictionary<string, Entry> Read()
    {
        var table = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var (family, lines) in MediaTable.Families)
        {
            foreach (var line in lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var sides = line.Split('<');
                var names = sides[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var entry = new Entry(family, names, sides.Length > 1 ? sides[1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : []);
                foreach (var name in names) table.Add(name, entry);
            }
        }
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }

    sealed record Entry(MediaFamily Family, IReadOnlyList<string> Names, IReadOnlyList<string> Parents);
}
