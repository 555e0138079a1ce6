using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>The tenant's own claims (<see cref="ClaimRule"/>; docs/operating/claims.md).</summary>
public sealed class AdminClaims(TenantPipeline pipeline, TenantStore tenants)
{
    const string Route = "{tenant}/admin/claims";

    /// <summary><c>GET /{tenant}/admin/claims</c> → <c>{claims}</c></summary>
    [Function("admin-claims")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Answer(await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant));

    /// <summary>
    /// <c>PUT /{tenant}/admin/claims</c> <c>{claims}</c>: replaces all of them. It takes effect at once here, within 5 seconds on other
    /// instances, and on tokens that are issued from then on. 400 <c>invalid_field</c>.
    /// </summary>
    [Function("admin-claims-replace")]
    public Task<IResult> Replace(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<ClaimsBody>(request);
            var changed = await OptimisticUpdate.Run(() => tenants.FindNow(caller.Tenant.Id, caller.Cancel),
                tenant => tenant with { Claims = body.Checked(tenant) }, tenant => tenants.TryReplaceClaims(tenant, caller.Cancel));
            if (changed is null) throw OperatorTenants.NotFound();
            caller.Audit.Detail = string.Join(", ", changed.Claims.Select(rule => rule.Name).Distinct(StringComparer.Ordinal));
            return Answer(changed);
        });

    static IResult Answer(Tenant tenant) => Results.Json(new { claims = tenant.Claims });
}

/// <summary>All of a tenant's claims as an administrator sends them.</summary>
sealed record ClaimsBody(IReadOnlyList<ClaimRuleBody?> Claims)
{
    /// <summary>The rules.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public IReadOnlyList<ClaimRule> Checked(Tenant tenant) => Claims.Count <= ClaimRule.MaxPerTenant
        ? [.. Claims.Select((rule, n) => rule is null ? throw FieldChecks.Fault("claims", "must contain only objects")
            : rule.Checked(tenant, $"claims[{n}]"))]
        : throw FieldChecks.Fault("claims", $"must have at most {ClaimRule.MaxPerTenant} entries");
}

/// <summary>One of them.</summary>
sealed record ClaimRuleBody(
    string Name, IReadOnlyList<string> In, string? Attribute = null, string? Field = null, string? Value = null, string? Type = null,
    string? Scope = null, IReadOnlyList<string>? Clients = null, IReadOnlyList<string>? Apis = null)
{
    const int MaxNameChars = 64;
    const int MaxValueChars = 256;
    const int MaxIds = 20;

    /// <summary>The rule.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="at">Where it stands in the request, for messages.</param>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public ClaimRule Checked(Tenant tenant, string at)
    {
        if (!IsName(Name))
            throw FieldChecks.Fault($"{at}.name", $"must have 1 to {MaxNameChars} characters of A-Z, a-z, 0-9 and _ . - : /");
        if (ReservedClaims.Contains(Name)) throw FieldChecks.Fault($"{at}.name", "belongs to Latchkey or to a specification");
        if (In.Count == 0 || In.Except(ClaimRule.Places).Any())
            throw FieldChecks.Fault($"{at}.in", $"must contain one or more of: {string.Join(", ", ClaimRule.Places)}");
        if (new[] { Attribute, Field, Value }.Count(source => source is not null) != 1)
            throw FieldChecks.Fault(at, "must have one of attribute, field and value");
        if (Attribute is not null && !UserAttributes.IsName(Attribute)) throw FieldChecks.Fault($"{at}.attribute", UserAttributes.NameRule);
        if (Field is not null && !UserClaims.Fields.ContainsKey(Field))
            throw FieldChecks.Fault($"{at}.field", $"must be one of: {string.Join(", ", UserClaims.Fields.Keys)}");
        if (Type is not null && !ClaimRule.Types.Contains(Type))
            throw FieldChecks.Fault($"{at}.type", $"must be one of: {string.Join(", ", ClaimRule.Types)}");
        var rule = new ClaimRule(Name, [.. In.Distinct(StringComparer.Ordinal)])
        {
            Attribute = Attribute,
            Field = Field,
            Value = Value is null ? null : FieldChecks.DisplayText($"{at}.value", Value, MaxValueChars),
            Type = Type ?? ClaimRule.Text,
            Scope = CheckedScope(tenant, $"{at}.scope"),
            Clients = Ids($"{at}.clients", Clients, Client.IsId),
            Apis = Ids($"{at}.apis", Apis, id => tenant.ApiWithId(id) is not null),
        };
        if (rule.Value is { } value && rule.Typed(value) is null) throw FieldChecks.Fault($"{at}.value", $"is no {rule.Type}");
        return rule.Apis.Count == 0 || rule.In is [ClaimRule.AccessToken] ? rule
            : throw FieldChecks.Fault($"{at}.apis", "goes only with access_token: no other token is for an API");
    }

    // A scope that nobody can be granted would be a claim that is never told.
    string? CheckedScope(Tenant tenant, string field) => Scope is null
        || Protocol.Scope.Of([.. Scopes.All.Tokens, .. tenant.Apis.Values.SelectMany(api => api.Scope.Tokens)]).Has(Scope) ? Scope
        : throw FieldChecks.Fault(field, "must be a scope of Latchkey or of one of the tenant's APIs");

    static IReadOnlyList<string> Ids(string field, IReadOnlyList<string>? ids, Func<string, bool> isId) =>
        ids is null ? [] : ids.Count <= MaxIds && ids.All(isId) ? [.. ids.Distinct(StringComparer.Ordinal)]
            : throw FieldChecks.Fault(field, $"must contain at most {MaxIds} ids");

    // Names with a colon or a slash are URIs, as RFC 7519 §4.2 recommends.
    static bool IsName(string name) => name.Length is > 0 and <= MaxNameChars
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or ':' or '/');
}
