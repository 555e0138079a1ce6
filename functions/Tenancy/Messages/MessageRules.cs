using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Tenancy;

/// <summary>Whom a user may write to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WritingMode>))]
public enum WritingMode
{
    /// <summary>Whoever shares a group with them, and their groups.</summary>
    [JsonStringEnumMemberName("groups")]
    Groups,

    /// <summary>Every user of the tenant, and their groups.</summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary>Nobody: there are only topics and events.</summary>
    [JsonStringEnumMemberName("nobody")]
    Nobody,
}

/// <summary>Who may hear and say what on the topics of one name or pattern.</summary>
/// <param name="Name">Segments with dots between them; the last may be <c>*</c> (one segment) or <c>**</c> (all below).</param>
/// <param name="Subscribe">The roles that hear it; <see cref="Everybody"/> for all users.</param>
/// <param name="Publish">The roles that may say something there; the same.</param>
/// <param name="Clients">The clients that may use it, by id; <see cref="Everybody"/> for all.</param>
public sealed record TopicRule(
    string Name, IReadOnlyList<string> Subscribe, IReadOnlyList<string> Publish, IReadOnlyList<string> Clients)
{
    /// <summary>In a list: all.</summary>
    public const string Everybody = "*";

    /// <summary>The longest name, in characters.</summary>
    public const int MaxName = 200;

    /// <summary>
    /// The most characters of all roles of a key. They stand in the URL that a client connects to, which Azure takes up to 12 KiB, and are
    /// a third longer there.
    /// </summary>
    public const int MaxKey = 4096;

    /// <summary>The most of them that are a tenant's topics; the rest is the inbox's and the groups'.</summary>
    public const int MaxTopicsInKey = 3072;

    /// <summary>How long a role is besides the name that it is for: <c>webpubsub.joinLeaveGroups.</c> and what is between roles.</summary>
    public const int RoleLength = 30;

    const int MaxSegment = 64;

    /// <summary>True if the text can be a topic's name: segments of a-z, 0-9 and hyphens, with dots between them.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= MaxName && text.Split('.').All(IsSegment);

    /// <summary>True if the text is a name, or one whose last segment is a wildcard. No pattern is a wildcard alone.</summary>
    public static bool IsRule(string text) => IsName(text)
        || (text.Length <= MaxName && text.LastIndexOf('.') is > 0 and var dot && text[(dot + 1)..] is "*" or "**" && IsName(text[..dot]));

    /// <summary>True if the rule is about the topic of this name, as Azure Web PubSub understands its pattern.</summary>
    public bool Matches(string topic)
    {
        if (!Name.EndsWith('*')) return topic == Name;
        var prefix = Name.TrimEnd('*');
        return topic.StartsWith(prefix, StringComparison.Ordinal) && topic.Length > prefix.Length
            && (Name.EndsWith("**", StringComparison.Ordinal) || !topic[prefix.Length..].Contains('.', StringComparison.Ordinal));
    }

    /// <summary>True if a user with these roles hears it in this client.</summary>
    public bool Hears(string client, IReadOnlyList<string> roles) => IsFor(client) && Admits(Subscribe, roles);

    /// <summary>True if a user with these roles may say something there in this client.</summary>
    public bool Speaks(string client, IReadOnlyList<string> roles) => IsFor(client) && Admits(Publish, roles);

    internal int LengthInKey(string tenant) => ((Subscribe.Count > 0 ? 1 : 0) + (Publish.Count > 0 ? 1 : 0))
        * (tenant.Length + ".topic.".Length + Name.Length + RoleLength);

    internal bool IsFor(string client) => Clients.Contains(Everybody) || Clients.Contains(client);

    static bool Admits(IReadOnlyList<string> admitted, IReadOnlyList<string> roles) =>
        admitted.Contains(Everybody) || admitted.Any(roles.Contains);

    static bool IsSegment(string text) =>
        text.Length is > 0 and <= MaxSegment && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

/// <summary>What a tenant says about messages (docs/apps/messages.md). By default it has none.</summary>
public sealed record MessageRules
{
    /// <summary>The most topics that a tenant can name.</summary>
    public const int MaxTopics = 50;

    /// <summary>The tenant has messages, if the deployment has a service for them.</summary>
    public bool Enabled { get; init; }

    /// <summary>Whom a user may write to.</summary>
    public WritingMode WriteTo { get; init; }

    /// <summary>How many messages a user sends in a minute, on all instances together (<c>SendingLimits</c>).</summary>
    public int UserPerMinute { get; init; } = 60;

    /// <summary>To how many recipients the tenant's users send in a minute; the same.</summary>
    public int TenantPerMinute { get; init; } = 6_000;

    /// <summary>Users find events of the service in their inbox: shares, changed and received files, ended sessions.</summary>
    public bool Events { get; init; }

    /// <summary>The topics.</summary>
    public IReadOnlyList<TopicRule> Topics { get; init; } = [];

    /// <summary>How many characters of a key these topics take, at the client that has most of them and with all roles.</summary>
    public static int LengthInKey(string tenant, IReadOnlyList<TopicRule> topics) => topics.SelectMany(rule => rule.Clients)
        .Distinct(StringComparer.Ordinal).Select(client => topics.Where(rule => rule.IsFor(client)).Sum(rule => rule.LengthInKey(tenant)))
        .DefaultIfEmpty(0).Max();

    internal static MessageRules Parse(string? json) =>
        json is null ? new() : JsonSerializer.Deserialize<MessageRules>(json, JsonSerializerOptions.Web)!;

    internal string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
