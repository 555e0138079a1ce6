using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the form for a device's code shows.</summary>
public sealed record DeviceModel(string FormToken, string? Code, string? Error);

/// <summary>What the user sees before allowing a device.</summary>
public sealed record DeviceConsentModel(string RequestId, string FormToken, string Code, Client Client, User User, AskedScope Asked);

/// <summary>
/// Where a user enters the code that a device shows (RFC 8628 §3.3): first the code, then the sign-in, then the consent. See
/// <see cref="DeviceApproval"/>.
/// </summary>
public sealed class DevicePage(
    TenantPipeline pipeline, DeviceApproval approval, PendingRequests pendingRequests, SsoSessions ssoSessions,
    FormTokens forms, PageRenderer renderer)
{
    /// <summary><c>GET /{tenant}/device?user_code=</c>, and <c>?request=</c> on the way back from the sign-in.</summary>
    [Function("device")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/device")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var query = Query.ReadForPage(http, "user_code", "request");
            // A code in the address is only filled into the form, so that the user compares it with the device (§3.3.1).
            // HEAD checks no code either, because a wrong one would have to be counted.
            if (query["request"] is not { } id || HttpMethods.IsHead(http.Method))
                return await ShowCodeForm(request, query["user_code"], error: null);
            return await Handle(request, await Find(request, id), form: null);
        });

    /// <summary><c>POST /{tenant}/device</c>: <c>form, user_code</c>; then <c>form, request, scope, action=allow|deny</c>.</summary>
    [Function("device-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/device")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var form = await Form.Read(http);
            if (form["request"] is { } id) return await Handle(request, await Find(request, id), form);
            await forms.Check(request, BuiltInPages.Device, form);
            if (UserCode.Read(form["user_code"] ?? "") is not { } code)
                return await ShowCodeForm(request, form["user_code"], Strings.WrongDeviceCode);
            var remembered = Form.Of("user_code", code);
            var pendingId = await pendingRequests.BeginForPage(request, BuiltInPages.Device, remembered);
            return new SeeOther($"/{request.Tenant.Id}/{BuiltInPages.Device}?request={pendingId}");
        });

    async Task<IResult> Handle(TenantRequest request, PendingRequest pending, Form? form)
    {
        var (_, tenant, audit, _) = request;
        if (await ssoSessions.Find(request) is not { } signedIn) return new SeeOther($"/{tenant.Id}/login?request={pending.Id}");
        var user = signedIn.User;
        if (user.DeleteAt is not null) return new SeeOther(LeavingPage.Address(tenant, pending.Id));
        if (TermsOfUse.IsDue(tenant, user)) return new SeeOther($"/{tenant.Id}/{TermsPage.Name}?request={pending.Id}");
        if (form is not null) await forms.Check(request, pending, user.Id, form);
        var code = pending.Parameters["user_code"] ?? "";
        (audit.Type, audit.Actor) = ("device", user.Id);
        if (await approval.Find(request, user, code) is not var (device, client))
        {
            audit.Refusal = "wrong_code";
            return await ShowCodeForm(request, code, Strings.WrongDeviceCode);
        }
        var action = form?["action"] is "deny" or "allow" ? form["action"] : null;
        (audit.Client, audit.Detail) = (client.Id, action);
        if (action is null) audit.Type = null; // Looking at the form decides nothing.
        if (device.Decision is { } decision && decision.UserId != user.Id) throw Finished();
        var apis = RequestedApis.Of(tenant, device.Apis);
        var scope = GrantedScope.ForUser(tenant, client, user.Roles, apis, device.Scope);
        if (action == "deny")
        {
            return await approval.TryDeny(request, device, user)
                ? await ShowMessage(request, Strings.DeviceNotConnected, Strings.NothingShared) : throw Finished();
        }
        // The user allows only what the form showed.
        if (action == "allow" && scope.Except(Scope.Parse(form!["scope"])).IsEmpty)
        {
            return await approval.TryAllow(request, device, client, signedIn, scope)
                ? await ShowMessage(request, Strings.DeviceConnected, Strings.DeviceConnectedLead) : throw Finished();
        }
        var token = await forms.For(request, pending, user.Id);
        return await renderer.Show<DeviceConsentView, DeviceConsentModel>(
            request.Http, new PageLayout(tenant, Strings.DeviceWants(client.Name)),
            new DeviceConsentModel(pending.Id, token, UserCode.Format(code), client, user, new(scope, apis)));
    }

    async Task<PendingRequest> Find(TenantRequest request, string id)
    {
        var pending = await pendingRequests.Find(request, id);
        return pending.Page == BuiltInPages.Device ? pending
            : throw Problem.BadRequest("sign_in_expired", "This page is out of date.");
    }

    async Task<IResult> ShowCodeForm(TenantRequest request, string? code, string? error)
    {
        var token = await forms.For(request, BuiltInPages.Device);
        var shownCode = UserCode.Read(code ?? "") is { } read ? UserCode.Format(read) : null;
        var page = new PageLayout(request.Tenant, Strings.ConnectDevice) { Status = error is null ? 200 : 400 };
        return await renderer.Show<DeviceView, DeviceModel>(request.Http, page, new DeviceModel(token, shownCode, error));
    }

    Task<IResult> ShowMessage(TenantRequest request, string title, string text) =>
        renderer.Show<MessageView, MessageModel>(request.Http, new PageLayout(request.Tenant, title), new MessageModel(text));

    static Problem Finished() => Problem.BadRequest("sign_in_finished", "This code has already been used.");
}
