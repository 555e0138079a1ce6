using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>The expressions inside an expression.</summary>
internal static class Walk
{
    /// <summary>Those directly inside.</summary>
    public static IEnumerable<Expr> Children(Expr expr) => expr switch
    {
        StringExpr text => text.Parts.Where(p => p.Hole is not null).Select(p => p.Hole!),
        ArrayExpr list => list.Items,
        ObjectExpr body => body.Properties.Select(p => p.Value).Concat(body.Nested.Select(n => n.Value)),
        ForExpr loop => loop.Condition is null ? [loop.Source, loop.Body] : [loop.Source, loop.Condition, loop.Body],
        IfExpr guarded => [guarded.Condition, guarded.Body],
        MemberExpr member => [member.Target],
        IndexExpr index => [index.Target, index.Index],
        NestedExpr nested => [nested.Target],
        CallExpr call => call.Target is null ? call.Arguments : call.Arguments.Prepend(call.Target),
        UnaryExpr unary => [unary.Operand],
        BinaryExpr binary => [binary.Left, binary.Right],
        TernaryExpr choice => [choice.Condition, choice.Then, choice.Else],
        _ => [],
    };

    /// <summary>The expression itself and all below it.</summary>
    public static IEnumerable<Expr> All(Expr expr) => Children(expr).SelectMany(All).Prepend(expr);
}
