using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Scim;

/// <summary>A filter (RFC 7644 §3.4.2.2), as <see cref="FilterParser"/> reads it.</summary>
abstract record Filter
{
    /// <summary>True if the resource, or a value of a list, is one that the filter looks for.</summary>
    public abstract bool Matches(JsonObject resource);

    /// <summary>The parts that must all be true.</summary>
    public virtual IEnumerable<Filter> Conjuncts => [this];

    /// <summary>The parts that speak of an attribute, wherever they are.</summary>
    public abstract IEnumerable<AttributePath> Paths { get; }

    /// <summary>What must be equal for the filter to be true: attributes (<see cref="AttributePath.Key"/>) and texts.</summary>
    public IEnumerable<(string Key, string Text)> Equalities => Conjuncts.Select(part => part.Equality).OfType<(string, string)>();

    /// <summary>The attribute and the text, if the part says that they are equal.</summary>
    protected virtual (string Key, string Text)? Equality => null;

    /// <summary>Both.</summary>
    public sealed record And(Filter Left, Filter Right) : Filter
    {
        public override bool Matches(JsonObject resource) => Left.Matches(resource) && Right.Matches(resource);

        public override IEnumerable<Filter> Conjuncts => Left.Conjuncts.Concat(Right.Conjuncts);

        public override IEnumerable<AttributePath> Paths => Left.Paths.Concat(Right.Paths);
    }

    /// <summary>One of both, or both.</summary>
    public sealed record Or(Filter Left, Filter Right) : Filter
    {
        public override bool Matches(JsonObject resource) => Left.Matches(resource) || Right.Matches(resource);

        public override IEnumerable<AttributePath> Paths => Left.Paths.Concat(Right.Paths);
    }

    /// <summary>The opposite.</summary>
    public sealed record Not(Filter Inner) : Filter
    {
        public override bool Matches(JsonObject resource) => !Inner.Matches(resource);

        public override IEnumerable<AttributePath> Paths => Inner.Paths;
    }

    /// <summary>The attribute has a value (<c>pr</c>).</summary>
    public sealed record Present(AttributePath Path) : Filter
    {
        public override bool Matches(JsonObject resource) =>
            Path.Items(resource).Any(item => Path.Sub is null ? IsSomething(item) : AttributePath.ValueOf(item, Path.Sub) is { } value
                && IsSomething(value));

        public override IEnumerable<AttributePath> Paths => [Path];

        static bool IsSomething(JsonNode node) => node switch
        {
            JsonObject json => json.Count > 0,
            JsonArray list => list.Count > 0,
            _ => node.GetValueKind() != JsonValueKind.String || node.GetValue<string>().Length > 0,
        };
    }

    /// <summary>A value compared with a literal.</summary>
    /// <param name="Path">The attribute.</param>
    /// <param name="Operator">In lower case.</param>
    /// <param name="Literal">A string, number or boolean, or null.</param>
    public sealed record Compare(AttributePath Path, string Operator, JsonValue? Literal) : Filter
    {
        public override bool Matches(JsonObject resource)
        {
            var values = Path.Values(resource);
            return Operator switch
            {
                "ne" => Literal is null ? values.Any() : !values.Any(value => Holds(value, "eq")),
                "eq" when Literal is null => !values.Any(),
                _ => values.Any(value => Holds(value, Operator)),
            };
        }

        public override IEnumerable<AttributePath> Paths => [Path];

        protected override (string Key, string Text)? Equality => TextOf(Path.Sub is null ? Path with { Sub = DefaultSub } : Path);

        /// <summary>The equality of a path, if this is one with a text.</summary>
        public (string Key, string Text)? TextOf(AttributePath path) =>
            Operator == "eq" && Literal?.GetValueKind() == JsonValueKind.String ? (path.Key, Literal.GetValue<string>()) : null;

        string? DefaultSub => Path.Is("emails") || Path.Is("members") ? "value" : null;

        bool Holds(JsonValue value, string op)
        {
            var (left, right) = (Text(value), Text(Literal!));
            var comparison = Path.IsCaseExact ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
            return op switch
            {
                "eq" => left.Equals(right, value.GetValueKind() == JsonValueKind.String ? comparison : StringComparison.OrdinalIgnoreCase),
                "co" => left.Contains(right, comparison),
                "sw" => left.StartsWith(right, comparison),
                "ew" => left.EndsWith(right, comparison),
                "gt" => Order(left, right, comparison) > 0,
                "ge" => Order(left, right, comparison) >= 0,
                "lt" => Order(left, right, comparison) < 0,
                _ => Order(left, right, comparison) <= 0,
            };
        }

        int Order(string left, string right, StringComparison comparison) => Path.Is("meta")
            && DateTimeOffset.TryParse(left, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var one)
            && DateTimeOffset.TryParse(right, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var other)
                ? one.CompareTo(other) : string.Compare(left, right, comparison);

        static string Text(JsonValue value) =>
            value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
    }

    /// <summary>Some value of a list, or of a complex attribute, is one that the inner filter looks for (a value path).</summary>
    /// <param name="Path">The attribute.</param>
    /// <param name="Inner">What the value is like.</param>
    /// <param name="SubComparison">What its sub-attribute is like, or null. Not in the RFC's grammar, but Entra ID asks so.</param>
    public sealed record ValuePath(AttributePath Path, Filter Inner, Compare? SubComparison) : Filter
    {
        public override bool Matches(JsonObject resource) => Path.Items(resource).OfType<JsonObject>()
            .Any(item => Inner.Matches(item) && (SubComparison is null || SubComparison.Matches(item)));

        public override IEnumerable<AttributePath> Paths => [Path];

        protected override (string Key, string Text)? Equality =>
            SubComparison is { } then ? then.TextOf(Path with { Sub = then.Path.Name })
            : Inner is Compare inner ? inner.TextOf(Path with { Sub = inner.Path.Name }) : null;
    }
}
