using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>Users who have an attribute (<see cref="User.Attributes"/>) with one of these values, exactly as written.</summary>
public sealed record AttributeRule(string Name, IReadOnlyList<string> Values);

/// <summary>Users whose app has said lately that they are in a circle on the Earth.</summary>
/// <param name="Latitude">Of the centre, in degrees (WGS 84), north is positive.</param>
/// <param name="Longitude">Of the centre, in degrees, east is positive.</param>
/// <param name="RadiusMeters">The radius, in meters.</param>
/// <param name="Minutes">How long a position counts, in minutes.</param>
public sealed record PlaceRule(double Latitude, double Longitude, int RadiusMeters, int Minutes)
{
    // The mean radius of the Earth, in meters.
    const double Earth = 6_371_008.8;

    /// <summary>What a latitude must be.</summary>
    public const string LatitudeBounds = "must be a number of degrees from -90 to 90";

    /// <summary>What a longitude must be.</summary>
    public const string LongitudeBounds = "must be a number of degrees from -180 to 180";

    /// <summary>True if the number is a latitude.</summary>
    public static bool IsLatitude(double degrees) => Math.Abs(degrees) <= 90;

    /// <summary>True if the number is a longitude.</summary>
    public static bool IsLongitude(double degrees) => Math.Abs(degrees) <= 180;

    /// <summary>True if the position is in the circle, by the great-circle distance (haversine).</summary>
    public bool Contains(double latitude, double longitude)
    {
        var (north, east) = (double.DegreesToRadians(latitude - Latitude), double.DegreesToRadians(longitude - Longitude));
        var chord = Math.Pow(Math.Sin(north / 2), 2) + (Math.Cos(double.DegreesToRadians(Latitude))
            * Math.Cos(double.DegreesToRadians(latitude)) * Math.Pow(Math.Sin(east / 2), 2));
        return 2 * Earth * Math.Asin(Math.Min(1, Math.Sqrt(chord))) <= RadiusMeters;
    }
}

/// <summary>
/// Who belongs to a group without being put there (docs/decisions/0063). It has exactly one condition. It is looked at whenever a
/// membership is asked for (<see cref="Memberships"/>), so nothing has to be kept up to date.
/// </summary>
public sealed record GroupRule
{
    /// <summary>How many a tenant can have. All of them are read with the tenant.</summary>
    public const int MaxPerTenant = 50;

    /// <summary>How many values, domains or networks a rule can have.</summary>
    public const int MaxEntries = 20;

    /// <summary>The longest prefix of an IPv6 network: no more of an address is looked at (<see cref="Http.CallerAddress"/>).</summary>
    public const int MaxIPv6Prefix = 64;

    /// <summary>The group.</summary>
    public required string Group { get; init; }

    /// <summary>What those may do who are members by this rule.</summary>
    public required GroupRole Role { get; init; }

    /// <summary>Random, made with every change: a position counts only for the rule that it was compared with.</summary>
    public required string Version { get; init; }

    /// <summary>The attribute that decides, or null.</summary>
    public AttributeRule? Attribute { get; init; }

    /// <summary>The domains of the verified address that decide, in lower-case ASCII; empty if something else does.</summary>
    public IReadOnlyList<string> EmailDomains { get; init; } = [];

    /// <summary>The networks that the request must come from, in the notation of RFC 4632 and RFC 4291; empty likewise.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>The place that decides, or null.</summary>
    public PlaceRule? Place { get; init; }

    /// <summary>What decides, in one word.</summary>
    [JsonIgnore]
    public string Kind => this switch
    {
        { Attribute: not null } => "attribute",
        { Place: not null } => "place",
        { Networks.Count: > 0 } => "network",
        _ => "emailDomain",
    };

    /// <summary>True if the user's row alone decides, so that the members can be listed.</summary>
    [JsonIgnore]
    public bool IsOfUsers => Attribute is not null || EmailDomains.Count > 0;

    /// <summary>True if the user is a member by an attribute or an address.</summary>
    public bool Fits(UserState user) => Attribute is { } attribute
        ? user.Attributes.TryGetValue(attribute.Name, out var value) && attribute.Values.Contains(value, StringComparer.Ordinal)
        : user.VerifiedEmail is { } email && EmailAddress.Domain(email) is { } domain
            && EmailDomains.Contains(domain, StringComparer.Ordinal);

    /// <summary>True if the address is in one of the networks.</summary>
    /// <param name="address">As <see cref="Http.CallerAddress"/> writes it, or null.</param>
    public bool FitsAddress(string? address) =>
        IPAddress.TryParse(address?.Split('/')[0], out var caller) && Networks.Any(network => IPNetwork.Parse(network).Contains(caller));

    internal static TableEntity RowOf(string tenant, GroupRule rule)
    {
        var row = new TableEntity(tenant, RowKeys.GroupRule(rule.Group));
        Columns.PutLong(row, "Rule", JsonSerializer.Serialize(rule, JsonSerializerOptions.Web));
        return row;
    }

    internal static GroupRule Read(TableEntity row) =>
        JsonSerializer.Deserialize<GroupRule>(Columns.GetLong(row, "Rule"), JsonSerializerOptions.Web)!;
}
