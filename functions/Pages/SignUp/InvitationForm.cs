using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>
/// The form in which somebody who was invited makes an account (<see cref="Invitations"/>); a part of <see cref="SignUpPage"/>.
/// </summary>
public sealed class InvitationForm(
    PendingRequests pendingRequests, Invitations invitations, NewUserSignIn signIn, SignUpViews views)
{
    /// <summary>Shows the form. Without a pending request it begins one, which leads to the account page.</summary>
    public async Task<IResult> Show(TenantRequest request, string? requestId, string link)
    {
        var invitation = await Find(request, link);
        if (requestId is null)
        {
            var start = $"/{request.Tenant.Id}/{SignUpPage.Name}";
            if (HttpMethods.IsHead(request.Http.Method)) return new SeeOther(start); // HEAD stores nothing.
            var id = await pendingRequests.BeginForPage(request, BuiltInPages.Account, Form.Parse([]));
            return new SeeOther($"{start}?request={id}&invitation={Uri.EscapeDataString(link)}");
        }
        var pending = await pendingRequests.Find(request, requestId);
        var typed = SignUpForm.Empty(null) with { Name = invitation.Name ?? "" };
        return await views.Form(request, pending, authorization: null, typed, refusal: null, (link, invitation.Email));
    }

    /// <summary>Makes the user and signs them in.</summary>
    public async Task<IResult> Use(
        TenantRequest request, PendingRequest pending, AuthorizationRequest? authorization, Form form, string link)
    {
        var (_, tenant, audit, cancel) = request;
        audit.Type = "invitation-use";
        var invitation = await Find(request, link);
        var (typed, account) = SignUpForm.Read(tenant, form, invitation.Email);
        if (account is null)
        {
            audit.Refusal = "invalid_field";
            return await views.Form(request, pending, authorization, typed, refusal: null, (link, invitation.Email));
        }
        if (await invitations.TryUse(tenant, invitation, account, cancel) is not { } user)
        {
            audit.Refusal = "email_taken";
            return await views.Message(request, Strings.HaveAccount,
                new MessageModel(Strings.HaveAccountLead, $"/{tenant.Id}/login?request={pending.Id}", Strings.SignIn));
        }
        audit.Actor = user.Id;
        return await signIn.Complete(request, pending, authorization, user);
    }

    async Task<Invitation> Find(TenantRequest request, string link)
    {
        if (!Invitations.AreOn(request.Tenant)) throw new Problem(403, "sign_up_off", Strings.SignUpOff);
        return await invitations.Find(request.Tenant, link, request.Cancel)
            ?? throw Problem.BadRequest("link_not_good", Strings.InvitationNotGood);
    }
}
