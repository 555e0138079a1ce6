using System.Text.Json.Nodes;
using Latchkey.Tenancy;

namespace Latchkey.Scim;

/// <summary>A group as SCIM shows it (RFC 7643 §4.2).</summary>
static class GroupResource
{
    /// <summary>The resource.</summary>
    /// <param name="call">The request.</param>
    /// <param name="group">The group, as it was read.</param>
    /// <param name="members">The ids of its members; null if they are not shown.</param>
    public static JsonObject Of(ScimRequest call, Group group, IEnumerable<string>? members)
    {
        var resource = new JsonObject { ["schemas"] = new JsonArray(ScimSchemas.Group), ["id"] = group.Id };
        if (group.ExternalId is { } id) resource["externalId"] = id;
        resource["meta"] = UserResource.Meta("Group", group.WrittenAt, $"{call.Base}/Groups/{group.Id}", Versions.Of(group.ETag));
        resource["displayName"] = group.Name;
        if (members is not null)
        {
            resource["members"] = new JsonArray([.. members.Select(user => (JsonNode)new JsonObject
            {
                ["value"] = user,
                ["$ref"] = $"{call.Base}/Users/{user}",
                ["type"] = "User",
            })]);
        }
        return resource;
    }
}
