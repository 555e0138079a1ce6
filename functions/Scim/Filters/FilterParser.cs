using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Http;

namespace Latchkey.Scim;

/// <summary>
/// Reads filters (RFC 7644 §3.4.2.2): comparisons, <c>pr</c>, value paths, <c>and</c> before <c>or</c>, <c>not</c>, parentheses. Its
/// work is bounded: by the length of the text, by the number of comparisons, and by how deep they are nested.
/// </summary>
sealed class FilterParser
{
    /// <summary>The maximum length of a filter, in characters.</summary>
    public const int MaxChars = 2000;

    const int MaxDepth = 10;
    const int MaxTerms = 50;

    readonly string text;
    int at;
    int depth;
    int terms;

    FilterParser(string text) => this.text = text;

    /// <summary>The filter.</summary>
    /// <exception cref="Problem">400 <c>invalidFilter</c>.</exception>
    public static Filter Parse(string text)
    {
        if (text.Length > MaxChars) throw Fault($"A filter has at most {MaxChars} characters.");
        var parser = new FilterParser(text);
        var filter = parser.OrExpression();
        parser.Skip();
        return parser.at == text.Length ? filter : throw parser.Unexpected();
    }

    /// <summary>The filter between the brackets of a PATCH operation's path, and the rest of the path behind them.</summary>
    /// <exception cref="Problem">400 <c>invalidFilter</c>.</exception>
    public static (Filter Filter, string Behind) ParseBrackets(string text)
    {
        if (text.Length > MaxChars) throw Fault($"A path has at most {MaxChars} characters.");
        var parser = new FilterParser(text);
        parser.Expect('[');
        var filter = parser.OrExpression();
        parser.Expect(']');
        return (filter, text[parser.at..]);
    }

    Filter OrExpression()
    {
        if (++depth > MaxDepth) throw Fault($"A filter can be nested at most {MaxDepth} levels deep.");
        var left = AndExpression();
        while (TakeWord("or")) left = new Filter.Or(left, AndExpression());
        depth--;
        return left;
    }

    Filter AndExpression()
    {
        var left = Term();
        while (TakeWord("and")) left = new Filter.And(left, Term());
        return left;
    }

    Filter Term()
    {
        if (++terms > MaxTerms) throw Fault($"A filter has at most {MaxTerms} comparisons.");
        if (Peek() == '(') return Parenthesis();
        var start = at;
        if (TakeWord("not"))
        {
            if (Peek() == '(') return new Filter.Not(Parenthesis());
            at = start; // An attribute whose name begins so.
        }
        var path = Path();
        if (at < text.Length && text[at] == '[') return ParseValuePath(path);
        return Comparison(path);
    }

    Filter Parenthesis()
    {
        Expect('(');
        var inner = OrExpression();
        Expect(')');
        return inner;
    }

    Filter.ValuePath ParseValuePath(AttributePath path)
    {
        if (path.Sub is not null) throw Unexpected();
        Expect('[');
        var inner = OrExpression();
        Expect(']');
        if (at >= text.Length || text[at] != '.') return new Filter.ValuePath(path, inner, null);
        at++;
        return Comparison(Path()) is Filter.Compare comparison ? new Filter.ValuePath(path, inner, comparison) : throw Unexpected();
    }

    Filter Comparison(AttributePath path)
    {
        var op = Word().ToLowerInvariant();
        if (op == "pr") return new Filter.Present(path);
        if (op is not ("eq" or "ne" or "co" or "sw" or "ew" or "gt" or "ge" or "lt" or "le")) throw Unexpected();
        var literal = Literal();
        var kind = literal?.GetValueKind();
        if ((op is "co" or "sw" or "ew" && kind != JsonValueKind.String)
            || (op is "gt" or "ge" or "lt" or "le" && kind is not (JsonValueKind.String or JsonValueKind.Number)))
            throw Fault($"{op} can't be used with this value.");
        return new Filter.Compare(path, op, literal);
    }

    AttributePath Path()
    {
        Skip();
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '$' or '_' or '-' or '.' or ':')) at++;
        return AttributePath.TryParse(text[start..at]) ?? throw Unexpected();
    }

    string Word()
    {
        Skip();
        var start = at;
        while (at < text.Length && char.IsAsciiLetter(text[at])) at++;
        return text[start..at];
    }

    // A word ends where no letter follows: `android` does not begin with `and`.
    bool TakeWord(string word)
    {
        var start = at;
        if (Word().Equals(word, StringComparison.OrdinalIgnoreCase)
            && (at == text.Length || char.IsWhiteSpace(text[at]) || text[at] == '(')) return true;
        at = start;
        return false;
    }

    JsonValue? Literal()
    {
        Skip();
        var start = at;
        if (Peek() == '"')
        {
            at++;
            while (at < text.Length && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
            if (at >= text.Length) throw Unexpected();
            at++;
        }
        else
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '-' or '+' or '.')) at++;
        }
        try
        {
            return ScimBody.Parse(text[start..at])?.AsValue();
        }
        catch (Exception broken) when (broken is Problem or InvalidOperationException)
        {
            at = start;
            throw Unexpected();
        }
    }

    char Peek()
    {
        Skip();
        return at < text.Length ? text[at] : '\0';
    }

    void Expect(char c)
    {
        if (Peek() != c) throw Unexpected();
        at++;
    }

    void Skip()
    {
        while (at < text.Length && text[at] == ' ') at++;
    }

    Problem Unexpected() => Fault($"The filter can't be read at character {at + 1}.");

    static Problem Fault(string why) => ScimError.InvalidFilter(why);
}
