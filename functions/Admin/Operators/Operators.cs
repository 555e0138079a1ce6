using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// What tenant <c>operator</c> consists of, and the roles that a new tenant starts with. Every administrator of tenant
/// <c>operator</c> counts as an operator, because they could give themselves the role.
/// </summary>
static class Operators
{
    /// <summary>The operators' role.</summary>
    public const string Role = "operator";

    /// <summary>The scope of an operator.</summary>
    public static Scope Rights { get; } = Scope.Of(Scopes.Operator, Scopes.Admin);

    /// <summary>Refuses a change to one's own account. So the last operator cannot be removed.</summary>
    /// <exception cref="Problem">409 <c>own_account</c>.</exception>
    public static void EnsureNotOwn(Caller caller, string id)
    {
        if (caller.Tenant.Id == Tenant.Operator && id == caller.Token.Subject)
            throw Problem.Conflict("own_account", "You cannot do this to your own account. Ask another operator.");
    }

    /// <summary>The scope that clients of a tenant can be given: Latchkey's own and that of the tenant's APIs.</summary>
    public static Scope ScopesIn(Tenant tenant) => Scope.Of([
        .. Scopes.All.Tokens, .. tenant.Id == Tenant.Operator ? [Scopes.Operator] : (string[])[],
        .. tenant.Apis.Values.SelectMany(api => api.Scope.Tokens)]);

    /// <summary>The scope that roles of a tenant can grant.</summary>
    public static Scope RightsIn(Tenant tenant) =>
        tenant.Id == Tenant.Operator ? Scope.Of([.. Scopes.Rights.Tokens, Scopes.Operator]) : Scopes.Rights;

    /// <summary>
    /// The command line's client. People sign in through the browser with a redirect to a port of this machine (RFC 8252 §7.3)
    /// or on another device (RFC 8628). The password grant is legacy; the command line no longer uses it.
    /// </summary>
    public static Client CommandLine { get; } = new()
    {
        Id = "cli",
        Name = "Latchkey command line",
        Native = true,
        FirstParty = true,
        Grants = [GrantType.AuthorizationCode, GrantType.DeviceCode, GrantType.Password, GrantType.RefreshToken],
        RedirectUris = ["http://127.0.0.1/callback"],
        Scope = Scope.Of([.. Rights.Tokens, Scopes.OfflineAccess]),
        SessionIdleSeconds = 8 * 3600,
        SessionSeconds = 24 * 3600,
        RetryWindowSeconds = 60,
    };

    /// <summary>
    /// The client of operators' tokens in a tenant. It has no secret and no grant, so it cannot obtain a token by itself;
    /// deleting it ends those tokens.
    /// </summary>
    public static Client TokenClient { get; } = new()
    {
        Id = Tenant.OperatorClient,
        Name = "The deployment's operators",
        Grants = [],
        Scope = Scope.Of(Scopes.Admin),
        AccessTokenSeconds = 600,
    };

    /// <summary>Tenant <c>operator</c>.</summary>
    public static Tenant NewTenant(string origin, DateTimeOffset? now) => new()
    {
        Id = Tenant.Operator,
        Name = "Operators",
        Issuer = $"{origin}/{Tenant.Operator}",
        Roles = new Dictionary<string, Role> { [Role] = new(Role, Rights) },
        CreatedAt = now,
    };

    /// <summary>The roles that a new tenant starts with.</summary>
    public static IReadOnlyDictionary<string, Role> StandardRoles { get; } = new Dictionary<string, Role>
    {
        ["member"] = new("member", Scopes.Rights.Except(Scope.Of(Scopes.Admin, Scopes.AppsManage))),
        ["admin"] = new("admin", Scopes.Rights),
    };
}
