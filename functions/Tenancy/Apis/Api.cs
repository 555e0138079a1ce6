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

/// <summary>
/// An API that a tenant's tokens are for (RFC 8707). Its tokens name it as <c>aud</c> and have only its scopes, so they are of no use
/// at another one. Latchkey itself is one too (<see cref="Own"/>), which a request that names none means.
/// </summary>
public sealed record Api
{
    /// <summary>How many APIs a tenant can register. All of them are read with the tenant.</summary>
    public const int MaxPerTenant = 50;

    /// <summary>How many scopes an API can have.</summary>
    public const int MaxScopes = 50;

    /// <summary>Among <see cref="Clients"/>: every client.</summary>
    public const string AnyClient = "*";

    const string OwnId = "own";
    const string FilesId = "files";

    /// <summary>
    /// Random, made with the API: sessions and consents hold it, so that they do not count again for an API that is registered later
    /// with the same identifier.
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

    /// <summary>When it was registered. An older token is for an API that was deleted before.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore]
    internal ETag ETag { get; init; }

    /// <summary>The scopes as a set.</summary>
    [JsonIgnore]
    public Scope Scope => Scope.Of(Scopes.Select(scope => scope.Name));

    /// <summary>True for Latchkey as a whole.</summary>
    [JsonIgnore]
    public bool IsOwn => Id == OwnId;

    /// <summary>True for an API that the tenant has registered.</summary>
    [JsonIgnore]
    public bool IsRegistered => Id is not (OwnId or FilesId);

    /// <summary>Latchkey itself, with all of its scopes; the audience is the issuer.</summary>
    public static Api Own(Tenant tenant) => BuiltIn(OwnId, tenant.Issuer, [.. Protocol.Scopes.All.Tokens, Protocol.Scopes.Operator]);

    /// <summary>The file API alone, as its metadata names it (RFC 9728): the scopes of files and no others.</summary>
    public static Api Files(Tenant tenant) => BuiltIn(FilesId, BearerToken.FilesAudience(tenant.Issuer),
        [Protocol.Scopes.FilesRead, Protocol.Scopes.FilesWrite, Protocol.Scopes.FilesShare]);

    /// <summary>True if the client may ask for its tokens.</summary>
    public bool Admits(Client client) => Clients.Contains(AnyClient) || Clients.Contains(client.Id);

    /// <summary>How many seconds an access token of the client lives here: never longer than the client's tokens do.</summary>
    public int TokenSeconds(Client client) => Math.Min(AccessTokenSeconds ?? client.AccessTokenSeconds, client.AccessTokenSeconds);

    internal static Api Parse(string json) => JsonSerializer.Deserialize<Api>(json, JsonSerializerOptions.Web)!;

    internal string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    static Api BuiltIn(string id, string identifier, IReadOnlyList<string> scopes) => new()
    {
        Id = id,
        Identifier = identifier,
        Name = "Latchkey",
        Scopes = [.. scopes.Select(scope => new ApiScope(scope, ""))],
    };
}
