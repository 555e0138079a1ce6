using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

internal enum Kind { Any, String, Int, Bool, Object, Array, Null }

/// <summary>What an expression may turn out to be: literals where the file says so, otherwise a kind.</summary>
internal static class Values
{
    /// <summary>Bicep's functions that the templates use, with what they return.</summary>
    public static IReadOnlyDictionary<string, Kind> Functions { get; } = new Dictionary<string, Kind>(StringComparer.Ordinal)
    {
        ["concat"] = Kind.Array,
        ["empty"] = Kind.Bool,
        ["environment"] = Kind.Object,
        ["guid"] = Kind.String,
        ["loadTextContent"] = Kind.String,
        ["readEnvironmentVariable"] = Kind.String,
        ["replace"] = Kind.String,
        ["resourceId"] = Kind.String,
        ["subscription"] = Kind.Object,
        ["subscriptionResourceId"] = Kind.String,
        ["tenant"] = Kind.Object,
        ["toLower"] = Kind.String,
        ["union"] = Kind.Object,
        ["uniqueString"] = Kind.String,
    };

    /// <summary>Follows conditions, variables, loop variables and members to every value that can come out.</summary>
    public static IEnumerable<Expr> Of(Expr expr, Scope scope) => expr switch
    {
        TernaryExpr choice => Of(choice.Then, scope).Concat(Of(choice.Else, scope)),
        NameExpr name => OfName(name, scope),
        MemberExpr member => OfMember(member, scope),
        _ => [expr],
    };

    private static IEnumerable<Expr> OfName(NameExpr name, Scope scope)
    {
        if (scope.LoopSource(name.Name) is { } source)
        {
            return Of(source, scope).SelectMany(s => s is ArrayExpr list ? list.Items.SelectMany(i => Of(i, scope)) : [name]);
        }
        if (scope.Find<VarDecl>(name.Name) is { } variable) return Of(variable.Value, scope);
        return scope.Find<ParamDecl>(name.Name)?.Decorator("allowed")?.Arguments is [ArrayExpr allowed] ? allowed.Items : [name];
    }

    private static IEnumerable<Expr> OfMember(MemberExpr member, Scope scope) => Of(member.Target, scope).SelectMany(target =>
        target is ObjectExpr body && body.Find(member.Name) is { } property ? Of(property.Value, scope) : [member]);

    /// <summary>The kind of an expression that <see cref="Of"/> could not follow further.</summary>
    public static Kind KindOf(Expr expr, Scope scope) => expr switch
    {
        StringExpr => Kind.String,
        IntExpr => Kind.Int,
        BoolExpr => Kind.Bool,
        NullExpr => Kind.Null,
        ObjectExpr => Kind.Object,
        ArrayExpr or ForExpr => Kind.Array,
        UnaryExpr { Operator: "!" } => Kind.Bool,
        UnaryExpr => Kind.Int,
        BinaryExpr { Operator: "+" or "-" or "*" or "/" or "%" } => Kind.Int,
        BinaryExpr { Operator: "??" } choice => KindOf(choice.Right, scope),
        BinaryExpr => Kind.Bool,
        CallExpr { Target: null } call => Functions.GetValueOrDefault(call.Name),
        NameExpr name when scope.Find<ParamDecl>(name.Name) is { } param => Named(param.Type),
        MemberExpr { Name: "id" or "name" } member when scope.Resource(member.Target) is not null => Kind.String,
        _ => Kind.Any,
    };

    /// <summary>The kind of a declared type: <c>string</c>, <c>int</c>, …</summary>
    public static Kind Named(string type) => type switch
    {
        "string" => Kind.String,
        "int" => Kind.Int,
        "bool" => Kind.Bool,
        "object" => Kind.Object,
        _ => Kind.Array,
    };
}
