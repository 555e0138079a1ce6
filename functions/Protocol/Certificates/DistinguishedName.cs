using System.Formats.Asn1;
using System.Text;

namespace Latchkey.Protocol;

/// <summary>
/// A distinguished name, compared by its attributes and not by its text: upper and lower case and runs of spaces do not count (RFC 4517
/// §4.2.11 and §4.2.15), the order does. It is read from the string of RFC 4514 or from a certificate.
/// </summary>
public sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    /// <summary>The longest string that is read, in characters.</summary>
    public const int MaxChars = 1000;

    // RFC 4514 §3, and what tools write beside it.
    static readonly Dictionary<string, string> Types = new (string Name, string Id)[]
    {
        ("CN", "2.5.4.3"), ("SN", "2.5.4.4"), ("serialNumber", "2.5.4.5"), ("C", "2.5.4.6"), ("L", "2.5.4.7"), ("ST", "2.5.4.8"),
        ("S", "2.5.4.8"), ("STREET", "2.5.4.9"), ("O", "2.5.4.10"), ("OU", "2.5.4.11"), ("T", "2.5.4.12"), ("title", "2.5.4.12"),
        ("G", "2.5.4.42"), ("GN", "2.5.4.42"), ("givenName", "2.5.4.42"), ("organizationIdentifier", "2.5.4.97"),
        ("UID", "0.9.2342.19200300.100.1.1"), ("DC", "0.9.2342.19200300.100.1.25"), ("E", "1.2.840.113549.1.9.1"),
        ("emailAddress", "1.2.840.113549.1.9.1"),
    }.ToDictionary(type => type.Name, type => type.Id, StringComparer.OrdinalIgnoreCase);

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // The most significant part first, as in a certificate; the attributes of one part in the order of their text.
    readonly string comparable;

    DistinguishedName(IEnumerable<IEnumerable<(string Type, string Value)>> parts) => comparable = string.Join('\n', parts.Select(part =>
        string.Join('\r', part.Select(pair => Comparable(pair.Type, Normalized(pair.Value))).Order(StringComparer.Ordinal))));

    /// <summary>Reads the string representation (RFC 4514 §3), most specific part first; null if it is none.</summary>
    public static DistinguishedName? Parse(string text)
    {
        if (text.Length is 0 or > MaxChars) return null;
        var parts = new List<List<(string, string)>> { new() };
        for (var at = 0; ;)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0 || TypeOf(text[at..equals].Trim()) is not { } type) return null;
            at = equals + 1;
            if (ReadValue(text, ref at) is not { Length: > 0 } value) return null;
            parts[^1].Add((type, value));
            if (at == text.Length) break;
            if (text[at++] is ',' or ';') parts.Add([]);
        }
        parts.Reverse();
        return new(parts);
    }

    /// <summary>Reads a name as a certificate holds it (RFC 5280 §4.1.2.4); null if it holds something that is not text.</summary>
    public static DistinguishedName? Read(byte[] der)
    {
        try
        {
            var parts = new List<List<(string, string)>>();
            var sequence = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            while (sequence.HasData)
            {
                var (set, part) = (sequence.ReadSetOf(), new List<(string, string)>());
                while (set.HasData)
                {
                    var pair = set.ReadSequence();
                    var type = pair.ReadObjectIdentifier();
                    part.Add((type, pair.ReadCharacterString((UniversalTagNumber)pair.PeekTag().TagValue)));
                }
                parts.Add(part);
            }
            return parts.Count == 0 ? null : new(parts);
        }
        catch (Exception broken) when (broken is AsnContentException or ArgumentException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public bool Equals(DistinguishedName? other) => other is not null && other.comparable == comparable;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DistinguishedName);

    /// <inheritdoc/>
    public override int GetHashCode() => comparable.GetHashCode(StringComparison.Ordinal);

    // The length keeps a value that holds separators from looking like several.
    static string Comparable(string type, string value) => $"{type}={value.Length}:{value}";

    static string? TypeOf(string text) => Types.TryGetValue(text, out var type) ? type
        : text.Length > 0 && text.Split('.') is { Length: > 1 } numbers
            && numbers.All(number => number.Length > 0 && number.All(char.IsAsciiDigit)) ? text : null;

    // Up to the next separator that is not escaped. A value in the form #hex is not text, and not supported.
    static string? ReadValue(string text, ref int at)
    {
        var (bytes, kept) = (new List<byte>(), 0);
        while (at < text.Length && text[at] == ' ') at++;
        if (at < text.Length && text[at] == '#') return null;
        while (at < text.Length && text[at] is not (',' or ';' or '+'))
        {
            if (text[at] is '"' or '<' or '>' or '\0') return null;
            if (text[at] != '\\')
            {
                if (!Rune.TryGetRuneAt(text, at, out var rune)) return null;
                bytes.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
                if (rune.Value != ' ') kept = bytes.Count;
                at += rune.Utf16SequenceLength;
                continue;
            }
            if (Escaped(text.AsSpan(at + 1), out var length) is not { } one) return null;
            bytes.Add(one);
            at += 1 + length;
            kept = bytes.Count;
        }
        try
        {
            return StrictUtf8.GetString([.. bytes.Take(kept)]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    static byte? Escaped(ReadOnlySpan<char> text, out int length)
    {
        length = text.Length > 0 && " \"#+,;<=>\\".Contains(text[0], StringComparison.Ordinal) ? 1 : 2;
        if (length == 1) return (byte)text[0];
        return text.Length >= 2 && char.IsAsciiHexDigit(text[0]) && char.IsAsciiHexDigit(text[1])
            ? Convert.FromHexString(text[..2])[0] : null;
    }

    // RFC 4518 §2: NFKC, one case, and runs of spaces as one.
    static string Normalized(string value) => string.Join(' ', UnicodeText.Normalize(value, NormalizationForm.FormKC).ToUpperInvariant()
        .Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
