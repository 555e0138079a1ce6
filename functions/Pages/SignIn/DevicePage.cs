using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>What the form for a device's code shows.</summary>
public sealed record DeviceModel(string FormToken, string? Code, string? Error);

/// <summary>What a user is asked before a device is let in.</summary>
public sealed record DeviceConsentModel(string RequestId, string FormToken, string Code, Client Client, User User, Scope Asks);

/// <summary>
/// Where a user types the code that a device shows (RFC 8628 §3.3): the code, then the sign-in, then the question. Only who
/// is signed in learns whether a code is good, so that wrong ones are counted for an account and for an address (§5.1).
/// </summary>
public sealed class DevicePage(
    TenantPipeline pipeline, DeviceRequests devices, PendingRequests pending, ClientStore clients, SessionIssuer sessions, Consents approvals,
    SignInLockout attempts, SsoSessions signIns, FormTokens forms, PageRenderer renderer,
    ResponsePages pages, Settings settings, TimeProvider clock)
{
    /// <summary><c>GET /{tenant}/device?user_code=</c>, and <c>?request=</c> on the way back from the sign-in.</summary>
    [Function("device")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/device")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var query = Query.ReadForPage(request, "user_code", "request");
            // A code in the address is shown in the form, to be compared, and never taken unseen (§3.3.1).
            // To HEAD too it is not: a guess would have to be counted.
            if (query["request"] is not { } id || HttpMethods.IsHead(request.Method)) return await ShowEntry(request, tenant, query["user_code"], null, cancel);
            return await Visit(request, tenant, await Find(request, tenant, id, cancel), null, cancel);
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    /// <summary><c>POST /{tenant}/device</c>: <c>form, user_code</c>; then <c>form, request, scope, action=allow|deny</c>.</summary>
    [Function("device-post")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/device")] HttpRequest request) =>
        pipeline.Page(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            if (form["request"] is { } id) return await Visit(request, tenant, await Find(request, tenant, id, cancel), form, cancel);
            await forms.Check(request, tenant, BuiltInPages.Device, form, cancel);
            if (UserCode.Read(form["user_code"] ?? "") is not { } code)
                return await ShowEntry(request, tenant, form["user_code"], Strings.WrongDeviceCode, cancel);
            var remember = Form.Parse(Encoding.UTF8.GetBytes(Form.Encode([KeyValuePair.Create("user_code", code)])));
            var waiting = await pending.BeginOwn(request, tenant, BuiltInPages.Device, remember, cancel);
            return new SeeOther($"/{tenant.Id}/{BuiltInPages.Device}?request={waiting}");
        }, (tenant, problem) => pages.Failure(request, tenant, problem));

    async Task<IResult> Visit(HttpRequest request, Tenant tenant, PendingRequest waiting, Form? form, CancellationToken cancel)
    {
        if (await signIns.Find(request, tenant, cancel) is not { } who) return new SeeOther($"/{tenant.Id}/login?request={waiting.Id}");
        if (form is not null) await forms.Check(request, tenant, waiting, who.User.Id, form, cancel);
        var code = waiting.Parameters["user_code"] ?? "";
        var audit = AuditContext.Of(request);
        (audit.Type, audit.Actor) = ("device", who.User.Id);
        if (await Look(request, tenant, who.User, code, cancel) is not var (device, client))
        {
            audit.Refusal = "wrong_code";
            return await ShowEntry(request, tenant, code, Strings.WrongDeviceCode, cancel);
        }
        (audit.Client, audit.Detail) = (client.Id, form?["action"] switch { "deny" => "deny", "allow" => "allow", _ => null });
        if (audit.Detail is null) audit.Type = null; // A look at the question decides nothing.
        if (device.Decision is { } before && before.UserId != who.User.Id) throw Finished();
        var scope = GrantedScope.ForUser(tenant, client, who.User.Roles, device.Scope);
        if (form?["action"] == "deny") return await Deny(request, tenant, device, who, cancel);
        // Yes is a yes only to what the user was shown.
        if (form?["action"] == "allow" && scope.Except(Scope.Parse(form["scope"])).IsEmpty)
            return await Allow(request, tenant, device, client, who, scope, cancel);
        var token = await forms.For(request, tenant, waiting, who.User.Id, cancel);
        var shown = UserCode.Format(code);
        return await renderer.Show<DeviceConsentView, DeviceConsentModel>(request, new PageLayout(tenant, Strings.DeviceWants(client.Name)),
            new DeviceConsentModel(waiting.Id, token, shown, client, who.User, scope));
    }

    // A good code clears no count: whoever guesses has good codes of their own.
    async Task<(DeviceRequest, Client)?> Look(HttpRequest request, Tenant tenant, User user, string code, CancellationToken cancel)
    {
        var address = CallerAddress.Of(request, settings.FrontDoorId);
        using var attempt = await attempts.ReserveDevice(tenant.Id, user.Id, address, cancel);
        if (await devices.FindByUserCode(tenant, code, cancel) is { } device
            && await clients.Find(tenant, device.ClientId, cancel) is { } client)
        {
            await attempt.Withdraw();
            return (device, client);
        }
        await attempt.Failed();
        return null;
    }

    async Task<IResult> Allow(HttpRequest request, Tenant tenant, DeviceRequest device, Client client, SignedIn who, Scope scope,
        CancellationToken cancel)
    {
        var mine = new Decision(who.User.Id, sessions.NewId(client, scope), clock.GetUtcNow());
        var standing = await devices.Answer(tenant, device, mine, cancel) ?? throw Finished();
        if (standing.UserId != who.User.Id || standing.SessionId is not { } sessionId) throw Finished();
        await approvals.Add(tenant, who.User, client, scope, cancel);
        var code = new CodeBinding((device with { Decision = standing }).RedeemableUntil, GrantType.DeviceCode, Challenge: null, Nonce: null);
        var session = sessions.New(tenant, client, who.User, scope, device.Scope, who.Authentication, sessionId) with { Code = code };
        await sessions.Await(session, device.Device, cancel);
        return await renderer.Show<MessageView, MessageModel>(
            request, new PageLayout(tenant, Strings.DeviceConnected), new MessageModel(Strings.DeviceConnectedLead));
    }

    async Task<IResult> Deny(HttpRequest request, Tenant tenant, DeviceRequest device, SignedIn who, CancellationToken cancel)
    {
        var standing = await devices.Answer(tenant, device, new Decision(who.User.Id, null, clock.GetUtcNow()), cancel);
        if (standing is { SessionId: not null }) throw Finished();
        return await renderer.Show<MessageView, MessageModel>(
            request, new PageLayout(tenant, Strings.DeviceNotConnected), new MessageModel(Strings.NothingShared));
    }

    async Task<PendingRequest> Find(HttpRequest request, Tenant tenant, string id, CancellationToken cancel)
    {
        var waiting = await pending.Find(request, tenant, id, cancel);
        return waiting.Page == BuiltInPages.Device ? waiting : throw Problem.BadRequest("sign_in_expired", "This is no device's request.");
    }

    async Task<IResult> ShowEntry(HttpRequest request, Tenant tenant, string? code, string? error, CancellationToken cancel)
    {
        var token = await forms.For(request, tenant, BuiltInPages.Device, cancel);
        var shown = UserCode.Read(code ?? "") is { } read ? UserCode.Format(read) : null;
        var page = new PageLayout(tenant, Strings.ConnectDevice) { Status = error is null ? 200 : 400 };
        return await renderer.Show<DeviceView, DeviceModel>(request, page, new DeviceModel(token, shown, error));
    }

    static Problem Finished() => Problem.BadRequest("sign_in_finished", Strings.DeviceFinished);
}
