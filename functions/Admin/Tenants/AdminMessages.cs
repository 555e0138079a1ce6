using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>What the tenant says about messages (<see cref="MessageRules"/>).</summary>
public sealed class AdminMessages(TenantPipeline pipeline, TenantStore tenants, Settings settings)
{
    const string Route = "{tenant}/admin/messages";

    /// <summary><c>GET /{tenant}/admin/messages</c> → the rules, and whether the deployment has a service for messages</summary>
    [Function("admin-messages")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
            Answer((await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant).Messages));

    /// <summary>
    /// <c>PATCH /{tenant}/admin/messages</c>: an absent field stays, a list replaces the whole list. All connections are closed, so that
    /// it takes effect; apps connect again. 400 <c>invalid_field</c>.
    /// </summary>
    [Function("admin-messages-change")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<MessageRulesBody>(request);
            caller.Audit.Detail = string.Join(", ", JsonBody.Present(body));
            var changed = await OptimisticUpdate.Run(() => tenants.FindNow(caller.Tenant.Id, caller.Cancel),
                tenant => tenant with { Messages = body.Apply(tenant) }, tenant => tenants.TryReplace(tenant, caller.Cancel));
            return Answer((changed ?? throw OperatorTenants.NotFound()).Messages);
        });

    IResult Answer(MessageRules rules) => Results.Json(new
    {
        available = settings.Messages is not null,
        rules.Enabled,
        rules.WriteTo,
        rules.UserPerMinute,
        rules.TenantPerMinute,
        rules.Events,
        rules.Topics,
    });
}

/// <summary>A topic as an administrator sends it.</summary>
sealed record TopicRuleBody(
    string Name, IReadOnlyList<string>? Subscribe = null, IReadOnlyList<string>? Publish = null, IReadOnlyList<string>? Clients = null);

/// <summary>A change of a tenant's rules.</summary>
sealed record MessageRulesBody(
    bool? Enabled = null, WritingMode? WriteTo = null, int? UserPerMinute = null, int? TenantPerMinute = null, bool? Events = null,
    IReadOnlyList<TopicRuleBody?>? Topics = null)
{
    const int MaxPerMinute = 1_000_000;
    const int MaxNames = 50;

    /// <summary>The tenant's rules with this change.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>.</exception>
    public MessageRules Apply(Tenant tenant) => tenant.Messages with
    {
        Enabled = Enabled ?? tenant.Messages.Enabled,
        WriteTo = WriteTo ?? tenant.Messages.WriteTo,
        UserPerMinute = PerMinute("userPerMinute", UserPerMinute) ?? tenant.Messages.UserPerMinute,
        TenantPerMinute = PerMinute("tenantPerMinute", TenantPerMinute) ?? tenant.Messages.TenantPerMinute,
        Events = Events ?? tenant.Messages.Events,
        Topics = Topics is null ? tenant.Messages.Topics : Checked(tenant, Topics),
    };

    static int? PerMinute(string field, int? number) =>
        number is null ? null : FieldChecks.Number(field, number.Value, 1, MaxPerMinute);

    static List<TopicRule> Checked(Tenant tenant, IReadOnlyList<TopicRuleBody?> topics)
    {
        if (topics.Count > MessageRules.MaxTopics) throw Fault($"must have at most {MessageRules.MaxTopics} entries");
        List<TopicRule> rules = [.. topics.Select(topic => topic is null ? throw Fault("has an empty entry") : Checked(tenant, topic))];
        if (MessageRules.LengthInKey(tenant.Id, rules) > TopicRule.MaxTopicsInKey)
            throw Fault("has more topics for one client than a key has room for: use shorter names, or a pattern like sensors.*");
        return rules.DistinctBy(rule => rule.Name, StringComparer.Ordinal).Count() == rules.Count ? rules
            : throw Fault("names the same topic twice");
    }

    static TopicRule Checked(Tenant tenant, TopicRuleBody topic)
    {
        if (!TopicRule.IsRule(topic.Name))
            throw Fault("must have names like news or sensors.*: a-z, 0-9 and hyphens, with dots between them, a wildcard only at the end");
        return new(topic.Name, Roles(tenant, topic.Subscribe), Roles(tenant, topic.Publish),
            Names(topic.Clients ?? [TopicRule.Everybody], name => Client.IsId(name)));
    }

    static IReadOnlyList<string> Roles(Tenant tenant, IReadOnlyList<string>? names) => Names(names ?? [], tenant.Roles.ContainsKey);

    static IReadOnlyList<string> Names(IReadOnlyList<string> names, Func<string, bool> isKnown)
    {
        if (names.Count > MaxNames) throw Fault($"must have at most {MaxNames} roles or clients for each");
        return names.All(name => name == TopicRule.Everybody || isKnown(name)) ? [.. names.Distinct(StringComparer.Ordinal)]
            : throw Fault("must name roles of the tenant, ids of clients, or *");
    }

    static Problem Fault(string why) => FieldChecks.Fault("topics", why);
}
