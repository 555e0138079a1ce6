using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>
/// What the Bicep compiler would say of a template, as far as types go: it stands in for the compiler where that can't be
/// had. It does not evaluate, and knows nothing of what Azure itself checks (regions, quotas, names already taken).
/// </summary>
internal sealed class TemplateCheck
{
    private readonly Func<string, string?> _read;
    private readonly List<Fault> _faults = [];
    private readonly Dictionary<string, BicepFile?> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);

    private TemplateCheck(Func<string, string?> read) => _read = read;

    /// <summary>Checks a .bicep or .bicepparam file and every file that it uses. Paths are relative and use '/'.</summary>
    public static IReadOnlyList<Fault> Check(string path, Func<string, string?> read)
    {
        var check = new TemplateCheck(read);
        check.CheckFile(path);
        return check._faults;
    }

    private void CheckFile(string path)
    {
        if (!_checked.Add(path)) return;
        if (Open(path) is not { } file) return;
        var faults = new Faults(path);
        var scope = new Scope(file);
        BicepFile? OpenBeside(string other) => Open(Beside(path, other));
        if (file.Using is not null) CheckParameterFile(file, scope, OpenBeside(file.Using), faults);
        else CheckTemplate(file, scope, OpenBeside, faults);
        new SymbolCheck(scope, OpenBeside, faults).CheckAll();
        _faults.AddRange(faults.All.OrderBy(f => f.Line));
        foreach (var used in file.All<ModuleDecl>().Select(m => m.Path).Append(file.Using).OfType<string>()) CheckFile(Beside(path, used));
    }

    private static void CheckTemplate(BicepFile file, Scope scope, Func<string, BicepFile?> open, Faults faults)
    {
        var modules = new ModuleCheck(faults);
        new ResourceCheck(scope, faults).CheckAll();
        foreach (var param in file.All<ParamDecl>().Where(p => p.Default is not null)) modules.CheckValue(param, param.Default!, scope);
        foreach (var module in file.All<ModuleDecl>())
        {
            var (body, inner) = Bodies.Of(module.Value, scope);
            if (body is null || open(module.Path) is not { } target) continue;
            foreach (var property in body.Properties.Where(p => p.Name is not ("name" or "scope" or "params" or "dependsOn")))
                faults.Add(property.Line, $"a module has no '{property.Name}'");
            var passed = (body.Find("params")?.Value as ObjectExpr)?.Properties ?? [];
            modules.CheckParameters(target, passed, inner, $"module '{module.Name}'", module.Line);
            CheckModuleScope(file, target, module, body, faults);
        }
        new OrderCheck(scope, open, faults).CheckAll();
    }

    private static void CheckModuleScope(BicepFile file, BicepFile target, ModuleDecl module, ObjectExpr body, Faults faults)
    {
        if (body.Find("scope") is null && file.TargetScope != target.TargetScope)
            faults.Add(module.Line, $"module '{module.Name}' is for a {target.TargetScope}: it needs a scope");
    }

    private static void CheckParameterFile(BicepFile file, Scope scope, BicepFile? target, Faults faults)
    {
        if (target is null) return;
        var passed = file.All<ParamValue>().Select(v => new Property(v.Name, v.Value, v.Line)).ToList();
        new ModuleCheck(faults).CheckParameters(target, passed, scope, file.Using!, 1);
    }

    private BicepFile? Open(string path)
    {
        if (_files.TryGetValue(path, out var known)) return known;
        try
        {
            var source = _read(path) ?? throw new BicepSyntaxException("there is no such file", 0);
            return _files[path] = Parser.Parse(source);
        }
        catch (BicepSyntaxException e)
        {
            _faults.Add(new Fault(path, 0, e.Message));
            return _files[path] = null;
        }
    }

    private static string Beside(string path, string other)
    {
        var parts = new List<string>(path.Split('/')[..^1]);
        foreach (var part in other.Split('/'))
        {
            if (part == "..") parts.RemoveAt(parts.Count - 1);
            else if (part != ".") parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
