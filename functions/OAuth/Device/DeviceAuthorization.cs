using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.OAuth;

/// <summary>The device authorization endpoint (RFC 8628 §3.1): an app on a device without a browser asks for a code to show.</summary>
public sealed class DeviceAuthorization(TenantPipeline pipeline, ClientAuthentication authentication, DeviceRequests devices, AnonymousRows rows, Settings settings)
{
    /// <summary><c>POST /{tenant}/oauth/device_authorization</c></summary>
    [Function("device-authorization")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/oauth/device_authorization")] HttpRequest request) =>
        pipeline.Public(request, async (tenant, cancel) =>
        {
            var form = await Form.Read(request);
            AuditContext.Of(request).Type = "device-authorization";
            var client = await authentication.Authenticate(tenant, request, form, cancel);
            if (!client.Grants.Contains(GrantType.DeviceCode))
                throw OAuthError.UnauthorizedClient($"This client may not use the grant {GrantType.DeviceCode}.");
            var scope = GrantedScope.ForClient(client, Scope.Parse(form["scope"]));
            if (client.IsPublic) rows.Take(request); // Anybody can be a public client.
            var (deviceCode, userCode) = await devices.Begin(tenant, client, scope, Device.Of(request, settings.FrontDoorId), cancel);
            var shown = UserCode.Format(userCode);
            var address = $"{tenant.Issuer}/device";
            return Results.Json(new
            {
                device_code = deviceCode,
                user_code = shown,
                verification_uri = address,
                verification_uri_complete = $"{address}?user_code={shown}",
                expires_in = (int)DeviceRequests.Life.TotalSeconds,
                interval = DeviceRequests.IntervalSeconds,
            });
        });
}
