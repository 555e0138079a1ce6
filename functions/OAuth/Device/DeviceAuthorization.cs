using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>
/// The device authorization endpoint (RFC 8628 §3.1): an app on a device without a browser asks for a code that it shows to the
/// user.
/// </summary>
public sealed class DeviceAuthorization(
    TenantPipeline pipeline, ClientAuthentication authentication, DeviceRequests devices, AnonymousLimiter rows, Settings settings)
{
    /// <summary><c>POST /{tenant}/oauth/device_authorization</c></summary>
    [Function("device-authorization")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/device_authorization")] HttpRequest http) =>
        pipeline.Public(http, async request =>
        {
            var form = await Form.Read(http);
            request.Audit.Type = "device-authorization";
            var client = await authentication.Authenticate(request, form);
            if (!client.Grants.Contains(GrantType.DeviceCode))
                throw OAuthError.UnauthorizedClient($"This client may not use the grant {GrantType.DeviceCode}.");
            var apis = RequestedApis.All(request.Tenant, client, form);
            var scope = GrantedScope.ForClient(client, apis, Scope.Parse(form["scope"]));
            if (client.IsPublic) rows.Take(http); // Anybody can be a public client.
            var device = Device.Of(http, settings.FrontDoorId);
            var (deviceCode, userCode) = await devices.Begin(request.Tenant, new(client, apis, scope), device, request.Cancel);
            var shownCode = UserCode.Format(userCode);
            var address = $"{request.Tenant.Issuer}/device";
            return Results.Json(new
            {
                device_code = deviceCode,
                user_code = shownCode,
                verification_uri = address,
                verification_uri_complete = $"{address}?user_code={shownCode}",
                expires_in = (int)DeviceRequests.Life.TotalSeconds,
                interval = DeviceRequests.IntervalSeconds,
            });
        });
}
