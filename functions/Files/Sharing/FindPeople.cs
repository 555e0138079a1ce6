using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Somebody with whom files can be shared.</summary>
/// <param name="Id">The user's id, as a share takes it.</param>
/// <param name="Name">The display name.</param>
/// <param name="Account">What tells people of one name apart: <see cref="PeopleIndex.AccountOf"/>.</param>
/// <param name="Whole">True if the text is the whole name, user name or verified address.</param>
public sealed record PersonResponse(string Id, string Name, string Account, bool Whole);

/// <summary>At most <see cref="PeopleIndex.Max"/> people.</summary>
public sealed record PeopleResponse(IReadOnlyList<PersonResponse> People);

/// <summary>
/// Finds people of the tenant to share with, where it lets its users find each other. Where it does not, the answer is the same whatever
/// is asked for, and nothing is looked up.
/// </summary>
public sealed class FindPeople(TenantPipeline pipeline, PeopleIndex people, PeopleLimiter limiter)
{
    const int MaxChars = 200;

    /// <summary><c>GET /{tenant}/people?q=</c> → <c>{people: [{id, name, account, whole}]}</c></summary>
    [Function("people-find")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/people")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesShare, async caller =>
        {
            var (tenant, self) = (caller.Tenant, Owner.Of(caller.Token));
            if (!tenant.Accounts.PeopleSearch || self.Kind != "user")
                throw new Problem(403, "people_hidden", "Users of this tenant can't look up each other.");
            var text = Query.Read(request, "q")["q"]?.Trim() ?? "";
            if (text.Length is 0 or > MaxChars) throw Problem.BadRequest("invalid_query", $"q must have 1 to {MaxChars} characters.");
            limiter.Take(tenant.Id, self.Id);
            var found = await people.Find(tenant, text, self.Id, caller.Cancel);
            return FileJson.Ok(new PeopleResponse([.. found.Select(user =>
                new PersonResponse(user.Id, user.Name, PeopleIndex.AccountOf(user), PeopleIndex.IsWhole(user, text)))]));
        });
}
