using System.Text;
using System.Text.RegularExpressions;

namespace Latchkey.Files;

/// <summary>Active text: pages, drawings, documents of XML, scripts. A browser or shell acts on it wherever it lies.</summary>
static partial class Markup
{
    const string Html = "text/html", Xhtml = "application/xhtml+xml", Svg = "image/svg+xml", Xml = "application/xml", Script = "application/x-shellscript";
    const int MaxBytes = 64 * 1024; // All that a check has at hand: space and comments may be long.

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    // Those by which browsers tell (WHATWG MIME Sniffing §7.1), and others with which fragments begin.
    static readonly HashSet<string> Elements = new(StringComparer.Ordinal)
    {
        "head", "script", "iframe", "h1", "h2", "h3", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p", "img", "form", "meta",
        "link", "object", "embed", "video", "audio", "input", "button", "span", "center", "ul", "ol", "base", "applet", "frameset", "details", "math",
        "template", "marquee", "textarea", "select", "section", "article", "nav", "header", "footer", "main", "pre", "i", "u", "em", "strong", "hr",
    };

    /// <summary>What active text the bytes are, or null. Marks of order, space and comments may stand before it.</summary>
    public static SniffedContent? Of(ReadOnlySpan<byte> head)
    {
        var text = Decode(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n', '\f');
        // Rust writes attributes of a whole file as "#![…]".
        if (text.StartsWith("#!", StringComparison.Ordinal) && !text.StartsWith("#![", StringComparison.Ordinal)) return new(Script, []);
        if (!text.StartsWith('<') || TypeOf(text, out var isFragment) is not { } type) return null;
        return new(type, type == Xhtml ? [Html] : isFragment ? [Xml] : []);
    }

    /// <summary>True if the bytes are text and nothing but text.</summary>
    public static bool IsText(ReadOnlySpan<byte> head)
    {
        foreach (var rune in Decode(head).EnumerateRunes())
        {
            if (rune.Value == 0xFFFD || (Rune.IsControl(rune) && rune.Value is not ('\t' or '\r' or '\n' or '\f'))) return false;
        }
        return head.Length > 0;
    }

    /// <summary>
    /// What hides in bytes that are no picture, sound or film, though they are called so: markup anywhere in a text or
    /// near the start of anything, or a text that is code. Null if nothing does.
    /// </summary>
    /// <param name="head">The bytes.</param>
    /// <param name="maybeCode">The type's own files may look like code, which may have markup in it.</param>
    public static string? FindHidden(ReadOnlySpan<byte> head, bool maybeCode)
    {
        if (IsText(head))
        {
            var text = Decode(head);
            var isCode = Code().IsMatch(text);
            if ((Tag().IsMatch(text) && !(maybeCode && isCode)) || text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n', '\f').StartsWith('<')) return Html;
            return isCode && !maybeCode ? "text/javascript" : null;
        }
        return Tag().IsMatch(Encoding.Latin1.GetString(head[..Math.Min(head.Length, 1024)]).Replace("\0", "", StringComparison.Ordinal)) ? Html : null;
    }

    // A fragment begins with an element that HTML has and other languages may have as well: article, table, math.
    static string? TypeOf(string text, out bool isFragment)
    {
        isFragment = false;
        var (at, isXml) = (0, false);
        while (true)
        {
            while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == '\uFEFF')) at++;
            var rest = text.AsSpan(at);
            if (rest.StartsWith("<!--")) at = IndexAfter(text, at, "-->");
            else if (rest.StartsWith("<?php", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("<?=") || rest.StartsWith("<%")) return Script;
            else if (rest.StartsWith("<?"))
            {
                isXml |= rest.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase);
                at = IndexAfter(text, at, "?>");
            }
            else if (rest.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase))
            {
                var name = NameAt(text, at + "<!doctype".Length);
                if (name.Equals("html", StringComparison.OrdinalIgnoreCase)) return isXml ? Xhtml : Html;
                if (name.Equals("svg", StringComparison.OrdinalIgnoreCase)) return Svg;
                (isXml, at) = (true, IndexAfter(text, at, text.IndexOf('[', at) is >= 0 and var subset && subset < IndexAfter(text, at, ">") ? "]>" : ">"));
            }
            else if (rest.StartsWith("<")) return ByRoot(NameAt(text, at + 1), isXml, out isFragment);
            else return isXml ? Xml : at > 0 ? Html : null; // A comment, and then text: HTML's parser takes it.
        }
    }

    static string? ByRoot(string name, bool isXml, out bool isFragment)
    {
        isFragment = false;
        if (name.Length == 0 || !(char.IsLetter(name[0]) || name[0] == '_')) return isXml ? Xml : null;
        var local = name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..].ToLowerInvariant();
        if (local == "svg") return Svg;
        if (local == "html") return isXml ? Xhtml : Html;
        isFragment = !isXml && Elements.Contains(local);
        return isFragment ? Html : Xml;
    }

    static string NameAt(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        var end = at;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is ':' or '-' or '_' or '.')) end++;
        return text[at..end];
    }

    static int IndexAfter(string text, int from, string what) =>
        text.IndexOf(what, from, StringComparison.Ordinal) is >= 0 and var found ? found + what.Length : text.Length;

    static string Decode(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length, MaxBytes)];
        if (head.StartsWith(new byte[] { 0xFF, 0xFE }) || IsWide(head, 1)) return Encoding.Unicode.GetString(head[..(head.Length & ~1)]);
        if (head.StartsWith(new byte[] { 0xFE, 0xFF }) || IsWide(head, 0)) return Encoding.BigEndianUnicode.GetString(head[..(head.Length & ~1)]);
        var cut = head.Length; // A character that the end cuts is not a fault.
        while (cut > 0 && cut > head.Length - 3 && (head[cut - 1] & 0xC0) == 0x80) cut--;
        return Utf8.GetString(cut > 0 && head[cut - 1] >= 0xC0 && head.Length == MaxBytes ? head[..(cut - 1)] : head);
    }

    // UTF-16 without a mark: a zero in every other byte of the first few.
    static bool IsWide(ReadOnlySpan<byte> head, int zero)
    {
        if (head.Length < 8) return false;
        for (var at = 0; at < 8; at++)
        {
            if (head[at] == 0 != (at % 2 == zero)) return false;
        }
        return true;
    }

    [GeneratedRegex(@"<(?:!doctype|\?xml|\?php|/?(?:html|head|body|script|svg|iframe|img|object|embed|meta|link|style|base|form|applet)\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\b(?:function|eval|alert|importScripts|require|fetch|setTimeout)\s{0,9}[\w$]{0,64}\s{0,9}\(|\b(?:var|let|const)\s{1,9}[\w${[]|=>|\b(?:document|window|self|location|globalThis|WScript)\s{0,9}[.[]|['""]use strict['""]|(?:^|\n)[ \t]{0,16}(?:import|export|class|def|using|package|from)[ \t]{1,9}[\w{*""']|@echo|powershell|CreateObject|\bInvoke-\w", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
