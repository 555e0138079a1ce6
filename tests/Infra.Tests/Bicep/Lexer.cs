using System.Text;

namespace Latchkey.Infra.Tests.Bicep;

internal enum TokenKind { Name, Number, String, Symbol, NewLine, End }

/// <summary>A token. A string token holds its parts; the text of a hole is still to be parsed.</summary>
internal sealed record Token(TokenKind Kind, string Text, int Line, IReadOnlyList<RawPart>? Parts = null);

/// <summary>Literal text or the source of an interpolated expression.</summary>
internal sealed record RawPart(string Text, bool IsHole, int Line);

/// <summary>Bicep's tokens. Line breaks are tokens: they separate the items of objects and arrays.</summary>
internal sealed class Lexer(string source, int line = 1)
{
    // Longest first, so that `==` is not read as two `=`.
    private static readonly string[] Symbols =
    [
        "=~", "!~", "==", "!=", "<=", ">=", "&&", "||", "??", "::", ".?", "[?", "=>", "...",
        "{", "}", "[", "]", "(", ")", ".", ",", ":", "=", "?", "!", "<", ">", "+", "-", "*", "/", "%", "@", "|",
    ];

    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = line;

    public IReadOnlyList<Token> Read()
    {
        while (_at < source.Length) ReadOne();
        _tokens.Add(new Token(TokenKind.End, "", _line));
        return _tokens;
    }

    private void ReadOne()
    {
        var c = source[_at];
        if (c == '\n')
        {
            _tokens.Add(new Token(TokenKind.NewLine, "\\n", _line++));
            _at++;
        }
        else if (char.IsWhiteSpace(c)) _at++;
        else if (Starts("//")) _at = EndOf("\n", source.Length);
        else if (Starts("/*")) SkipBlockComment();
        else if (Starts("'''")) ReadMultiLineString();
        else if (c == '\'') ReadString();
        else if (char.IsAsciiLetter(c) || c == '_') Take(TokenKind.Name, static x => char.IsAsciiLetterOrDigit(x) || x == '_');
        else if (char.IsAsciiDigit(c)) Take(TokenKind.Number, char.IsAsciiDigit);
        else ReadSymbol();
    }

    private bool Starts(string text) => string.CompareOrdinal(source, _at, text, 0, text.Length) == 0;

    private int EndOf(string text, int otherwise) =>
        source.IndexOf(text, _at, StringComparison.Ordinal) is var found and >= 0 ? found : otherwise;

    private void Take(TokenKind kind, Func<char, bool> belongs)
    {
        var start = _at;
        while (_at < source.Length && belongs(source[_at])) _at++;
        _tokens.Add(new Token(kind, source[start.._at], _line));
    }

    private void ReadSymbol()
    {
        var symbol = Symbols.FirstOrDefault(Starts)
            ?? throw new BicepSyntaxException($"unexpected character '{source[_at]}'", _line);
        _tokens.Add(new Token(TokenKind.Symbol, symbol, _line));
        _at += symbol.Length;
    }

    private void SkipBlockComment()
    {
        var end = EndOf("*/", -1);
        if (end < 0) throw new BicepSyntaxException("comment without an end", _line);
        _line += source.AsSpan(_at, end - _at).Count('\n');
        _at = end + 2;
    }

    private void ReadMultiLineString()
    {
        var (startLine, start) = (_line, _at + 3);
        var end = source.IndexOf("'''", start, StringComparison.Ordinal);
        if (end < 0) throw new BicepSyntaxException("''' without an end", _line);
        var text = source[start..end];
        _line += text.Count(c => c == '\n');
        _at = end + 3;
        if (text.StartsWith('\n')) text = text[1..];
        _tokens.Add(new Token(TokenKind.String, "", startLine, [new RawPart(text, false, startLine)]));
    }

    private void ReadString()
    {
        var parts = new List<RawPart>();
        var text = new StringBuilder();
        for (_at++; ; )
        {
            if (_at >= source.Length || source[_at] == '\n') throw new BicepSyntaxException("string without an end", _line);
            if (source[_at] == '\'') break;
            if (Starts("${"))
            {
                parts.Add(new RawPart(text.ToString(), false, _line));
                text.Clear();
                var start = _at + 2;
                _at = EndOfHole(start);
                parts.Add(new RawPart(source[start.._at], true, _line));
                _at++;
            }
            else text.Append(source[_at] == '\\' ? ReadEscape() : source[_at++].ToString());
        }
        _at++;
        parts.Add(new RawPart(text.ToString(), false, _line));
        _tokens.Add(new Token(TokenKind.String, "", _line, parts));
    }

    private string ReadEscape()
    {
        var c = _at + 1 < source.Length ? source[_at + 1] : '\0';
        _at += 2;
        if (c != 'u')
        {
            return c switch
            {
                'n' => "\n",
                'r' => "\r",
                't' => "\t",
                '\\' or '\'' or '$' => c.ToString(),
                _ => throw new BicepSyntaxException($"unknown escape '\\{c}'", _line),
            };
        }
        var end = EndOf("}", -1);
        if (end < 0 || source[_at] != '{') throw new BicepSyntaxException("\\u without {digits}", _line);
        var digits = source[(_at + 1)..end];
        _at = end + 1;
        return char.ConvertFromUtf32(Convert.ToInt32(digits, 16));
    }

    // The brace that ends a hole is the first that no brace or string inside the hole owns.
    private int EndOfHole(int at)
    {
        var depth = 0;
        for (; at < source.Length && source[at] != '\n'; at++)
        {
            if (source[at] == '}' && depth-- == 0) return at;
            if (source[at] == '{') depth++;
            if (source[at] == '\'') at = EndOfInnerString(at + 1);
        }
        throw new BicepSyntaxException("${ without an end", _line);
    }

    private int EndOfInnerString(int at)
    {
        for (; at < source.Length && source[at] != '\n'; at++)
        {
            if (source[at] == '\'') return at;
            if (source[at] == '\\') at++;
            else if (string.CompareOrdinal(source, at, "${", 0, 2) == 0) at = EndOfHole(at + 2);
        }
        throw new BicepSyntaxException("string without an end", _line);
    }
}
