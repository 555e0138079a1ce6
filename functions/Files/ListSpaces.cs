using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>A space that the caller may use.</summary>
/// <param name="Space">What requests call it: <c>me</c>, <c>group:{id}</c>, <c>app</c>.</param>
/// <param name="Name">The group's name; absent for the others.</param>
/// <param name="Right"><c>read</c>, <c>write</c> or <c>share</c>; each includes the ones before.</param>
public sealed record SpaceAnswer(string Space, string? Name, string Right);

/// <summary>All spaces of the caller.</summary>
public sealed record SpacesAnswer(IReadOnlyList<SpaceAnswer> Spaces);

/// <summary>Lists the spaces that the caller may use, so that an app can show them: one's own, those of one's groups, the app's.</summary>
public sealed class ListSpaces(Gate gate, GroupStore groups)
{
    /// <summary><c>GET /{tenant}/spaces</c> → <c>{spaces: [{space, name?, right}]}</c></summary>
    [Function("files-spaces")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/spaces")] HttpRequest request) =>
        gate.Read(request, Scopes.FilesRead, async caller =>
        {
            var self = Owner.Of(caller.Token);
            var isUser = self.Kind == "user";
            var memberships = isUser ? await groups.Of(caller.Tenant.Id, self.Id, caller.Cancel) : [];
            return FileJson.Ok(new SpacesAnswer(
            [
                Answer("me", null, Right.Share),
                .. memberships.Select(member => Answer(Owner.Group(member.Group.Id).SpaceName, member.Group.Name, Spaces.RightOf(member.Role))),
                Answer("app", null, Spaces.RightInApp(isUser)),
            ]));
        });

    static SpaceAnswer Answer(string space, string? name, Right right) => new(space, name, right.ToString().ToLowerInvariant());
}
