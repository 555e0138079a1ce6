using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>A claim of the tenant's own: where its value comes from, and where it is told.</summary>
/// <param name="Name">The claim's name; never one that a specification or Latchkey gives a meaning (<see cref="ReservedClaims"/>).</param>
/// <param name="In">Where it is told: <see cref="AccessToken"/>, <see cref="IdToken"/>, <see cref="UserInfo"/>.</param>
public sealed record ClaimRule(string Name, IReadOnlyList<string> In)
{
    /// <summary>How many a tenant can have. All of them are read with the tenant.</summary>
    public const int MaxPerTenant = 30;

    /// <summary>In access tokens.</summary>
    public const string AccessToken = "access_token";

    /// <summary>In ID tokens.</summary>
    public const string IdToken = "id_token";

    /// <summary>At the UserInfo endpoint.</summary>
    public const string UserInfo = "userinfo";

    /// <summary>A JSON string: the type unless the rule says otherwise.</summary>
    public const string Text = "string";

    /// <summary>A JSON number.</summary>
    public const string Number = "number";

    /// <summary>A JSON boolean.</summary>
    public const string Boolean = "boolean";

    /// <summary>A JSON array of strings, from a text with commas.</summary>
    public const string List = "list";

    /// <summary>Where claims can be told.</summary>
    public static IReadOnlyList<string> Places { get; } = [AccessToken, IdToken, UserInfo];

    /// <summary>What a value can be.</summary>
    public static IReadOnlyList<string> Types { get; } = [Text, Number, Boolean, List];

    /// <summary>The user's attribute that it comes from (<see cref="User.Attributes"/>), or null.</summary>
    public string? Attribute { get; init; }

    /// <summary>The field of the user's profile that it comes from, or null.</summary>
    public string? Field { get; init; }

    /// <summary>The value that it has for everybody, or null.</summary>
    public string? Value { get; init; }

    /// <summary>What the value is in JSON.</summary>
    public string Type { get; init; } = Text;

    /// <summary>The scope without which it is not told; null tells it always.</summary>
    public string? Scope { get; init; }

    /// <summary>The clients that it is told to, by id; empty for all.</summary>
    public IReadOnlyList<string> Clients { get; init; } = [];

    /// <summary>The APIs in whose access tokens it is, by id; empty for all.</summary>
    public IReadOnlyList<string> Apis { get; init; } = [];

    /// <summary>True if any client may be told it: then discovery names it (OpenID Connect Discovery §3).</summary>
    [JsonIgnore]
    public bool IsPublic => Clients.Count == 0 && In.Any(place => place is IdToken or UserInfo);

    /// <summary>True if the claim is told here.</summary>
    /// <param name="place">Where.</param>
    /// <param name="clientId">The client, by the id under which it is stored.</param>
    /// <param name="scope">What was granted.</param>
    /// <param name="api">The API of an access token; otherwise null.</param>
    public bool Applies(string place, string clientId, Scope scope, Api? api) =>
        In.Contains(place) && (Scope is null || scope.Has(Scope)) && (Clients.Count == 0 || Clients.Contains(clientId))
        && (Apis.Count == 0 || (api is not null && Apis.Contains(api.Id)));

    /// <summary>The text as the type says; null if it is none of this type.</summary>
    public object? Typed(string text) => Type switch
    {
        Number when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        Number => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number) ? number : null,
        Boolean => text switch { "true" => true, "false" => false, _ => null },
        List => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        _ => text,
    };

    internal static TableEntity Row(Tenant tenant)
    {
        var row = new TableEntity(tenant.Id, RowKeys.Claims);
        Columns.PutLong(row, "Json", JsonSerializer.Serialize(tenant.Claims));
        return row;
    }

    internal static IReadOnlyList<ClaimRule> Read(TableEntity? row) =>
        row is null ? [] : JsonSerializer.Deserialize<List<ClaimRule>>(Columns.GetLong(row, "Json"))!;
}
