namespace Latchkey.Infra.Tests.Bicep;

/// <summary>A place in a list of tokens, shared by the readers of statements and of expressions.</summary>
internal sealed class TokenReader(IReadOnlyList<Token> tokens)
{
    private int _at;

    public Token Current => tokens[_at];

    public bool AtEnd => Current.Kind == TokenKind.End;

    public bool Is(string text) => Current.Kind is TokenKind.Symbol or TokenKind.Name && Current.Text == text;

    public Token Next()
    {
        var token = tokens[_at];
        if (token.Kind != TokenKind.End) _at++;
        return token;
    }

    public bool TryTake(string text)
    {
        if (!Is(text)) return false;
        _at++;
        return true;
    }

    /// <summary>Takes <paramref name="text"/> even if line breaks stand before it; otherwise takes nothing.</summary>
    public bool TryTakeOnAnyLine(string text)
    {
        var before = _at;
        SkipNewLines();
        if (TryTake(text)) return true;
        _at = before;
        return false;
    }

    public Token Take(string text) => Is(text) ? Next() : throw Unexpected($"'{text}'");

    public Token TakeName() => Current.Kind == TokenKind.Name ? Next() : throw Unexpected("a name");

    public void SkipNewLines()
    {
        while (Current.Kind == TokenKind.NewLine) _at++;
    }

    /// <summary>A statement, property or item ends where its line does, or where what encloses it does.</summary>
    public void TakeEnd(string closing)
    {
        if (Current.Kind is TokenKind.NewLine or TokenKind.End || Is(closing) || TryTake(",")) return;
        throw Unexpected("the end of the line");
    }

    public BicepSyntaxException Unexpected(string wanted) =>
        new($"expected {wanted}, found {(AtEnd ? "the end of the file" : $"'{Current.Text}'")}", Current.Line);
}
