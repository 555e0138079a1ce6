using System.Security.Cryptography;
using System.Text;
using Latchkey.Infra.Tests.Bicep;
using Latchkey.Infra.Tests.Checks;

namespace Latchkey.Infra.Tests.Evaluation;

/// <summary>
/// Works out the values of a template as Resource Manager would, as far as they are known before deployment.
/// A value is a string, a long, a bool, a list or a dictionary; what only Azure knows (an endpoint, a client id) becomes
/// <c>‹resource name›.properties.…</c>, so that a test still sees where it comes from.
/// </summary>
internal sealed class Evaluator(string path, IReadOnlyDictionary<string, object?> parameters, Func<string, string?> read)
{
    private const string Subscription = "6f0e0a7e-9a64-4ab1-bf33-4ab5b4d0c3f1";

    private string Folder => Path.GetDirectoryName(path)!.Replace('\\', '/');

    private readonly BicepFile _file = Parser.Parse(read(path)!);

    /// <summary>Every resource and, through the modules, theirs: those whose condition holds, loops unrolled.</summary>
    public IEnumerable<DeployedResource> Resources()
    {
        var scope = new Scope(_file);
        foreach (var resource in _file.All<ResourceDecl>().Where(r => !r.Existing))
        {
            foreach (var (body, loop) in Unroll(resource.Value, []))
            {
                if (body.Nested.Any(n => !n.Existing)) throw new NotSupportedException($"{path}({body.Line}): declare it with a parent");
                yield return new DeployedResource(path, scope.TypeOf(resource), (Dictionary<string, object?>)Evaluate(body, loop)!);
            }
        }
        foreach (var module in _file.All<ModuleDecl>())
        {
            foreach (var inner in Unroll(module.Value, []).SelectMany(b => Module(module, b.Body, b.Loop).Resources())) yield return inner;
        }
    }

    private IEnumerable<(ObjectExpr Body, Dictionary<string, object?> Loop)> Unroll(Expr value, Dictionary<string, object?> loop) =>
        value switch
    {
        IfExpr guarded => Equals(Evaluate(guarded.Condition, loop), true) ? Unroll(guarded.Body, loop) : [],
        ForExpr each => ((IReadOnlyList<object?>)Evaluate(each.Source, loop)!)
            .SelectMany((item, i) => Unroll(each.Body, Bound(each, item, i, loop))),
        _ => [((ObjectExpr)value, loop)],
    };

    private static Dictionary<string, object?> Bound(ForExpr each, object? item, int index, Dictionary<string, object?> loop)
    {
        var inner = new Dictionary<string, object?>(loop) { [each.Item] = item };
        if (each.Index is not null) inner[each.Index] = (long)index;
        return inner;
    }

    private Evaluator Module(ModuleDecl module, ObjectExpr body, Dictionary<string, object?> loop)
    {
        var passed = (ObjectExpr?)body.Find("params")?.Value;
        var values = passed?.Properties.ToDictionary(p => p.Name!, p => Evaluate(p.Value, loop)) ?? [];
        return new Evaluator($"{Folder}/{module.Path}", values, read);
    }

    /// <summary>The value of an expression; <paramref name="loop"/> holds the loops' variables.</summary>
    public object? Evaluate(Expr expr, Dictionary<string, object?> loop) => expr switch
    {
        StringExpr text => string.Concat(text.Parts.Select(p => p.Hole is null ? p.Text : Evaluate(p.Hole, loop))),
        IntExpr number => number.Value,
        BoolExpr flag => flag.Value,
        NullExpr => null,
        ArrayExpr list => list.Items.Select(i => Evaluate(i, loop)).ToList(),
        ObjectExpr body => body.Properties.ToDictionary(p => p.Name ?? "", p => Evaluate(p.Value, loop)),
        TernaryExpr choice => Evaluate(Equals(Evaluate(choice.Condition, loop), true) ? choice.Then : choice.Else, loop),
        UnaryExpr { Operator: "!" } not => !(bool)Evaluate(not.Operand, loop)!,
        BinaryExpr { Operator: "==" } same => Equals(Evaluate(same.Left, loop), Evaluate(same.Right, loop)),
        BinaryExpr { Operator: ">" } more => (long)Evaluate(more.Left, loop)! > (long)Evaluate(more.Right, loop)!,
        NameExpr name => EvaluateName(name, loop),
        IndexExpr { Target: NameExpr } index => $"‹{((NameExpr)index.Target).Name}[{Evaluate(index.Index, loop)}]›",
        NestedExpr nested => $"{Evaluate(nested.Target, loop)}::{nested.Name}",
        MemberExpr member => EvaluateMember(member, loop),
        CallExpr { Target: null, Name: "loadTextContent", Arguments: [StringExpr file] } => read($"{Folder}/{file.Literal}"),
        CallExpr { Target: null } call => Call(call.Name, [.. call.Arguments.Select(a => Evaluate(a, loop))]),
        _ => throw new NotSupportedException($"{path}({expr.Line}): {expr.GetType().Name}"),
    };

    private object? EvaluateName(NameExpr name, Dictionary<string, object?> loop)
    {
        if (loop.TryGetValue(name.Name, out var item)) return item;
        if (parameters.TryGetValue(name.Name, out var value)) return value;
        return _file.Statements.First(s => s.Name == name.Name && s is not OutputDecl) switch
        {
            ParamDecl param => Evaluate(param.Default!, []),
            VarDecl variable => Evaluate(variable.Value, []),
            ResourceDecl resource => $"‹{ResourceName(resource, loop)}›",
            _ => $"‹{name.Name}›",
        };
    }

    private object? ResourceName(ResourceDecl resource, Dictionary<string, object?> loop) =>
        Bodies.Of(resource.Value, new Scope(_file)).Body?.Find("name") is { } named && resource.Value is not ForExpr
            ? Evaluate(named.Value, loop)
            : resource.Name;

    private object? EvaluateMember(MemberExpr member, Dictionary<string, object?> loop)
    {
        if (member.Target is MemberExpr { Name: "outputs", Target: NameExpr name }
            && _file.All<ModuleDecl>().FirstOrDefault(m => m.Name == name.Name) is { } module)
        {
            var inner = Module(module, Bodies.Of(module.Value, new Scope(_file)).Body!, loop);
            return inner.Evaluate(inner._file.All<OutputDecl>().Single(o => o.Name == member.Name).Value, []);
        }
        if (member is { Name: "name", Target: NameExpr resource }
            && _file.All<ResourceDecl>().FirstOrDefault(r => r.Name == resource.Name) is { } known)
            return ResourceName(known, loop);
        var target = Evaluate(member.Target, loop);
        return target is Dictionary<string, object?> body ? body[member.Name] : $"{target}.{member.Name}";
    }

    private static object? Call(string name, object?[] arguments) => name switch
    {
        "concat" => arguments.Cast<IReadOnlyList<object?>>().SelectMany(list => list).ToList(),
        "empty" => arguments[0] is null or "" or IReadOnlyCollection<object?> { Count: 0 },
        "environment" => One("suffixes", One("storage", "core.windows.net")),
        "guid" => new Guid(Hash(arguments)[..16]).ToString(),
        "replace" => ((string)arguments[0]!).Replace((string)arguments[1]!, (string)arguments[2]!, StringComparison.Ordinal),
        "subscription" => new Dictionary<string, object?>
        {
            ["id"] = $"/subscriptions/{Subscription}",
            ["subscriptionId"] = Subscription,
        },
        "toLower" => ((string)arguments[0]!).ToLowerInvariant(),
        "union" => arguments.Cast<Dictionary<string, object?>>().SelectMany(d => d)
            .GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value),
        "uniqueString" => UniqueString(arguments),
        _ => $"{name}({string.Join(", ", arguments)})",
    };

    private static Dictionary<string, object?> One(string key, object? value) => new() { [key] = value };

    // Not Azure's function: one of the same shape, 13 characters of a–z and 2–7, the same for the same arguments.
    private static string UniqueString(object?[] arguments) =>
        string.Concat(Hash(arguments).Take(13).Select(b => "abcdefghijklmnopqrstuvwxyz234567"[b % 32]));

    private static byte[] Hash(object?[] arguments) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', arguments)));
}

/// <summary>A resource that a deployment makes, with its evaluated body.</summary>
internal sealed record DeployedResource(string File, string Type, Dictionary<string, object?> Body)
{
    /// <summary>The type without its version.</summary>
    public string Kind => Type.Split('@')[0];

    public string Name => (string)Body["name"]!;

    /// <summary>A value inside the body, e.g. <c>properties.sku.name</c>; null when it is not set.</summary>
    public object? At(string place) => place.Split('.').Aggregate((object?)Body, (at, key) =>
        at is Dictionary<string, object?> body ? body.GetValueOrDefault(key) : null);
}
