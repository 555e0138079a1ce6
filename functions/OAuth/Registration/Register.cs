using Latchkey.Access;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// Dynamic client registration (RFC 7591 §3). It takes an initial access token; only a tenant whose policy is
/// <see cref="Tenant.OpenRegistration"/> takes requests without one.
/// </summary>
public sealed class Register(TenantPipeline pipeline, InitialAccessTokens initialTokens, Registrations registrations, AnonymousRows rows)
{
    /// <summary><c>POST /{tenant}/oauth/register</c></summary>
    [Function("register")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/register")] HttpRequest request) =>
        pipeline.Public(request, async (tenant, cancel) =>
        {
            AuditContext.Of(request).Type = "client-register";
            var open = tenant.OpenRegistration && request.Headers.Authorization.Count == 0;
            var token = open ? null : RegistrationToken.Of(request);
            if (token is not null && !await initialTokens.IsGood(tenant, token, cancel)) throw RegistrationToken.Refused();
            var answer = await registrations.Add(tenant, request, open, Spend, cancel);
            return Results.Json(answer, statusCode: 201);

            async Task Spend()
            {
                if (open) rows.Take(request, AnonymousRows.ClientCost);
                if (token is not null && !await initialTokens.TrySpend(tenant, token, cancel)) throw RegistrationToken.Refused();
            }
        });
}
