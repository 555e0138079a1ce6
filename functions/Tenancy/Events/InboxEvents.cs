using System.Text.Json;

namespace Latchkey.Tenancy;

/// <summary>Which events users find in their inbox for messages, and in whose: at most one user's, whom the event is about.</summary>
public static class InboxEvents
{
    /// <summary>The user; null if there is none, or if events of this type are in no inbox.</summary>
    public static string? UserOf(TenantEvent one) =>
        UserOf(one.Type, name => one.Data.FirstOrDefault(member => member.Name == name).Value as string);

    /// <summary>The same of an event that was stored.</summary>
    public static string? UserOf(StoredEvent one) => UserOf(one.Type, name => Text(one, name));

    /// <summary>A member of an event's data; null if it is none, or no text.</summary>
    public static string? Text(StoredEvent one, string name) =>
        one.Data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static string? UserOf(string type, Func<string, string?> text) => type switch
    {
        EventTypes.SessionEnded => text("userId"),
        EventTypes.ShareCreated => text("recipientKind") == "user" ? text("recipientId") : null,
        EventTypes.FileChanged or EventTypes.RequestReceived => text("ownerKind") == "user" ? text("ownerId") : null,
        _ => null,
    };
}
