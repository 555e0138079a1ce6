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
/// Lets an operator into a tenant: issues a token of that tenant with scope <c>admin</c>, so operators use the same
/// administration as everybody. Its subject is <c>operator:{user}</c>, which the tenant's audit names with every action. It
/// ends with the token that requested it, at the latest: a disabled operator is out of every tenant within seconds.
/// </summary>
public sealed class OperatorToken(
    TenantPipeline pipeline, TenantStore tenants, ClientStore clients, AccessTokens accessTokens, IssuedTokens issued, TimeProvider clock)
{
    /// <summary>
    /// <c>POST /operator/admin/tenants/{id}/token</c> <c>{}</c> → <c>{accessToken, expiresIn}</c>; valid for ten minutes at most.
    /// </summary>
    [Function("operator-token")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/admin/tenants/{id}/token")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller =>
        {
            var tenant = await tenants.FindNow(OperatorTenants.Id(request), caller.Cancel) ?? throw OperatorTenants.NotFound();
            var client = await clients.FindNow(tenant, Operators.TokenClient.Id, caller.Cancel);
            if (client is null)
            {
                await clients.TryAdd(tenant, Operators.TokenClient, caller.Cancel);
                client = await clients.FindNow(tenant, Operators.TokenClient.Id, caller.Cancel) ?? throw OperatorTenants.NotFound();
            }
            var left = (int)(caller.Token.ExpiresAt - clock.GetUtcNow()).TotalSeconds;
            var seconds = Math.Min(Operators.TokenClient.AccessTokenSeconds, left);
            var token = await accessTokens.ForOperator(tenant, client, $"operator:{caller.Token.Subject}",
                Operators.TokenClient.Scope, seconds, caller.Cancel);
            IssuedTokens.Bind(token.Record, caller.Token);
            await issued.Tables.For(token.Bucket).Put(token.Record, caller.Cancel);
            Instruments.TokenIssued(tenant.Id, "operator");
            return Results.Json(new { accessToken = token.Encoded, expiresIn = seconds });
        });
}
