using Latchkey.Access;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// Dynamic client registration (RFC 7591 §3). It needs an initial access token, unless the tenant allows
/// <see cref="Tenant.OpenRegistration"/>.
/// </summary>
public sealed class Register(
    TenantPipeline pipeline, InitialAccessTokens initialTokens, Registrations registrations, AnonymousLimiter rows)
{
    /// <summary><c>POST /{tenant}/oauth/register</c></summary>
    [Function("register")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/register")] HttpRequest http) =>
        pipeline.Public(http, async request =>
        {
            request.Audit.Type = "client-register";
            var (_, tenant, _, cancel) = request;
            var isOpen = tenant.OpenRegistration && http.Headers.Authorization.Count == 0;
            var token = isOpen ? null : RegistrationToken.Of(http);
            if (token is not null && !await initialTokens.IsGood(tenant, token, cancel)) throw RegistrationToken.Refused();
            var response = await registrations.Add(request, isOpen, Spend);
            return Results.Json(response, statusCode: 201);

            async Task Spend()
            {
                if (isOpen) rows.Take(http, AnonymousLimiter.ClientCost);
                if (token is not null && !await initialTokens.TrySpend(tenant, token, cancel)) throw RegistrationToken.Refused();
            }
        });
}
