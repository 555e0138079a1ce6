using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>
/// The groups of the user: those that they were put into, and those that they belong to by a rule. Where the user is, an app says; what it
/// says is compared with the places of the tenant's groups and forgotten.
/// </summary>
public sealed class MyGroups(
    TenantPipeline pipeline, AccountUsers accounts, Memberships memberships, PlaceVisits visits, AnonymousLimiter limiter)
{
    const string Route = "{tenant}/me/groups";

    /// <summary><c>GET /{tenant}/me/groups</c> → <c>{groups: [{id, name, role, rule, until}]}</c></summary>
    [Function("me-groups")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Groups, async caller => await Answer(caller, await User(caller)));

    /// <summary>
    /// <c>POST /{tenant}/me/groups</c> <c>{latitude, longitude}</c> → the same, with the groups of the places that contain this position,
    /// each until its time is over. 429 <c>too_many_requests</c>.
    /// </summary>
    [Function("me-groups-place")]
    public Task<IResult> Post([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Groups, async caller =>
        {
            var (latitude, longitude) = await JsonBody.Read<Position>(request);
            if (!PlaceRule.IsLatitude(latitude)) throw Problem.InvalidField("latitude", PlaceRule.LatitudeBounds);
            if (!PlaceRule.IsLongitude(longitude)) throw Problem.InvalidField("longitude", PlaceRule.LongitudeBounds);
            var user = await User(caller);
            List<GroupRule> places = [.. caller.Tenant.GroupRules.Values.Where(rule => rule.Place is not null)];
            limiter.Take(request, cost: 1 + places.Count);
            await visits.Note(caller.Tenant.Id, user.Id, places, (latitude, longitude), caller.Cancel);
            return await Answer(caller, user);
        });

    async Task<User> User(Caller caller) => (await accounts.Find(caller)).User;

    async Task<IResult> Answer(Caller caller, User user)
    {
        var mine = await memberships.Of(memberships.Who(caller.Http, caller.Tenant, user.Id), caller.Cancel);
        return Results.Json(new
        {
            groups = mine.Select(one => new
            {
                one.Group.Id,
                one.Group.Name,
                role = one.Role.Word(),
                rule = one.Rule?.Kind,
                until = one.Until?.UtcDateTime,
            }),
        });
    }

    sealed record Position(double Latitude, double Longitude);
}
