using Latchkey.Access;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// An operator's way into a tenant: a token of that tenant with scope <c>admin</c>, so that its administration is one
/// thing for everybody. The subject is <c>operator:{user}</c>, and the tenant's audit names it with every act. It dies with
/// the token that it was got with and ends no later: an operator who is disabled is out of every tenant within seconds.
/// </summary>
public sealed class OperatorToken(
    TenantPipeline pipeline, TenantStore tenants, ClientStore clients, AccessTokens accessTokens, IssuedTokens issued, TimeProvider clock)
{
    /// <summary><c>POST /operator/admin/tenants/{id}/token</c> <c>{}</c> → <c>{accessToken, expiresIn}</c>, good for ten minutes at most.</summary>
    [Function("operator-token")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/admin/tenants/{id}/token")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller =>
        {
            var tenant = await tenants.FindNow(OperatorTenants.Id(request), caller.Cancel) ?? throw OperatorTenants.NotFound();
            var client = await clients.FindNow(tenant, Operators.InTenant.Id, caller.Cancel);
            if (client is null)
            {
                await clients.TryAdd(tenant, Operators.InTenant, caller.Cancel);
                client = await clients.FindNow(tenant, Operators.InTenant.Id, caller.Cancel) ?? throw OperatorTenants.NotFound();
            }
            var left = (int)(caller.Token.ExpiresAt - clock.GetUtcNow()).TotalSeconds;
            var seconds = Math.Min(Operators.InTenant.AccessTokenSeconds, left);
            var token = await accessTokens.ForOperator(tenant, client, $"operator:{caller.Token.Subject}",
                Operators.InTenant.Scope, seconds, caller.Cancel);
            IssuedTokens.Bind(token.Record, caller.Token);
            await issued.Tables.For(token.Bucket).Put(token.Record, caller.Cancel);
            Instruments.TokenIssued(tenant.Id, "operator");
            return Results.Json(new { accessToken = token.Encoded, expiresIn = seconds });
        });
}
