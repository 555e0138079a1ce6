using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>A webhook, or a change of one: an absent field stays, an empty description removes it, a list replaces the list.</summary>
sealed record WebhookBody(
    string? Url = null, string? Description = null, IReadOnlyList<string>? Types = null, bool? Enabled = null)
{
    /// <summary>The webhook with this change.</summary>
    /// <exception cref="Http.Problem">400 <c>invalid_field</c></exception>
    public Webhook Apply(Webhook webhook, bool development) => webhook with
    {
        Url = Url is null ? webhook.Url : CheckedUrl(Url, development),
        Description = Description switch
        {
            null => webhook.Description,
            "" => null,
            _ => FieldChecks.DisplayText("description", Description),
        },
        Types = Types is null ? webhook.Types : CheckedTypes(Types),
        DisabledBecause = Enabled switch
        {
            null => webhook.DisabledBecause,
            true => null,
            false => webhook.DisabledBecause ?? Webhook.ByAdministrator,
        },
        FailingSince = Enabled is true && webhook.DisabledBecause is not null ? null : webhook.FailingSince,
    };

    static string CheckedUrl(string url, bool development) =>
        url.Length <= FieldRules.MaxUriChars && ProviderHttp.IsAllowed(url, development) ? url
            : throw FieldChecks.Fault("url", "must be an https URL without a fragment");

    static IReadOnlyList<string> CheckedTypes(IReadOnlyList<string> types) =>
        types.All(type => type is not null && EventTypes.IsFilter(type))
            ? [.. types.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : throw FieldChecks.Fault("types",
                $"must contain only: {string.Join(", ", EventTypes.All)}, or all of one kind, such as user.*");
}

/// <summary>A webhook as administrators see it.</summary>
sealed record WebhookResponse(
    string Id, string Url, string? Description, IReadOnlyList<string> Types, DateTime CreatedAt, bool Enabled, string? DisabledBecause,
    DateTime? FailingSince, DateTime? FormerSecretUntil)
{
    public WebhookResponse(Webhook webhook, DateTimeOffset now) : this(
        webhook.Id, webhook.Url, webhook.Description, webhook.Types, webhook.CreatedAt.UtcDateTime, webhook.DisabledBecause is null,
        webhook.DisabledBecause, webhook.FailingSince?.UtcDateTime, webhook.FormerUntil > now ? webhook.FormerUntil?.UtcDateTime : null)
    {
    }

    /// <summary>Its secret, which is shown only when it is made.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }
}
