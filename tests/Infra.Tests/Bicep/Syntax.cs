namespace Latchkey.Infra.Tests.Bicep;

/// <summary>A node of a Bicep file, with the line (from 1) it starts on.</summary>
internal abstract record Node(int Line);

/// <summary>An expression: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file .</summary>
internal abstract record Expr(int Line) : Node(Line);

/// <summary>A string: literal text and interpolated expressions, in order.</summary>
internal sealed record StringExpr(IReadOnlyList<StringPart> Parts, int Line) : Expr(Line)
{
    /// <summary>The text, when nothing is interpolated; otherwise null.</summary>
    public string? Literal => Parts.All(p => p.Hole is null) ? string.Concat(Parts.Select(p => p.Text)) : null;
}

/// <summary>Literal text, or one interpolated expression.</summary>
internal sealed record StringPart(string Text, Expr? Hole);

internal sealed record IntExpr(long Value, int Line) : Expr(Line);

internal sealed record BoolExpr(bool Value, int Line) : Expr(Line);

internal sealed record NullExpr(int Line) : Expr(Line);

internal sealed record ArrayExpr(IReadOnlyList<Expr> Items, int Line) : Expr(Line);

/// <summary>An object body. A resource's body may also declare resources of its own (<paramref name="Nested"/>).</summary>
internal sealed record ObjectExpr(IReadOnlyList<Property> Properties, IReadOnlyList<ResourceDecl> Nested, int Line) : Expr(Line)
{
    public Property? Find(string name) => Properties.FirstOrDefault(p => p.Name == name);
}

/// <summary>A property. <paramref name="Name"/> is null when the key is interpolated.</summary>
internal sealed record Property(string? Name, Expr Value, int Line) : Node(Line);

/// <summary><c>for item in source: body</c> or <c>for (item, index) in source: if (condition) body</c>.</summary>
internal sealed record ForExpr(string Item, string? Index, Expr Source, Expr? Condition, Expr Body, int Line) : Expr(Line);

/// <summary><c>if (condition) body</c>, the form of a conditional resource or module.</summary>
internal sealed record IfExpr(Expr Condition, Expr Body, int Line) : Expr(Line);

internal sealed record NameExpr(string Name, int Line) : Expr(Line);

/// <summary><c>target.name</c> or <c>target.?name</c>.</summary>
internal sealed record MemberExpr(Expr Target, string Name, int Line) : Expr(Line);

/// <summary><c>target[index]</c>.</summary>
internal sealed record IndexExpr(Expr Target, Expr Index, int Line) : Expr(Line);

/// <summary><c>target::name</c>: a resource declared inside another one.</summary>
internal sealed record NestedExpr(Expr Target, string Name, int Line) : Expr(Line);

/// <summary><c>name(arguments)</c> or <c>target.name(arguments)</c>.</summary>
internal sealed record CallExpr(Expr? Target, string Name, IReadOnlyList<Expr> Arguments, int Line) : Expr(Line);

internal sealed record UnaryExpr(string Operator, Expr Operand, int Line) : Expr(Line);

internal sealed record BinaryExpr(string Operator, Expr Left, Expr Right, int Line) : Expr(Line);

internal sealed record TernaryExpr(Expr Condition, Expr Then, Expr Else, int Line) : Expr(Line);

/// <summary>A top-level statement, with the decorators above it.</summary>
internal abstract record Statement(string Name, IReadOnlyList<CallExpr> Decorators, int Line) : Node(Line)
{
    public CallExpr? Decorator(string name) => Decorators.FirstOrDefault(d => d.Name == name);
}

internal sealed record ParamDecl(string Name, string Type, Expr? Default, IReadOnlyList<CallExpr> Decorators, int Line)
    : Statement(Name, Decorators, Line)
{
    /// <summary>Whether whoever uses the file must pass it.</summary>
    public bool Required => Default is null;
}

internal sealed record VarDecl(string Name, Expr Value, IReadOnlyList<CallExpr> Decorators, int Line) : Statement(Name, Decorators, Line);

/// <summary><paramref name="Type"/> is as written: <c>Provider/type@version</c>, or the last segment for a nested one.</summary>
internal sealed record ResourceDecl(string Name, string Type, bool Existing, Expr Value, IReadOnlyList<CallExpr> Decorators, int Line)
    : Statement(Name, Decorators, Line);

internal sealed record ModuleDecl(string Name, string Path, Expr Value, IReadOnlyList<CallExpr> Decorators, int Line)
    : Statement(Name, Decorators, Line);

internal sealed record OutputDecl(string Name, string Type, Expr Value, IReadOnlyList<CallExpr> Decorators, int Line)
    : Statement(Name, Decorators, Line);

/// <summary><c>param name = value</c> of a .bicepparam file.</summary>
internal sealed record ParamValue(string Name, Expr Value, int Line) : Statement(Name, [], Line);

/// <summary>One read file. <paramref name="Using"/> is set for a .bicepparam file only.</summary>
internal sealed record BicepFile(string TargetScope, string? Using, IReadOnlyList<Statement> Statements)
{
    public IEnumerable<T> All<T>() where T : Statement => Statements.OfType<T>();
}

/// <summary>The file is not Bicep, or uses a part of Bicep that this reader does not know.</summary>
internal sealed class BicepSyntaxException(string message, int line) : Exception($"line {line}: {message}");
