using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A group as the API returns it.</summary>
sealed record GroupResponse(string Id, string Name, bool Deleting, GroupRuleResponse? Rule, string? App)
{
    public static GroupResponse Of(Group group, GroupRule? rule) =>
        new(group.Id, group.Name, group.Deleting, rule is null ? null : GroupRuleResponse.Of(rule), group.App?.ClientId);
}

/// <summary>A rule: of the four conditions it has one.</summary>
sealed record GroupRuleResponse(
    string Role, AttributeRule? Attribute, IReadOnlyList<string>? EmailDomains, IReadOnlyList<string>? Networks, PlaceRule? Place)
{
    public static GroupRuleResponse Of(GroupRule rule) => new(
        rule.Role.Word(), rule.Attribute, rule.EmailDomains.Count > 0 ? rule.EmailDomains : null,
        rule.Networks.Count > 0 ? rule.Networks : null, rule.Place);
}
