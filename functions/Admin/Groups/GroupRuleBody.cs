using System.Net;
using System.Net.Sockets;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A group's rule as an administrator sends it: one condition, and the role that it gives.</summary>
sealed record GroupRuleBody(
    string? Role = null, AttributeBody? Attribute = null, IReadOnlyList<string>? EmailDomains = null,
    IReadOnlyList<string>? Networks = null, PlaceBody? Place = null)
{
    const int MinRadius = 10;
    const int MaxRadius = 1_000_000;

    /// <summary>The rule.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public GroupRule For(string group, string version)
    {
        if (((object?[])[Attribute, EmailDomains, Networks, Place]).Count(condition => condition is not null) != 1)
            throw FieldChecks.Fault("rule", "must have exactly one of attribute, emailDomains, networks and place");
        return new GroupRule
        {
            Group = group,
            Version = version,
            Role = Role switch
            {
                null or "reader" => GroupRole.Reader,
                "editor" => GroupRole.Editor,
                _ => throw FieldChecks.Fault("role", "must be reader or editor"),
            },
            Attribute = Attribute is null ? null : Checked(Attribute),
            EmailDomains = EmailDomains is null ? [] : Entries("emailDomains", EmailDomains, Domain),
            Networks = Networks is null ? [] : Entries("networks", Networks, Network),
            Place = Place is null ? null : Checked(Place),
        };
    }

    static AttributeRule Checked(AttributeBody attribute)
    {
        var name = attribute.Name;
        if (!UserAttributes.IsName(name))
            throw FieldChecks.Fault("attribute.name",
                $"must have 1 to {UserAttributes.MaxNameChars} characters of A-Z, a-z, 0-9, _ . and -");
        return new(name, Entries("attribute.values", attribute.Values,
            value => FieldChecks.DisplayText("attribute.values", value, UserAttributes.MaxValueChars)));
    }

    static PlaceRule Checked(PlaceBody place) => new(
        PlaceRule.IsLatitude(place.Latitude) ? place.Latitude : throw FieldChecks.Fault("place.latitude", PlaceRule.LatitudeBounds),
        PlaceRule.IsLongitude(place.Longitude) ? place.Longitude : throw FieldChecks.Fault("place.longitude", PlaceRule.LongitudeBounds),
        FieldChecks.Number("place.radiusMeters", place.RadiusMeters, MinRadius, MaxRadius),
        FieldChecks.Number("place.minutes", place.Minutes, 1, PlaceVisits.MaxMinutes));

    static string Domain(string text) => Tenant.IsDomain(text) ? text
        : throw FieldChecks.Fault("emailDomains", "must contain domains such as example.com, in lower case and Punycode");

    // Other ways to write an IPv4 address, such as 010.0.0.0, mean different things to different people.
    static string Network(string text)
    {
        var isOne = IPNetwork.TryParse(text, out var network)
            && (network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6
                ? network.PrefixLength <= GroupRule.MaxIPv6Prefix && network.BaseAddress.Equals(IPAddress.Parse(text.Split('/')[0]))
                : network.ToString() == text);
        return isOne ? network.ToString() : throw FieldChecks.Fault("networks",
            $"must contain networks such as 192.0.2.0/24 and 2001:db8::/48, of IPv6 with at most {GroupRule.MaxIPv6Prefix} bits");
    }

    static IReadOnlyList<string> Entries(string field, IReadOnlyList<string> entries, Func<string, string> check) =>
        entries.Count is > 0 and <= GroupRule.MaxEntries ? [.. entries.Select(check).Distinct(StringComparer.Ordinal)]
            : throw FieldChecks.Fault(field, $"must have 1 to {GroupRule.MaxEntries} entries");
}

/// <summary>An attribute, and the values that count.</summary>
sealed record AttributeBody(string Name, IReadOnlyList<string> Values);

/// <summary>A circle, and for how many minutes a position in it counts.</summary>
sealed record PlaceBody(double Latitude, double Longitude, int RadiusMeters, int Minutes = 60);
