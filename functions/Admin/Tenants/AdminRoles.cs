using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The tenant's roles. A role's rights are read again at each refresh; a right that is removed also disappears from issued
/// tokens within seconds. Which roles a user holds is set on the user. A role that is deleted and created again is a new one:
/// nobody holds it.
/// </summary>
public sealed class AdminRoles(TenantPipeline pipeline, TenantStore tenants)
{
    const int MaxRoles = 100;
    const string ItemRoute = "{tenant}/admin/roles/{role}";

    /// <summary><c>GET /{tenant}/admin/roles</c> → <c>{roles: [{name, rights}]}</c></summary>
    [Function("admin-roles")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/roles")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            return Results.Json(new { roles = tenant.Roles.Values.OrderBy(role => role.Name, StringComparer.Ordinal).Select(Answer) });
        });

    /// <summary><c>PUT /{tenant}/admin/roles/{role}</c> <c>{rights: [scope]}</c>: creates the role or sets its rights.</summary>
    [Function("admin-role-put")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var name = Name(request) ?? throw FieldChecks.Fault("role", "must have 1 to 40 characters of a-z, 0-9, '-', '_' and '.'");
            if (IsReserved(caller, name)) throw Reserved();
            var rights = FieldChecks.Scope("rights", (await JsonBody.Read<NewRights>(request)).Rights, Operators.RightsIn(caller.Tenant));
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            if (!tenant.Roles.ContainsKey(name) && tenant.Roles.Count >= MaxRoles)
                throw Problem.Conflict("too_many_roles", $"A tenant has at most {MaxRoles} roles.");
            var role = new Role(name, rights);
            await tenants.Put(tenant, role, caller.Cancel);
            caller.Audit.Detail = $"rights={rights}";
            return Results.Json(Answer(role));
        });

    /// <summary><c>DELETE /{tenant}/admin/roles/{role}</c> → 204: its holders lose the rights that it gave.</summary>
    [Function("admin-role-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            if (Name(request) is not { } name || !tenant.Roles.ContainsKey(name))
                throw Problem.NotFound("role_not_found", "The role was not found.");
            if (IsReserved(caller, name)) throw Reserved();
            await tenants.Delete(tenant, name, caller.Cancel);
            return Results.NoContent();
        });

    // Without this role nobody could administer the deployment any more.
    static bool IsReserved(Caller caller, string role) => caller.Tenant.Id == Tenant.Operator && role == Operators.Role;

    static Problem Reserved() => Problem.Conflict("role_reserved", "The operators' role belongs to the deployment and cannot be changed.");

    static object Answer(Role role) => new { role.Name, rights = role.Rights.Tokens };

    static string? Name(HttpRequest request) => request.RouteValues["role"] as string is { Length: >= 1 and <= 40 } name
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.') ? name : null;

    sealed record NewRights(IReadOnlyList<string> Rights);
}
