using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>A space that the caller can use.</summary>
/// <param name="Space">Its name in requests: <c>me</c>, <c>group:{id}</c>, <c>app</c>.</param>
/// <param name="Name">The group's name; absent for other spaces.</param>
/// <param name="Right"><c>read</c>, <c>write</c> or <c>share</c>. Each includes those before it.</param>
public sealed record SpaceResponse(string Space, string? Name, string Right)
{
    /// <summary>What the space holds and may hold, if the caller asked.</summary>
    public SpaceUsageResponse? Usage { get; init; }
}

/// <summary>What a space holds, the trash and unfinished uploads included, and the most that it may hold.</summary>
/// <param name="Bytes">In bytes.</param>
/// <param name="Files">In files.</param>
/// <param name="MaxBytes">The limit in bytes.</param>
/// <param name="MaxFiles">The limit in files.</param>
public sealed record SpaceUsageResponse(long Bytes, long Files, long MaxBytes, long MaxFiles);

/// <summary>All spaces of the caller.</summary>
public sealed record SpacesResponse(IReadOnlyList<SpaceResponse> Spaces);

/// <summary>Lists the spaces that the caller can use: their own, those of their groups, and the app's.</summary>
public sealed class ListSpaces(TenantPipeline pipeline, Memberships memberships, SpaceQuota quota)
{
    /// <summary>
    /// <c>GET /{tenant}/spaces?usage=true</c> → <c>{spaces: [{space, name?, right, usage?}]}</c>. The usage costs one point read for each
    /// space, all at once.
    /// </summary>
    [Function("files-spaces")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/spaces")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var withUsage = Query.ReadForPage(request, "usage").Flag("usage");
            var self = Owner.Of(caller.Token);
            var isUser = self.Kind == "user";
            var mine = isUser ? await memberships.Of(memberships.Who(request, caller.Tenant, self.Id), caller.Cancel) : [];
            (Owner Owner, SpaceResponse Response)[] all =
            [
                (self, Answer("me", null, Permission.Share)),
                .. mine.Select(membership => (Owner.Group(membership.Group.Id), OfGroup(membership))),
                (Owner.App(caller.Token.ClientId), Answer("app", null, Spaces.PermissionInApp(isUser))),
            ];
            return FileJson.Ok(new SpacesResponse(withUsage
                ? await Task.WhenAll(all.Select(space => WithUsage(caller, space.Owner, space.Response)))
                : [.. all.Select(space => space.Response)]));
        });

    async Task<SpaceResponse> WithUsage(Caller caller, Owner owner, SpaceResponse space)
    {
        var usage = await quota.Read(caller.Tenant.Id, owner.SpaceKey(caller.Tenant.Id), caller.Cancel);
        var limits = caller.Tenant.Limits;
        return space with { Usage = new(usage.Bytes, usage.Files, limits.SpaceBytes, limits.SpaceFiles) };
    }

    static SpaceResponse OfGroup(Membership membership) => Answer(
        Owner.Group(membership.Group.Id).SpaceName, membership.Group.Name, Spaces.PermissionOf(membership.Role));

    static SpaceResponse Answer(string space, string? name, Permission permission) =>
        new(space, name, permission.ToString().ToLowerInvariant());
}
