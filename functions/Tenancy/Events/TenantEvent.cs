using System.Text.Json;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>
/// Something that happened in a tenant and that others can be told of. It has ids and as few names as possible, and never a secret.
/// </summary>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Data">What it is about. What is null is left out.</param>
public sealed record TenantEvent(string Type, params IReadOnlyList<(string Name, object? Value)> Data)
{
    /// <summary>It is about none of the numbered changes of its transaction.</summary>
    public const int NoChange = -1;

    /// <summary>Which of the numbered changes of its transaction it is about, from 0; or <see cref="NoChange"/>.</summary>
    public int Change { get; init; }

    /// <summary>The event as it is stored and sent.</summary>
    public StoredEvent Store(Tenant tenant, DateTimeOffset now)
    {
        var data = new Dictionary<string, object?> { ["tenant"] = tenant.Id };
        foreach (var (name, value) in Data)
        {
            if (value is not null) data[name] = value;
        }
        return new($"evt_{Ids.New()}", Type, now, tenant.Issuer, JsonSerializer.SerializeToElement(data));
    }
}

/// <summary>An event as it stands in the outbox.</summary>
/// <param name="Id">Its id, the same for everybody who is told and for every try: <c>webhook-id</c>.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Source">The tenant's issuer.</param>
/// <param name="Data">A JSON object.</param>
public sealed record StoredEvent(string Id, string Type, DateTimeOffset Time, string Source, JsonElement Data)
{
    /// <summary>The same with one more member of its data.</summary>
    public StoredEvent With(string name, long value) => this with
    {
        Data = JsonSerializer.SerializeToElement(
            Data.EnumerateObject().ToDictionary(member => member.Name, object (member) => member.Value).Append(new(name, value))
                .ToDictionary()),
    };
}
