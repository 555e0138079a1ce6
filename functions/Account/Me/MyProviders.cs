using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Account;

/// <summary>The external accounts that the user signs in with. Linking one takes a browser: the account's page does it.</summary>
public sealed class MyProviders(TenantPipeline pipeline, AccountUsers accounts, LinkedIdentities identities, WaysToSignIn ways)
{
    const string Route = "{tenant}/me/providers";

    /// <summary><c>GET /{tenant}/me/providers</c> → <c>{providers}</c>: those that are linked.</summary>
    [Function("me-providers")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Route)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Account, async caller =>
        {
            var user = (await accounts.Find(caller)).User;
            var linked = await identities.Of(caller.Tenant, user.Id, caller.Cancel);
            return Results.Json(new
            {
                providers = linked.Select(identity => new
                {
                    provider = identity.Provider,
                    name = caller.Tenant.Providers.GetValueOrDefault(identity.Provider)?.Name ?? identity.Provider,
                    account = identity.Label,
                    linkedAt = identity.Since.UtcDateTime,
                }),
            });
        });

    /// <summary>
    /// <c>DELETE /{tenant}/me/providers/{providerId}</c> → 204. Needs a fresh sign-in. 404 <c>provider_not_linked</c>; the user's last
    /// way to sign in stays: 409 <c>last_way_to_sign_in</c>.
    /// </summary>
    [Function("me-provider-unlink")]
    public Task<IResult> Unlink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = Route + "/{providerId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Account, async caller =>
        {
            var user = (await accounts.FindFresh(caller)).User;
            var provider = request.RouteValues["providerId"] as string;
            return await ways.Unlink(caller.Tenant, user.Id, provider, caller.Cancel) switch
            {
                true => Results.NoContent(),
                false => throw WaysToSignIn.Last(),
                null => throw Problem.NotFound("provider_not_linked", "The user has linked no account of this provider."),
            };
        });
}
