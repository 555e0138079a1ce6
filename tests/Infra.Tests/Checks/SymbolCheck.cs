using Azure.Bicep.Types.Concrete;
using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>Every name that a file uses is declared, and every name that it declares is used.</summary>
internal sealed class SymbolCheck(Scope scope, Func<string, BicepFile?> open, Faults faults)
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public void CheckAll()
    {
        foreach (var statement in scope.File.Statements)
        {
            foreach (var value in ValuesOf(statement)) Visit(value, scope);
        }
        var unused = scope.File.Statements
            .Where(s => s is ParamDecl or VarDecl or ResourceDecl { Existing: true } && !_used.Contains(s.Name));
        foreach (var statement in unused) faults.Add(statement.Line, $"'{statement.Name}' is declared and never used");
    }

    private static IEnumerable<Expr> ValuesOf(Statement statement) => statement switch
    {
        ParamDecl param => param.Default is null ? [] : [param.Default],
        VarDecl variable => [variable.Value],
        ResourceDecl resource => [resource.Value],
        ModuleDecl module => [module.Value],
        OutputDecl output => [output.Value],
        ParamValue value => [value.Value],
        _ => [],
    };

    private void Visit(Expr expr, Scope at)
    {
        switch (expr)
        {
            case NameExpr name:
                VisitName(name, at);
                break;
            case MemberExpr member:
                if (!VisitModuleOutput(member, at)) VisitMember(member, at);
                break;
            case ForExpr loop:
                Visit(loop.Source, at);
                if (loop.Condition is not null) Visit(loop.Condition, at.Inside(loop));
                Visit(loop.Body, at.Inside(loop));
                break;
            case ObjectExpr body:
                var inner = at.Inside(body);
                foreach (var property in body.Properties) Visit(property.Value, inner);
                foreach (var nested in body.Nested) Visit(nested.Value, inner);
                break;
            case CallExpr { Target: null } call when !Values.Functions.ContainsKey(call.Name):
                faults.Add(call.Line, $"no function '{call.Name}' is known here");
                break;
            default:
                foreach (var child in Walk.Children(expr)) Visit(child, at);
                break;
        }
    }

    private void VisitName(NameExpr name, Scope at)
    {
        if (at.IsLoopVariable(name.Name)) return;
        _used.Add(name.Name);
        if (at.Find<Statement>(name.Name) is null) faults.Add(name.Line, $"'{name.Name}' is not declared");
    }

    private bool VisitModuleOutput(MemberExpr member, Scope at)
    {
        if (member.Target is not MemberExpr { Name: "outputs", Target: NameExpr name } || at.Find<ModuleDecl>(name.Name) is not { } module)
            return false;
        var declared = open(module.Path)?.All<OutputDecl>().Any(o => o.Name == member.Name);
        if (declared == false) faults.Add(member.Line, $"module '{module.Name}' has no output '{member.Name}'");
        return true;
    }

    private void VisitMember(MemberExpr member, Scope at)
    {
        var path = new Stack<string>();
        Expr root = member;
        while (root is MemberExpr { } step)
        {
            path.Push(step.Name);
            root = step.Target;
        }
        Visit(root, at);
        if (at.Resource(root) is { } resource && AzureTypes.All.Find(scope.TypeOf(resource))?.Body.Type is ObjectType type)
            VisitPath(path, type, resource.Name, member.Line);
        else if (root is NameExpr name && Values.Of(name, at).Any(v => v is ObjectExpr body && body.Find(path.Peek()) is null))
            faults.Add(member.Line, $"'{name.Name}' has no '{path.Peek()}'");
    }

    private void VisitPath(Stack<string> path, TypeBase type, string place, int line)
    {
        foreach (var name in path)
        {
            if (type is not ObjectType known || known.AdditionalProperties is not null) return;
            if (!known.Properties.TryGetValue(name, out var property))
            {
                faults.Add(line, $"{place} has no property '{name}' to read");
                return;
            }
            if (property.Flags.HasFlag(ObjectTypePropertyFlags.WriteOnly)) faults.Add(line, $"{place}.{name} can't be read");
            (type, place) = (property.Type.Type, $"{place}.{name}");
        }
    }
}
