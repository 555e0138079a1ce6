using System.Globalization;

namespace Latchkey.Infra.Tests.Bicep;

/// <summary>Reads expressions. Lambdas and spreads are not read: the templates do without.</summary>
internal sealed class ExpressionParser(TokenReader tokens)
{
    private static readonly string[][] Precedence =
    [
        ["??"], ["||"], ["&&"], ["==", "!=", "=~", "!~"], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"],
    ];

    public Expr Read()
    {
        var condition = ReadBinary(0);
        if (!tokens.TryTakeOnAnyLine("?")) return condition;
        tokens.SkipNewLines();
        var then = Read();
        if (!tokens.TryTakeOnAnyLine(":")) throw tokens.Unexpected("':'");
        tokens.SkipNewLines();
        return new TernaryExpr(condition, then, Read(), condition.Line);
    }

    private Expr ReadBinary(int level)
    {
        if (level == Precedence.Length) return ReadUnary();
        var left = ReadBinary(level + 1);
        while (tokens.Current.Kind == TokenKind.Symbol && Precedence[level].Contains(tokens.Current.Text))
        {
            var op = tokens.Next().Text;
            tokens.SkipNewLines();
            left = new BinaryExpr(op, left, ReadBinary(level + 1), left.Line);
        }
        return left;
    }

    private Expr ReadUnary()
    {
        if (!tokens.Is("!") && !tokens.Is("-")) return ReadPostfix(ReadPrimary());
        var op = tokens.Next();
        return new UnaryExpr(op.Text, ReadUnary(), op.Line);
    }

    private Expr ReadPostfix(Expr target)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.TryTake(".") || tokens.TryTake(".?"))
            {
                var name = tokens.TakeName().Text;
                target = tokens.Is("(") ? new CallExpr(target, name, ReadArguments(), line) : new MemberExpr(target, name, line);
            }
            else if (tokens.TryTake("::")) target = new NestedExpr(target, tokens.TakeName().Text, line);
            else if (tokens.TryTake("[") || tokens.TryTake("[?"))
            {
                target = new IndexExpr(target, Read(), line);
                tokens.Take("]");
            }
            else if (!tokens.TryTake("!")) return target;
        }
    }

    private Expr ReadPrimary()
    {
        var token = tokens.Current;
        if (token.Kind == TokenKind.String) return ReadString(tokens.Next());
        if (token.Kind == TokenKind.Number)
            return new IntExpr(long.Parse(tokens.Next().Text, CultureInfo.InvariantCulture), token.Line);
        if (tokens.Is("{")) return ReadObject();
        if (tokens.Is("[")) return ReadArray();
        if (token.Kind == TokenKind.Name) return ReadName();
        if (!tokens.TryTake("(")) throw tokens.Unexpected("a value");
        tokens.SkipNewLines();
        var inner = Read();
        tokens.SkipNewLines();
        tokens.Take(")");
        return inner;
    }

    private Expr ReadName()
    {
        var token = tokens.TakeName();
        return token.Text switch
        {
            "true" or "false" => new BoolExpr(token.Text == "true", token.Line),
            "null" => new NullExpr(token.Line),
            _ when tokens.Is("(") => new CallExpr(null, token.Text, ReadArguments(), token.Line),
            _ => new NameExpr(token.Text, token.Line),
        };
    }

    private static StringExpr ReadString(Token token) =>
        new([.. token.Parts!.Select(p => p.IsHole ? new StringPart("", ReadHole(p)) : new StringPart(p.Text, null))], token.Line);

    private static Expr ReadHole(RawPart part)
    {
        var inner = new TokenReader(new Lexer(part.Text, part.Line).Read());
        var value = new ExpressionParser(inner).Read();
        return inner.AtEnd ? value : throw inner.Unexpected("'}'");
    }

    public List<Expr> ReadArguments()
    {
        tokens.Take("(");
        var arguments = new List<Expr>();
        for (tokens.SkipNewLines(); !tokens.TryTake(")"); tokens.SkipNewLines())
        {
            arguments.Add(Read());
            tokens.SkipNewLines();
            if (!tokens.Is(")")) tokens.Take(",");
        }
        return arguments;
    }

    private Expr ReadArray()
    {
        var line = tokens.Take("[").Line;
        tokens.SkipNewLines();
        if (tokens.Is("for"))
        {
            var loop = ReadFor();
            tokens.SkipNewLines();
            tokens.Take("]");
            return loop;
        }
        var items = new List<Expr>();
        for (; !tokens.TryTake("]"); tokens.SkipNewLines())
        {
            items.Add(Read());
            tokens.TakeEnd("]");
        }
        return new ArrayExpr(items, line);
    }

    private ForExpr ReadFor()
    {
        var line = tokens.Take("for").Line;
        string item;
        string? index = null;
        if (tokens.TryTake("("))
        {
            item = tokens.TakeName().Text;
            tokens.Take(",");
            index = tokens.TakeName().Text;
            tokens.Take(")");
        }
        else item = tokens.TakeName().Text;
        tokens.Take("in");
        var source = Read();
        tokens.Take(":");
        var body = ReadBody();
        return body is IfExpr guarded
            ? new ForExpr(item, index, source, guarded.Condition, guarded.Body, line)
            : new ForExpr(item, index, source, null, body, line);
    }

    /// <summary>What may stand after the <c>=</c> of a resource or module, and after a loop's colon.</summary>
    public Expr ReadBody()
    {
        var line = tokens.Current.Line;
        if (!tokens.TryTake("if")) return Read();
        tokens.Take("(");
        var condition = Read();
        tokens.Take(")");
        return new IfExpr(condition, Read(), line);
    }

    private ObjectExpr ReadObject()
    {
        var line = tokens.Take("{").Line;
        var properties = new List<Property>();
        var nested = new List<ResourceDecl>();
        for (tokens.SkipNewLines(); !tokens.TryTake("}"); tokens.SkipNewLines())
        {
            var key = tokens.Next();
            if (key is { Kind: TokenKind.Name, Text: "resource" } && !tokens.Is(":")) nested.Add(ReadResource(key, []));
            else properties.Add(ReadProperty(key));
            tokens.TakeEnd("}");
        }
        var twice = properties.GroupBy(p => p.Name).FirstOrDefault(g => g.Key is not null && g.Count() > 1);
        if (twice is not null) throw new BicepSyntaxException($"'{twice.Key}' is set twice", twice.Last().Line);
        return new ObjectExpr(properties, nested, line);
    }

    private Property ReadProperty(Token key)
    {
        var name = key.Kind switch
        {
            TokenKind.Name => key.Text,
            TokenKind.String => ReadString(key).Literal,
            _ => throw new BicepSyntaxException($"expected a property, found '{key.Text}'", key.Line),
        };
        tokens.Take(":");
        return new Property(name, Read(), key.Line);
    }

    /// <summary><c>resource name 'type' [existing] = body</c>, after its keyword.</summary>
    public ResourceDecl ReadResource(Token keyword, IReadOnlyList<CallExpr> decorators)
    {
        var name = tokens.TakeName().Text;
        var type = ReadLiteral();
        var existing = tokens.TryTake("existing");
        tokens.Take("=");
        return new ResourceDecl(name, type, existing, ReadBody(), decorators, keyword.Line);
    }

    /// <summary>A string without holes.</summary>
    public string ReadLiteral()
    {
        if (tokens.Current.Kind != TokenKind.String) throw tokens.Unexpected("a string");
        var token = tokens.Next();
        return ReadString(token).Literal ?? throw new BicepSyntaxException("no interpolation here", token.Line);
    }
}
