using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Initial access tokens (RFC 7591 §3), with which developers register their apps. A token is shown once, when it is created.
/// </summary>
public sealed class AdminInitialTokens(TenantPipeline pipeline, InitialAccessTokens tokens)
{
    const string CollectionRoute = "{tenant}/admin/initial-tokens";

    /// <summary><c>GET /{tenant}/admin/initial-tokens</c> → <c>{tokens: [{id, usesLeft, createdAt, expiresAt}]}</c>, usable ones.</summary>
    [Function("admin-initial-tokens")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller => Results.Json(new
        {
            tokens = (await tokens.List(caller.Tenant, caller.Cancel)).Select(token => new
            {
                token.Id,
                token.UsesLeft,
                createdAt = token.CreatedAt.UtcDateTime,
                expiresAt = token.ExpiresAt.UtcDateTime,
            }),
        }));

    /// <summary><c>POST /{tenant}/admin/initial-tokens</c> <c>{uses? = 1, days? = 7}</c> → 201 <c>{id, token}</c></summary>
    [Function("admin-initial-token-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<NewToken>(request);
            var uses = FieldChecks.Number("uses", body.Uses ?? 1, 1, 1000);
            var days = FieldChecks.Number("days", body.Days ?? 7, 1, 90);
            var token = await tokens.Create(caller.Tenant, uses, TimeSpan.FromDays(days), caller.Cancel);
            var id = InitialAccessTokens.IdOf(token);
            (caller.Audit.Target, caller.Audit.Detail) = (id, $"{uses} uses, {days} days");
            return Results.Json(new { id, token }, statusCode: 201);
        });

    /// <summary><c>DELETE /{tenant}/admin/initial-tokens/{tokenId}</c> → 204: the token can no longer be used.</summary>
    [Function("admin-initial-token-revoke")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = CollectionRoute + "/{tokenId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            await tokens.TryRevoke(caller.Tenant, request.RouteValues["tokenId"] as string ?? "", caller.Cancel)
                ? Results.NoContent() : throw Problem.NotFound("token_not_found", "The token was not found."));

    sealed record NewToken(int? Uses = null, int? Days = null);
}
