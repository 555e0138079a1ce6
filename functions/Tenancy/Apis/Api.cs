using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Tenancy;

/// <summary>A scope of an API.</summary>
/// <param name="Name">The scope token (RFC 6749 §3.3).</param>
/// <param name="Description">What it allows, for the consent page.</param>
public sealed record ApiScope(string Name, string Description);

/// <summary>What a user's token of another API may be traded for (RFC 8693): some scopes of this one.</summary>
/// <param name="Api">The other API's id.</param>
/// <param name="Scope">The scope that the user's token must have; null for any token.</param>
/// <param name="Gives">The scopes of this API.</param>
public sealed record ExchangeRule(string Api, string? Scope, IReadOnlyList<string> Gives);

/// <summary>
/// An API that a tenant's tokens are for (RFC 8707). Its tokens name it as <c>aud</c> and have only its scopes, so they are of no use
/// at any other. Latchkey itself is an API too (<see cref="Own"/>): the one that a request means if it names none.
/// </summary>
public sealed record Api
{
    /// <summary>How many APIs a tenant can register. All of them are read with the tenant.</summary>
    public const int MaxPerTenant = 50;

    /// <summary>How many scopes an API can have.</summary>
    public const int MaxScopes = 50;

    /// <summary>How many rules <see cref="ExchangeFrom"/> can have.</summary>
    public const int MaxExchangeRules = 50;

    /// <summary>Among <see cref="Clients"/>: every client.</summary>
    public const string AnyClient = "*";

    const string OwnId = "own";
    const string FilesId = "files";

    static readonly IReadOnlyList<ApiScope> OwnScopes = WithoutText([.. Protocol.Scopes.All.Tokens, Protocol.Scopes.Operator]);
    static readonly IReadOnlyList<ApiScope> FileScopes =
        WithoutText([Protocol.Scopes.FilesRead, Protocol.Scopes.FilesWrite, Protocol.Scopes.FilesShare]);

    // Each list is asked for its set several times a request.
    static readonly ConditionalWeakTable<IReadOnlyList<ApiScope>, Scope> Sets = [];

    /// <summary>
    /// Random, made at registration. Sessions and consents refer to it, so they do not apply to another API that is registered later with
    /// the same identifier.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The resource indicator, as registered (RFC 8707 §2). It never changes.</summary>
    public required string Identifier { get; init; }

    /// <summary>The name that people read.</summary>
    public required string Name { get; init; }

    /// <summary>Its scopes.</summary>
    public IReadOnlyList<ApiScope> Scopes { get; init; } = [];

    /// <summary>The most seconds that its access tokens live; null leaves it to the client.</summary>
    public int? AccessTokenSeconds { get; init; }

    /// <summary>The clients that may ask for its tokens, by id; <see cref="AnyClient"/> for all.</summary>
    public IReadOnlyList<string> Clients { get; init; } = [AnyClient];

    /// <summary>The clients that are this API, by id: they may trade its users' tokens for tokens of other APIs (RFC 8693).</summary>
    public IReadOnlyList<string> ActingClients { get; init; } = [];

    /// <summary>Which tokens of other APIs may be traded for tokens of this one, and for how much of it.</summary>
    public IReadOnlyList<ExchangeRule> ExchangeFrom { get; init; } = [];

    /// <summary>
    /// The clients whose tokens for this API don't name them as actor when they traded a user's token for them: to the API they look like
    /// the user (RFC 8693 §1.1). Only an operator sets it.
    /// </summary>
    public IReadOnlyList<string> Impersonators { get; init; } = [];

    /// <summary>When it was registered. A token that is older was issued for a deleted API with the same identifier.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore]
    internal ETag ETag { get; init; }

    /// <summary>The scopes as a set.</summary>
    [JsonIgnore]
    public Scope Scope => Sets.GetValue(Scopes, scopes => Scope.Of(scopes.Select(scope => scope.Name)));

    /// <summary>True for Latchkey as a whole.</summary>
    [JsonIgnore]
    public bool IsOwn => Id == OwnId;

    /// <summary>True for an API that the tenant has registered.</summary>
    [JsonIgnore]
    public bool IsRegistered => Id is not (OwnId or FilesId);

    /// <summary>Latchkey itself, with all of its scopes; the audience is the issuer.</summary>
    public static Api Own(Tenant tenant) => BuiltIn(OwnId, tenant.Issuer, OwnScopes);

    /// <summary>The file API alone, as its metadata names it (RFC 9728): the scopes of files and no others.</summary>
    public static Api Files(Tenant tenant) => BuiltIn(FilesId, BearerToken.FilesAudience(tenant.Issuer), FileScopes);

    /// <summary>True if the client may ask for its tokens.</summary>
    public bool Admits(Client client) => Clients.Contains(AnyClient) || Clients.Contains(client.Id);

    /// <summary>The most of this API that a token of another API with this scope may be traded for; null if it may not.</summary>
    public Scope? ExchangedFor(Api source, Scope held)
    {
        var rules = ExchangeFrom.Where(rule => rule.Api == source.Id && (rule.Scope is null || held.Has(rule.Scope))).ToList();
        return rules.Count == 0 ? null : Scope.Of(rules.SelectMany(rule => rule.Gives)).Intersect(Scope);
    }

    /// <summary>How many seconds an access token of the client lives here: never longer than the client's tokens do.</summary>
    public int TokenSeconds(Client client) => Math.Min(AccessTokenSeconds ?? client.AccessTokenSeconds, client.AccessTokenSeconds);

    internal static Api Parse(string json) => JsonSerializer.Deserialize<Api>(json, JsonSerializerOptions.Web)!;

    internal string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    static Api BuiltIn(string id, string identifier, IReadOnlyList<ApiScope> scopes) => new()
    {
        Id = id,
        Identifier = identifier,
        Name = "Latchkey",
        Scopes = scopes,
    };

    static IReadOnlyList<ApiScope> WithoutText(IEnumerable<string> scopes) => [.. scopes.Select(scope => new ApiScope(scope, ""))];
}
