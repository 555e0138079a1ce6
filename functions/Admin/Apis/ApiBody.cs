using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A scope as an administrator sends it.</summary>
sealed record ApiScopeBody(string Name, string Description);

/// <summary>A rule for token exchange as an administrator sends it.</summary>
sealed record ExchangeRuleBody(string Api, IReadOnlyList<string> Gives, string? Scope = null);

/// <summary>The fields of an API; an absent field stays as it is.</summary>
sealed record ApiBody
{
    public string? Identifier { get; init; }

    public string? Name { get; init; }

    public IReadOnlyList<ApiScopeBody?>? Scopes { get; init; }

    public int? AccessTokenSeconds { get; init; }

    public IReadOnlyList<string>? Clients { get; init; }

    public IReadOnlyList<string>? ActingClients { get; init; }

    public IReadOnlyList<ExchangeRuleBody?>? ExchangeFrom { get; init; }

    public IReadOnlyList<string>? Impersonators { get; init; }

    const int MaxClients = 200;
    const int MaxScopeChars = 64;
    const int MaxDescriptionChars = 200;
    const int MinSeconds = 60;

    // A token of one API must not look as if it could do something here.
    static readonly Scope Reserved = Scope.Of([.. Protocol.Scopes.All.Tokens, Protocol.Scopes.Operator, Protocol.Scopes.AppsManage]);

    /// <summary>A new API of these fields.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public Api New(Tenant tenant, string id, DateTimeOffset now)
    {
        if (Name is null) throw FieldChecks.Fault("name", "is missing");
        return Apply(new Api { Id = id, Identifier = CheckedIdentifier(tenant), Name = "", CreatedAt = now });
    }

    /// <summary>The API with these fields applied.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public Api Apply(Api api) => api with
    {
        Name = Name is null ? api.Name : FieldChecks.DisplayText("name", Name),
        Scopes = Scopes is null ? api.Scopes : Checked(Scopes),
        AccessTokenSeconds = AccessTokenSeconds switch
        {
            null => api.AccessTokenSeconds,
            0 => null,
            { } seconds => FieldChecks.Number("accessTokenSeconds", seconds, MinSeconds, Client.MaxAccessTokenSeconds),
        },
        Clients = Clients is null ? api.Clients : Checked("clients", Clients, orAny: true),
        ActingClients = ActingClients is null ? api.ActingClients : Checked("actingClients", ActingClients, orAny: false),
        ExchangeFrom = ExchangeFrom is null ? api.ExchangeFrom : Checked(ExchangeFrom),
        Impersonators = Impersonators is null ? api.Impersonators : Checked("impersonators", Impersonators, orAny: false),
    };

    string CheckedIdentifier(Tenant tenant)
    {
        if (Identifier is null) throw FieldChecks.Fault("identifier", "is missing");
        if (!ResourceIndicator.IsValid(Identifier))
        {
            throw FieldChecks.Fault("identifier",
                $"must be an absolute URI of at most {ResourceIndicator.MaxChars} characters without a fragment (RFC 8707 §2)");
        }
        var isOurs = ResourceIndicator.AreSame(Identifier, tenant.Issuer)
            || Identifier.StartsWith(tenant.Issuer + "/", StringComparison.OrdinalIgnoreCase);
        return isOurs ? throw FieldChecks.Fault("identifier", "belongs to Latchkey itself") : Identifier;
    }

    static List<ApiScope> Checked(IReadOnlyList<ApiScopeBody?> scopes)
    {
        if (scopes.Count > Api.MaxScopes) throw FieldChecks.Fault("scopes", $"must have at most {Api.MaxScopes} entries");
        var all = scopes.Select(scope => scope is null ? throw FieldChecks.Fault("scopes", "must contain only objects")
            : new ApiScope(ScopeName(scope.Name), FieldChecks.DisplayText("scopes", scope.Description, MaxDescriptionChars))).ToList();
        return all.DistinctBy(scope => scope.Name).Count() == all.Count ? all
            : throw FieldChecks.Fault("scopes", "must not name a scope twice");
    }

    static string ScopeName(string name)
    {
        if (name.Length is 0 or > MaxScopeChars || !Scope.IsToken(name))
            throw FieldChecks.Fault("scopes", $"must have names of 1 to {MaxScopeChars} characters that RFC 6749 §3.3 allows");
        return Reserved.Has(name) ? throw FieldChecks.Fault("scopes", $"must not contain {name}, which is Latchkey's own") : name;
    }

    static List<ExchangeRule> Checked(IReadOnlyList<ExchangeRuleBody?> rules)
    {
        if (rules.Count > Api.MaxExchangeRules)
            throw FieldChecks.Fault("exchangeFrom", $"must have at most {Api.MaxExchangeRules} entries");
        return [.. rules.Select(rule => rule is null ? throw FieldChecks.Fault("exchangeFrom", "must contain only objects")
            : !Client.IsId(rule.Api) ? throw FieldChecks.Fault("exchangeFrom", "must name APIs by their ids")
            : rule.Gives.Count > Api.MaxScopes ? throw FieldChecks.Fault("exchangeFrom", $"must give at most {Api.MaxScopes} scopes")
            : new ExchangeRule(rule.Api, rule.Scope is null ? null : InRule(rule.Scope), [.. rule.Gives.Select(InRule).Distinct()]))];
    }

    static string InRule(string scope) => scope is { Length: > 0 and <= MaxScopeChars } && Scope.IsToken(scope) ? scope
        : throw FieldChecks.Fault("exchangeFrom", $"must have scopes of 1 to {MaxScopeChars} characters that RFC 6749 §3.3 allows");

    static IReadOnlyList<string> Checked(string field, IReadOnlyList<string> clients, bool orAny)
    {
        if (clients.Count > MaxClients) throw FieldChecks.Fault(field, $"must have at most {MaxClients} entries");
        return clients.All(id => (orAny && id == Api.AnyClient) || Client.IsId(id)) ? [.. clients.Distinct(StringComparer.Ordinal)]
            : throw FieldChecks.Fault(field, $"must contain only ids of clients{(orAny ? $", or {Api.AnyClient} for all" : "")}");
    }
}
