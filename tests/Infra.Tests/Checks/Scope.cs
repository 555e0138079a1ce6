using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>What a name stands for at one place of a file: a declaration, or a loop's variable.</summary>
internal sealed class Scope
{
    private readonly Dictionary<string, Statement> _declared;
    private readonly Dictionary<string, ResourceDecl> _outer = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Expr?> _loop = new(StringComparer.Ordinal);

    public Scope(BicepFile file)
    {
        File = file;
        _declared = file.Statements.Where(s => s is not OutputDecl).ToDictionary(s => s.Name, StringComparer.Ordinal);
    }

    private Scope(Scope outer)
    {
        File = outer.File;
        _declared = outer._declared;
        _outer = new(outer._outer, StringComparer.Ordinal);
        _loop = new(outer._loop, StringComparer.Ordinal);
    }

    public BicepFile File { get; }

    public bool IsLoopVariable(string name) => _loop.ContainsKey(name);

    /// <summary>The list that a loop's variable runs over, as written; null for an index.</summary>
    public Expr? LoopSource(string name) => _loop.GetValueOrDefault(name);

    public T? Find<T>(string name) where T : Statement =>
        IsLoopVariable(name) ? null : (_outer.GetValueOrDefault(name) as T) ?? _declared.GetValueOrDefault(name) as T;

    /// <summary>The scope inside <paramref name="loop"/>.</summary>
    public Scope Inside(ForExpr loop)
    {
        var inner = new Scope(this) { _loop = { [loop.Item] = loop.Source } };
        if (loop.Index is not null) inner._loop[loop.Index] = null;
        return inner;
    }

    /// <summary>The scope inside a resource's body, where its nested resources have names too.</summary>
    public Scope Inside(ObjectExpr body)
    {
        if (body.Nested.Count == 0) return this;
        var inner = new Scope(this);
        foreach (var nested in body.Nested) inner._outer[nested.Name] = nested;
        return inner;
    }

    /// <summary>The resource that <c>name</c>, <c>name[i]</c> or <c>name::child</c> stands for.</summary>
    public ResourceDecl? Resource(Expr expr) => expr switch
    {
        NameExpr name => Find<ResourceDecl>(name.Name),
        IndexExpr { Target: NameExpr name } => Find<ResourceDecl>(name.Name),
        NestedExpr nested => Resource(nested.Target) is { } parent
            ? Bodies.Of(parent.Value, this).Body?.Nested.FirstOrDefault(r => r.Name == nested.Name)
            : null,
        _ => null,
    };

    /// <summary><c>Provider/type@version</c> of a resource; for a nested one, built from the resources around it.</summary>
    public string TypeOf(ResourceDecl resource)
    {
        // A nested resource's type is one segment.
        if (resource.Type.Contains('/', StringComparison.Ordinal)) return resource.Type;
        var around = File.All<ResourceDecl>().FirstOrDefault(r => Bodies.Of(r.Value, this).Body?.Nested.Contains(resource) == true);
        if (around is null) return resource.Type;
        var outer = TypeOf(around).Split('@');
        var own = resource.Type.Split('@');
        return $"{outer[0]}/{own[0]}@{(own.Length > 1 ? own[1] : outer[^1])}";
    }
}

/// <summary>The object inside a resource's or module's loop and condition, and the scope it is in.</summary>
internal static class Bodies
{
    public static (ObjectExpr? Body, Scope Scope) Of(Expr value, Scope scope) => value switch
    {
        ObjectExpr body => (body, scope.Inside(body)),
        IfExpr guarded => Of(guarded.Body, scope),
        ForExpr loop => Of(loop.Body, scope.Inside(loop)),
        _ => (null, scope),
    };
}
