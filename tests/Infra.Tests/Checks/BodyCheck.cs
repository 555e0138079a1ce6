using System.Text.RegularExpressions;
using Azure.Bicep.Types.Concrete;
using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>Holds a value of a template against the type that Azure publishes for its place.</summary>
internal sealed class BodyCheck(Faults faults)
{
    /// <summary>Reports whatever of <paramref name="value"/> does not fit <paramref name="type"/>.</summary>
    public void Check(Expr value, TypeBase type, Scope scope, string path)
    {
        if (value is ForExpr loop)
        {
            if (ItemOf(type) is { } item) Check(loop.Body, item, scope.Inside(loop), path + "[]");
            else if (type is not AnyType) faults.Add(value.Line, $"{path}: a list where {Name(type)} belongs");
            return;
        }
        if (value is CallExpr { Target: null, Name: "union" } union)
        {
            foreach (var part in union.Arguments) Check(part, type, scope, path);
            return;
        }
        foreach (var possible in Values.Of(value, scope)) CheckOne(possible, type, scope, path);
    }

    private void CheckOne(Expr value, TypeBase type, Scope scope, string path)
    {
        switch (value, type)
        {
            case (NullExpr, _) or (_, AnyType):
                break;
            case (ForExpr or CallExpr { Target: null, Name: "union" }, _):
                Check(value, type, scope, path);
                break;
            case (ObjectExpr body, ObjectType known):
                CheckObject(body, known, scope, path);
                break;
            case (ObjectExpr body, DiscriminatedObjectType choice):
                CheckChoice(body, choice, scope, path);
                break;
            case (ArrayExpr list, ArrayType known):
                foreach (var item in list.Items) Check(item, known.ItemType.Type, scope, path + "[]");
                CheckLength(list.Items.Count, known.MinLength, known.MaxLength, list.Line, path);
                break;
            default:
                if (!Fits(value, type, scope)) faults.Add(value.Line, $"{path}: {Show(value, scope)} is not {Name(type)}");
                break;
        }
    }

    /// <summary>Holds an object against its type: unknown, read-only and missing properties, and each value.</summary>
    public void CheckObject(ObjectExpr body, ObjectType type, Scope scope, string path, IReadOnlyCollection<string>? apart = null)
    {
        foreach (var property in body.Properties.Where(p => p.Name is null || apart?.Contains(p.Name) != true))
        {
            var place = $"{path}.{property.Name ?? "…"}";
            if (property.Name is not null && type.Properties.TryGetValue(property.Name, out var known))
            {
                if (known.Flags.HasFlag(ObjectTypePropertyFlags.ReadOnly)) faults.Add(property.Line, $"{place} is read-only");
                else Check(property.Value, known.Type.Type, scope, place);
                if (known.Flags.HasFlag(ObjectTypePropertyFlags.Required) && property.Value is NullExpr)
                    faults.Add(property.Line, $"{place} is required and can't be null");
            }
            else if (type.AdditionalProperties is { } any) Check(property.Value, any.Type, scope, place);
            else faults.Add(property.Line, $"{path} has no property '{property.Name}'{Suggestion(property.Name, type.Properties.Keys)}");
        }
        var missing = type.Properties.Where(p => p.Value.Flags.HasFlag(ObjectTypePropertyFlags.Required)
            && !p.Value.Flags.HasFlag(ObjectTypePropertyFlags.ReadOnly) && body.Find(p.Key) is null);
        foreach (var (name, _) in missing) faults.Add(body.Line, $"{path}.{name} is required");
    }

    /// <summary>Holds an object against the one of several types that its discriminator names.</summary>
    public void CheckChoice(
        ObjectExpr body, DiscriminatedObjectType type, Scope scope, string path, IReadOnlyCollection<string>? apart = null)
    {
        var named = body.Find(type.Discriminator) is { } property ? Values.Of(property.Value, scope).ToList() : [];
        if (named is not [StringExpr { Literal: { } name }] || !type.Elements.TryGetValue(name, out var element))
        {
            faults.Add(body.Line, $"{path}.{type.Discriminator} must be one of {string.Join(", ", type.Elements.Keys)}");
            return;
        }
        var chosen = (ObjectType)element.Type;
        var all = chosen.Properties.Concat(type.BaseProperties.Where(p => !chosen.Properties.ContainsKey(p.Key)));
        var whole = new ObjectType(chosen.Name, new Dictionary<string, ObjectTypeProperty>(all), chosen.AdditionalProperties, null);
        CheckObject(body, whole, scope, path, apart);
    }

    private static bool Fits(Expr value, TypeBase type, Scope scope) => (value, type) switch
    {
        (_, UnionType union) => union.Elements.Any(e => Fits(value, e.Type, scope)),
        (StringExpr text, StringLiteralType literal) => text.Literal == literal.Value,
        (StringExpr { Literal: { } text }, StringType known) => FitsText(text, known),
        (IntExpr number, IntegerType known) =>
            number.Value >= (known.MinValue ?? long.MinValue) && number.Value <= (known.MaxValue ?? long.MaxValue),
        _ => Values.KindOf(value, scope) switch
        {
            Kind.Any or Kind.Null => true,
            Kind.String => type is StringType,
            Kind.Int => type is IntegerType,
            Kind.Bool => type is BooleanType,
            Kind.Array => type is ArrayType,
            _ => type is ObjectType or DiscriminatedObjectType,
        },
    };

    private static bool FitsText(string text, StringType type) =>
        text.Length >= (type.MinLength ?? 0) && text.Length <= (type.MaxLength ?? int.MaxValue)
        && (type.Pattern is null || Regex.IsMatch(text, type.Pattern, RegexOptions.None, TimeSpan.FromSeconds(1)));

    private void CheckLength(int count, long? least, long? most, int line, string path)
    {
        if (count < (least ?? 0) || count > (most ?? long.MaxValue)) faults.Add(line, $"{path} has {count} items");
    }

    private static TypeBase? ItemOf(TypeBase type) => type is ArrayType list ? list.ItemType.Type : null;

    private static string Show(Expr value, Scope scope) => value switch
    {
        StringExpr { Literal: { } text } => $"'{text}'",
        IntExpr number => $"{number.Value}",
        _ => $"a value of kind {Values.KindOf(value, scope)}",
    };

    private static string Name(TypeBase type) => type switch
    {
        UnionType union => string.Join(" | ", union.Elements.Select(e => Name(e.Type))),
        StringLiteralType literal => $"'{literal.Value}'",
        StringType { Pattern: { } pattern } => $"a string like {pattern}",
        StringType => "a string",
        IntegerType range => range.MinValue is null && range.MaxValue is null ? "an int" : $"an int of {range.MinValue}..{range.MaxValue}",
        BooleanType => "a bool",
        ArrayType => "a list",
        _ => "an object",
    };

    private static string Suggestion(string? name, IEnumerable<string> known) =>
        known.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } near ? $"; is it '{near}'?" : "";
}
