using Latchkey.Access;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>A space that the caller can use.</summary>
/// <param name="Space">Its name in requests: <c>me</c>, <c>group:{id}</c>, <c>app</c>.</param>
/// <param name="Name">The group's name; absent for other spaces.</param>
/// <param name="Right"><c>read</c>, <c>write</c> or <c>share</c>. Each includes those before it.</param>
public sealed record SpaceResponse(string Space, string? Name, string Right);

/// <summary>All spaces of the caller.</summary>
public sealed record SpacesResponse(IReadOnlyList<SpaceResponse> Spaces);

/// <summary>Lists the spaces that the caller can use: their own, those of their groups, and the app's.</summary>
public sealed class ListSpaces(TenantPipeline pipeline, Memberships memberships)
{
    /// <summary><c>GET /{tenant}/spaces</c> → <c>{spaces: [{space, name?, right}]}</c></summary>
    [Function("files-spaces")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/spaces")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var self = Owner.Of(caller.Token);
            var isUser = self.Kind == "user";
            var mine = isUser ? await memberships.Of(memberships.Who(request, caller.Tenant, self.Id), caller.Cancel) : [];
            return FileJson.Ok(new SpacesResponse(
            [
                Answer("me", null, Permission.Share),
                .. mine.Select(OfGroup),
                Answer("app", null, Spaces.PermissionInApp(isUser)),
            ]));
        });

    static SpaceResponse OfGroup(Membership membership) => Answer(
        Owner.Group(membership.Group.Id).SpaceName, membership.Group.Name, Spaces.PermissionOf(membership.Role));

    static SpaceResponse Answer(string space, string? name, Permission permission) =>
        new(space, name, permission.ToString().ToLowerInvariant());
}
