using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Scim;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>The tokens with which directories provision the tenant's users and groups. A token is shown once, when it is created.</summary>
public sealed class AdminScimTokens(TenantPipeline pipeline, ScimTokens tokens, TenantStore tenants)
{
    const string CollectionRoute = "{tenant}/admin/scim-tokens";

    /// <summary><c>GET /{tenant}/admin/scim-tokens</c> → <c>{tokens}</c>, those that work, by name.</summary>
    [Function("admin-scim-tokens")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller => Results.Json(new
        {
            tokens = (await tokens.List(caller.Tenant, caller.Cancel)).Select(token => new ScimTokenResponse(token)),
        }));

    /// <summary>
    /// <c>POST /{tenant}/admin/scim-tokens</c> <c>{name, days? = 365, roles?, assignableRoles?, groupRole? = reader, trustEmail? = true,
    /// passwords? = false}</c> → 201 with <c>token</c>, which is shown only now. 409 <c>too_many_tokens</c>.
    /// </summary>
    [Function("admin-scim-token-create")]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = CollectionRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<NewToken>(request);
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            var template = new ScimToken
            {
                Id = "",
                Name = FieldChecks.DisplayText("name", body.Name),
                Roles = Roles("roles", tenant, body.Roles),
                AssignableRoles = Roles("assignableRoles", tenant, body.AssignableRoles),
                GroupRole = body.GroupRole switch
                {
                    null or "reader" => GroupRole.Reader,
                    "editor" => GroupRole.Editor,
                    _ => throw FieldChecks.Fault("groupRole", "must be reader or editor"),
                },
                TrustEmail = body.TrustEmail ?? true,
                Passwords = body.Passwords ?? false,
                CreatedAt = default,
                ExpiresAt = default,
            };
            var days = FieldChecks.Number("days", body.Days ?? 365, 1, ScimTokens.MaxDays);
            if ((await tokens.List(tenant, caller.Cancel)).Count >= ScimTokens.MaxTokens)
                throw Problem.Conflict("too_many_tokens", $"A tenant has at most {ScimTokens.MaxTokens} SCIM tokens. Revoke one.");
            var (made, secret) = await tokens.Create(tenant, template, TimeSpan.FromDays(days), caller.Cancel);
            (caller.Audit.Target, caller.Audit.Detail) = (made.Id, $"{days} days");
            return Results.Json(new ScimTokenResponse(made) { Token = secret }, statusCode: 201);
        });

    /// <summary><c>DELETE /{tenant}/admin/scim-tokens/{tokenId}</c> → 204: the token no longer works.</summary>
    [Function("admin-scim-token-revoke")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = CollectionRoute + "/{tokenId}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            await tokens.TryRevoke(caller.Tenant, request.RouteValues["tokenId"] as string ?? "", caller.Cancel)
                ? Results.NoContent() : throw Problem.NotFound("token_not_found", "The token was not found."));

    static IReadOnlyList<string> Roles(string field, Tenant tenant, IReadOnlyList<string>? names)
    {
        var roles = FieldChecks.Roles(field, tenant, names ?? []);
        return roles.FirstOrDefault(role => ScimTokens.Administers(tenant, role)) is { Name: { } name }
            ? throw FieldChecks.Fault(field, $"must not contain {name}, which gives a right to administer")
            : [.. roles.Select(role => role.Name)];
    }

    sealed record NewToken(
        string Name, int? Days = null, IReadOnlyList<string>? Roles = null, IReadOnlyList<string>? AssignableRoles = null,
        string? GroupRole = null, bool? TrustEmail = null, bool? Passwords = null);
}

/// <summary>A SCIM token as the API returns it.</summary>
sealed class ScimTokenResponse(ScimToken token)
{
    public string Id => token.Id;

    public string Name => token.Name;

    public IReadOnlyList<string> Roles => token.Roles;

    public IReadOnlyList<string> AssignableRoles => token.AssignableRoles;

    public string GroupRole => token.GroupRole.Word();

    public bool TrustEmail => token.TrustEmail;

    public bool Passwords => token.Passwords;

    public DateTime CreatedAt => token.CreatedAt.UtcDateTime;

    public DateTime ExpiresAt => token.ExpiresAt.UtcDateTime;

    public string? LastUsed => token.LastUsed;

    /// <summary>The token itself, when it is created.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }
}
