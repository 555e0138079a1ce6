using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>Holds what is passed to a file, by a module or by a .bicepparam file, against the parameters that it declares.</summary>
internal sealed class ModuleCheck(Faults faults)
{
    /// <summary>Checks one set of parameters. <paramref name="line"/> is where the absence of one is reported.</summary>
    public void CheckParameters(BicepFile target, IReadOnlyList<Property> passed, Scope scope, string name, int line)
    {
        var declared = target.All<ParamDecl>().ToDictionary(p => p.Name, StringComparer.Ordinal);
        foreach (var property in passed)
        {
            if (property.Name is not null && declared.TryGetValue(property.Name, out var param)) CheckValue(param, property.Value, scope);
            else faults.Add(property.Line, $"{name} has no parameter '{property.Name}'");
        }
        foreach (var param in declared.Values.Where(p => p.Required && passed.All(x => x.Name != p.Name)))
            faults.Add(line, $"{name} requires the parameter '{param.Name}'");
    }

    /// <summary>Kind, <c>@allowed</c>, and the bounds of literals.</summary>
    public void CheckValue(ParamDecl param, Expr value, Scope scope)
    {
        foreach (var possible in Values.Of(value, scope))
        {
            var kind = Values.KindOf(possible, scope);
            if (kind != Kind.Any && kind != Values.Named(param.Type))
                faults.Add(value.Line, $"'{param.Name}' is {param.Type}; it is given {kind}");
            else if (param.Decorator("allowed")?.Arguments is [ArrayExpr allowed] && Literal(possible) is { } literal
                && !allowed.Items.Any(a => literal.Equals(Literal(a))))
                faults.Add(value.Line, $"'{param.Name}' does not allow {literal}");
            else CheckBounds(param, possible);
        }
    }

    private void CheckBounds(ParamDecl param, Expr value)
    {
        var (size, least, most) = value switch
        {
            IntExpr number => (number.Value, "minValue", "maxValue"),
            StringExpr { Literal: { } text } => (text.Length, "minLength", "maxLength"),
            ArrayExpr list => (list.Items.Count, "minLength", "maxLength"),
            _ => (0, "", ""),
        };
        if (param.Decorator(least)?.Arguments is [IntExpr min] && size < min.Value)
            faults.Add(value.Line, $"'{param.Name}' is at least {min.Value}");
        if (param.Decorator(most)?.Arguments is [IntExpr max] && size > max.Value)
            faults.Add(value.Line, $"'{param.Name}' is at most {max.Value}");
    }

    private static object? Literal(Expr value) => value switch
    {
        StringExpr text => text.Literal,
        IntExpr number => number.Value,
        BoolExpr flag => flag.Value,
        _ => null,
    };
}
