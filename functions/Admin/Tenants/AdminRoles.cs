using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// The tenant's roles. What a role may do is looked up anew at each refresh, and what it no longer gives is gone from the
/// tokens that are out within seconds; who has the role is the users' business. A role that is deleted and made again is
/// another: nobody has it.
/// </summary>
public sealed class AdminRoles(TenantPipeline pipeline, TenantStore tenants)
{
    const int MaxRoles = 100;
    const string One = "{tenant}/admin/roles/{role}";

    /// <summary><c>GET /{tenant}/admin/roles</c> → <c>{roles: [{name, rights}]}</c></summary>
    [Function("admin-roles")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/roles")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            return Results.Json(new { roles = tenant.Roles.Values.OrderBy(role => role.Name, StringComparer.Ordinal).Select(Answer) });
        });

    /// <summary><c>PUT /{tenant}/admin/roles/{role}</c> <c>{rights: [scope]}</c>: makes the role or sets what it may do.</summary>
    [Function("admin-role-put")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", "options", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var name = Name(request) ?? throw Input.Fault("role", "must be 1 to 40 of a-z, 0-9, '-', '_' and '.'");
            if (IsReserved(caller, name)) throw Reserved();
            var rights = Input.Scope("rights", (await JsonBody.Read<NewRights>(request)).Rights, Operators.RightsIn(caller.Tenant));
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            if (!tenant.Roles.ContainsKey(name) && tenant.Roles.Count >= MaxRoles)
                throw Problem.Conflict("too_many_roles", $"A tenant has at most {MaxRoles} roles.");
            var role = new Role(name, rights);
            await tenants.Put(tenant, role, caller.Cancel);
            caller.Audit.Detail = $"rights={rights}";
            return Results.Json(Answer(role));
        });

    /// <summary><c>DELETE /{tenant}/admin/roles/{role}</c> → 204: whoever has it may no longer do what it gave.</summary>
    [Function("admin-role-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var tenant = await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;
            if (Name(request) is not { } name || !tenant.Roles.ContainsKey(name))
                throw Problem.NotFound("role_not_found", "There is no such role.");
            if (IsReserved(caller, name)) throw Reserved();
            await tenants.Delete(tenant, name, caller.Cancel);
            return Results.NoContent();
        });

    // Without it nobody could look after the deployment any more.
    static bool IsReserved(Caller caller, string role) => caller.Tenant.Id == Tenant.Operator && role == Operators.Role;

    static Problem Reserved() => Problem.Conflict("role_reserved", "The operators' role is the deployment's.");

    static object Answer(Role role) => new { role.Name, rights = role.Rights.Tokens };

    static string? Name(HttpRequest request) => request.RouteValues["role"] as string is { Length: >= 1 and <= 40 } name
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.') ? name : null;

    sealed record NewRights(IReadOnlyList<string> Rights);
}
