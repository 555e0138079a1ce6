using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Invitations: people are mailed a link with which they make an account. It works once, for a week, and only where the account
/// rules have <c>signUp</c> at <c>invited</c> or <c>open</c>.
/// </summary>
public sealed class AdminInvitations(
    TenantPipeline pipeline, Invitations invitations, InvitationStore store, TenantStore tenants, GroupStore groups, TimeProvider clock)
{
    const string Many = "{tenant}/admin/invitations";
    const string One = "{tenant}/admin/invitations/{invitation}";
    const int MaxGroups = 20;

    /// <summary><c>GET /{tenant}/admin/invitations?cursor=&amp;limit=</c> → <c>{invitations, cursor}</c>, those that still work.</summary>
    [Function("admin-invitations")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = Many)] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Admin, async caller =>
        {
            var query = Query.Read(request, "cursor", "limit");
            var limit = Paging.Limit(query);
            var found = await store.List(caller.Tenant, Paging.After(query), limit + 1, caller.Cancel);
            var tenant = await Reload(caller);
            return Results.Json(new
            {
                invitations = found.Take(limit).Select(one => InvitationResponse.Of(tenant, one)),
                cursor = Paging.Cursor(found, limit, one => one.Id),
            });
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/invitations</c> <c>{email, name?, roles?, groups?: [{group, role?}]}</c> → 201 once the mail was
    /// accepted. 409 <c>sign_up_off</c>, <c>no_mail</c>, <c>email_taken</c>, <c>invitation_exists</c>; 429 <c>too_many_mails</c>; 503
    /// <c>mail_unavailable</c>.
    /// </summary>
    [Function("admin-invitation-create")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Many)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            var body = await JsonBody.Read<NewInvitation>(request);
            var tenant = await Reload(caller);
            var email = EmailAddress.Domain(body.Email) is not null && FieldRules.IsDisplayText(body.Email) ? body.Email
                : throw FieldChecks.Fault("email", "must be an email address");
            var invitation = await invitations.Add(tenant, new Invitation
            {
                Id = InvitationStore.IdOf(email),
                Email = email,
                Name = string.IsNullOrEmpty(body.Name) ? null : FieldChecks.DisplayText("name", body.Name),
                Roles = FieldChecks.Roles("roles", tenant, body.Roles ?? SignUpRolesOf(tenant)),
                Groups = await Groups(caller, body.Groups ?? []),
                UserId = Ids.New(),
                CreatedAt = clock.GetUtcNow(),
            }, caller.Cancel);
            (caller.Audit.Target, caller.Audit.Detail) = (invitation.UserId, string.Join(' ', tenant.Names(invitation.Roles)));
            return Results.Json(InvitationResponse.Of(tenant, invitation), statusCode: 201);
        });

    /// <summary>
    /// <c>POST /{tenant}/admin/invitations/{invitation}/resend</c> → 204 once the mail was accepted: a new link for another week; the
    /// former one ends. 404 <c>invitation_not_found</c>.
    /// </summary>
    [Function("admin-invitation-resend")]
    public Task<IResult> Resend(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = One + "/resend")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
        {
            await invitations.Resend(await Reload(caller), Id(request), caller.Cancel);
            return Results.NoContent();
        });

    /// <summary><c>DELETE /{tenant}/admin/invitations/{invitation}</c> → 204: its link ends. 404 <c>invitation_not_found</c>.</summary>
    [Function("admin-invitation-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", "options", Route = One)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Admin, async caller =>
            await store.TryDelete(caller.Tenant, Id(request), caller.Cancel) ? Results.NoContent() : throw Invitations.NotFound());

    static string Id(HttpRequest request) =>
        request.RouteValues["invitation"] as string is { } id && InvitationStore.IsId(id) ? id : throw Invitations.NotFound();

    // Past the cache, so that a role that was created a moment ago counts.
    async Task<Tenant> Reload(Caller caller) => await tenants.FindNow(caller.Tenant.Id, caller.Cancel) ?? caller.Tenant;

    static IReadOnlyList<string> SignUpRolesOf(Tenant tenant) => tenant.Names(SignUps.Roles(tenant));

    async Task<IReadOnlyList<(string Group, GroupRole Role)>> Groups(Caller caller, IReadOnlyList<NewMembership> wanted)
    {
        if (wanted.Count > MaxGroups) throw FieldChecks.Fault("groups", $"must have at most {MaxGroups} entries");
        var found = new Dictionary<string, GroupRole>(StringComparer.Ordinal);
        foreach (var (id, role) in wanted)
        {
            if (!Group.IsId(id) || await groups.FindGroup(caller.Tenant.Id, id, caller.Cancel) is not { Deleting: false })
                throw FieldChecks.Fault("groups", "must contain only groups of the tenant");
            found[id] = AdminMembers.Role(role ?? "reader");
        }
        return [.. found.Select(one => (one.Key, one.Value))];
    }

    sealed record NewInvitation(
        string Email, string? Name = null, IReadOnlyList<string>? Roles = null, IReadOnlyList<NewMembership>? Groups = null);

    sealed record NewMembership(string Group, string? Role = null);
}

/// <summary>An invitation as the API returns it, without its link.</summary>
sealed record InvitationResponse(
    string Id, string Email, string? Name, IReadOnlyList<string> Roles, IEnumerable<object> Groups, DateTime CreatedAt, DateTime ExpiresAt)
{
    public static InvitationResponse Of(Tenant tenant, Invitation invitation) => new(
        invitation.Id, invitation.Email, invitation.Name, tenant.Names(invitation.Roles),
        invitation.Groups.Select(one => new { group = one.Group, role = one.Role.Word() }),
        invitation.CreatedAt.UtcDateTime, invitation.ExpiresAt.UtcDateTime);
}
