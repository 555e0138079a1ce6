using System.Text;
using System.Text.RegularExpressions;

namespace Latchkey.Files;

/// <summary>Recognizes active text: HTML, SVG, XML and scripts, which a browser or a shell would run.</summary>
static partial class Markup
{
    const string Html = "text/html";
    const string Xhtml = "application/xhtml+xml";
    const string Svg = "image/svg+xml";
    const string Xml = "application/xml";
    const string Script = "application/x-shellscript";

    const int MaxBytes = 64 * 1024; // White space and comments before the markup may be long.

    static readonly char[] Space = ['\uFEFF', ' ', '\t', '\r', '\n', '\f'];

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    // The elements by which browsers recognize HTML (WHATWG MIME Sniffing §7.1), and others with which fragments begin.
    static readonly HashSet<string> Elements = new(StringComparer.Ordinal)
    {
        "head", "script", "iframe", "h1", "h2", "h3", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p", "img",
        "form", "meta", "link", "object", "embed", "video", "audio", "input", "button", "span", "center", "ul", "ol", "base", "applet",
        "frameset", "details", "math", "template", "marquee", "textarea", "select", "section", "article", "nav", "header", "footer",
        "main", "pre", "i", "u", "em", "strong", "hr",
    };

    /// <summary>The type of active text, or null. A byte order mark, white space and comments may precede it.</summary>
    public static SniffedContent? Of(ReadOnlySpan<byte> head)
    {
        var text = Decode(head).TrimStart(Space);
        // "#![…]" is an attribute in Rust.
        if (text.StartsWith("#!", StringComparison.Ordinal) && !text.StartsWith("#![", StringComparison.Ordinal)) return new(Script, []);
        if (!text.StartsWith('<') || TypeOf(text, out var isFragment) is not { } type) return null;
        return new(type, type == Xhtml ? [Html] : isFragment ? [Xml] : []);
    }

    /// <summary>True if the bytes are nothing but text.</summary>
    public static bool IsText(ReadOnlySpan<byte> head)
    {
        foreach (var rune in Decode(head).EnumerateRunes())
        {
            if (rune.Value == 0xFFFD || (Rune.IsControl(rune) && rune.Value is not ('\t' or '\r' or '\n' or '\f'))) return false;
        }
        return head.Length > 0;
    }

    /// <summary>
    /// Finds active content in bytes that were declared as an image, audio or video but not recognized as one: markup anywhere in
    /// a text or near the start of other bytes, or a text that is code. Null if there is none.
    /// </summary>
    /// <param name="head">The bytes.</param>
    /// <param name="maybeCode">True if files of the declared type may look like code, which may contain markup.</param>
    public static string? FindHidden(ReadOnlySpan<byte> head, bool maybeCode)
    {
        if (IsText(head))
        {
            var text = Decode(head);
            var isCode = Code().IsMatch(text);
            var hasMarkup = Tag().IsMatch(text) && !(maybeCode && isCode);
            if (hasMarkup || text.TrimStart(Space).StartsWith('<')) return Html;
            return isCode && !maybeCode ? "text/javascript" : null;
        }
        var start = Encoding.Latin1.GetString(head[..Math.Min(head.Length, 1024)]).Replace("\0", "", StringComparison.Ordinal);
        return Tag().IsMatch(start) ? Html : null;
    }

    // A fragment begins with an element that other XML languages may have as well as HTML: article, table, math.
    static string? TypeOf(string text, out bool isFragment)
    {
        isFragment = false;
        var (at, isXml) = (0, false);
        while (true)
        {
            while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == '\uFEFF')) at++;
            var rest = text.AsSpan(at);
            if (rest.StartsWith("<!--"))
            {
                at = IndexAfter(text, at, "-->");
            }
            else if (rest.StartsWith("<?php", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("<?=") || rest.StartsWith("<%"))
            {
                return Script;
            }
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
                isXml = true;
                var subset = text.IndexOf('[', at); // The internal subset, if it begins before the declaration ends.
                var hasSubset = subset >= 0 && subset < IndexAfter(text, at, ">");
                at = IndexAfter(text, at, hasSubset ? "]>" : ">");
            }
            else if (rest.StartsWith("<"))
            {
                return ByRoot(NameAt(text, at + 1), isXml, out isFragment);
            }
            else
            {
                return isXml ? Xml : at > 0 ? Html : null; // Text after a comment: HTML's parser accepts it.
            }
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
        var even = head[..(head.Length & ~1)];
        if (head.StartsWith(new byte[] { 0xFF, 0xFE }) || IsWide(head, 1)) return Encoding.Unicode.GetString(even);
        if (head.StartsWith(new byte[] { 0xFE, 0xFF }) || IsWide(head, 0)) return Encoding.BigEndianUnicode.GetString(even);
        var cut = head.Length; // A character that is cut off at the end is no error.
        while (cut > 0 && cut > head.Length - 3 && (head[cut - 1] & 0xC0) == 0x80) cut--;
        return Utf8.GetString(cut > 0 && head[cut - 1] >= 0xC0 && head.Length == MaxBytes ? head[..(cut - 1)] : head);
    }

    // UTF-16 without a byte order mark: every other one of the first bytes is zero.
    static bool IsWide(ReadOnlySpan<byte> head, int zero)
    {
        if (head.Length < 8) return false;
        for (var at = 0; at < 8; at++)
        {
            if (head[at] == 0 != (at % 2 == zero)) return false;
        }
        return true;
    }

    const RegexOptions Insensitive = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(
        @"<(?:!doctype|\?xml|\?php|/?(?:html|head|body|script|svg|iframe|img|object|embed|meta|link|style|base|form|applet)\b)",
        Insensitive)]
    private static partial Regex Tag();

    // Calls, declarations, objects of a browser, strict mode, the first words of modules and classes, batch files, PowerShell.
    [GeneratedRegex(
        @"\b(?:function|eval|alert|importScripts|require|fetch|setTimeout)\s{0,9}[\w$]{0,64}\s{0,9}\("
        + @"|\b(?:var|let|const)\s{1,9}[\w${[]"
        + @"|=>"
        + @"|\b(?:document|window|self|location|globalThis|WScript)\s{0,9}[.[]"
        + @"|['""]use strict['""]"
        + @"|(?:^|\n)[ \t]{0,16}(?:import|export|class|def|using|package|from)[ \t]{1,9}[\w{*""']"
        + @"|@echo|powershell|CreateObject|\bInvoke-\w",
        Insensitive)]
    private static partial Regex Code();
}
