using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>
/// A module that is given the name of something must come after the module that makes it. Neither the compiler nor
/// what-if sees this when names are passed rather than outputs: the first deployment into an empty group would.
/// </summary>
internal sealed class OrderCheck(Scope scope, Func<string, BicepFile?> open, Faults faults)
{
    private readonly Dictionary<string, ModuleDecl> _modules =
        scope.File.All<ModuleDecl>().ToDictionary(m => m.Name, StringComparer.Ordinal);

    public void CheckAll()
    {
        foreach (var module in _modules.Values)
        {
            var own = Makes(module);
            foreach (var name in Passed(module).SelectMany(p => p.Names).Where(n => !own.Contains(n)).Distinct())
            {
                var makers = _modules.Values.Where(m => Makes(m).Contains(name)).Select(m => m.Name).ToList();
                if (makers.Count > 0 && !makers.Any(Before(module).Contains))
                    faults.Add(module.Line, $"module '{module.Name}' uses {name}, which module '{makers[0]}' makes: it must depend on it");
            }
        }
    }

    // The names that a module gives to resources of its own.
    private HashSet<string> Makes(ModuleDecl module)
    {
        var named = open(module.Path)?.All<ResourceDecl>().Where(r => !r.Existing)
            .Select(r => Bodies.Of(r.Value, scope).Body?.Find("name")?.Value).OfType<NameExpr>().Select(n => n.Name).ToHashSet() ?? [];
        return [.. Passed(module).Where(p => named.Contains(p.Parameter)).SelectMany(p => p.Names)];
    }

    private IEnumerable<(string Parameter, IEnumerable<string> Names)> Passed(ModuleDecl module) =>
        (Body(module).Find("params")?.Value as ObjectExpr)?.Properties.Select(p => (p.Name!, NamesIn(p.Value))) ?? [];

    private static IEnumerable<string> NamesIn(Expr value) => value switch
    {
        MemberExpr { Target: NameExpr target } member => [$"{target.Name}.{member.Name}"],
        ArrayExpr list => list.Items.SelectMany(NamesIn),
        _ => [],
    };

    private ObjectExpr Body(ModuleDecl module) => Bodies.Of(module.Value, scope).Body!;

    private HashSet<string> Before(ModuleDecl module)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var next = new Queue<ModuleDecl>([module]);
        while (next.TryDequeue(out var at))
        {
            // A mention is a dependency: in dependsOn, or of an output.
            var mentioned = Walk.All(Body(at)).OfType<NameExpr>().Select(n => n.Name);
            foreach (var name in mentioned.Where(n => _modules.ContainsKey(n) && found.Add(n))) next.Enqueue(_modules[name]);
        }
        return found;
    }
}
