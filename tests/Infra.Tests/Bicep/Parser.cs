namespace Latchkey.Infra.Tests.Bicep;

/// <summary>
/// Reads a .bicep or .bicepparam file into <see cref="BicepFile"/>. It knows the statements that the templates in
/// infra/ use and refuses all others (<c>type</c>, <c>func</c>, <c>import</c>, …) rather than skip what it would not check.
/// </summary>
internal sealed class Parser
{
    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private readonly List<Statement> _statements = [];
    private string _targetScope = "resourceGroup";
    private string? _using;

    private Parser(string source)
    {
        _tokens = new TokenReader(new Lexer(source.ReplaceLineEndings("\n")).Read());
        _expressions = new ExpressionParser(_tokens);
    }

    /// <summary>Reads <paramref name="source"/>; throws <see cref="BicepSyntaxException"/> with the line.</summary>
    public static BicepFile Parse(string source)
    {
        var parser = new Parser(source);
        for (parser._tokens.SkipNewLines(); !parser._tokens.AtEnd; parser._tokens.SkipNewLines()) parser.ReadStatement();
        var twice = parser._statements.Where(s => s is not OutputDecl).GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new BicepSyntaxException($"'{twice.Key}' is declared twice", twice.Last().Line);
        return new BicepFile(parser._targetScope, parser._using, parser._statements);
    }

    private void ReadStatement()
    {
        var decorators = ReadDecorators();
        var keyword = _tokens.TakeName();
        switch (keyword.Text)
        {
            case "targetScope":
                _tokens.Take("=");
                _targetScope = _expressions.ReadLiteral();
                break;
            case "using":
                _using = _expressions.ReadLiteral();
                break;
            case "param":
                _statements.Add(ReadParam(keyword, decorators));
                break;
            case "var":
                var name = _tokens.TakeName().Text;
                _tokens.Take("=");
                _statements.Add(new VarDecl(name, _expressions.Read(), decorators, keyword.Line));
                break;
            case "resource":
                _statements.Add(_expressions.ReadResource(keyword, decorators));
                break;
            case "module":
                _statements.Add(ReadModule(keyword, decorators));
                break;
            case "output":
                _statements.Add(ReadOutput(keyword, decorators));
                break;
            default:
                throw new BicepSyntaxException($"this reader does not know '{keyword.Text}'", keyword.Line);
        }
        if (!_tokens.AtEnd && _tokens.Current.Kind != TokenKind.NewLine) throw _tokens.Unexpected("the end of the line");
    }

    private List<CallExpr> ReadDecorators()
    {
        var decorators = new List<CallExpr>();
        while (_tokens.TryTake("@"))
        {
            decorators.Add(_expressions.Read() is CallExpr call ? call : throw _tokens.Unexpected("a decorator"));
            _tokens.SkipNewLines();
        }
        return decorators;
    }

    private Statement ReadParam(Token keyword, IReadOnlyList<CallExpr> decorators)
    {
        var name = _tokens.TakeName().Text;
        if (_using is not null)
        {
            _tokens.Take("=");
            return new ParamValue(name, _expressions.Read(), keyword.Line);
        }
        var type = ReadType();
        var value = _tokens.TryTake("=") ? _expressions.Read() : null;
        return new ParamDecl(name, type, value, decorators, keyword.Line);
    }

    private ModuleDecl ReadModule(Token keyword, IReadOnlyList<CallExpr> decorators)
    {
        var name = _tokens.TakeName().Text;
        var path = _expressions.ReadLiteral();
        _tokens.Take("=");
        return new ModuleDecl(name, path, _expressions.ReadBody(), decorators, keyword.Line);
    }

    private OutputDecl ReadOutput(Token keyword, IReadOnlyList<CallExpr> decorators)
    {
        var name = _tokens.TakeName().Text;
        var type = ReadType();
        _tokens.Take("=");
        return new OutputDecl(name, type, _expressions.Read(), decorators, keyword.Line);
    }

    private string ReadType()
    {
        var type = _tokens.TakeName();
        return type.Text is "string" or "int" or "bool" or "object" or "array"
            ? type.Text
            : throw new BicepSyntaxException($"this reader does not know the type '{type.Text}'", type.Line);
    }
}
