using Latchkey.Protocol;
using Latchkey.Sessions;

namespace Latchkey.OAuth;

/// <summary>
/// Device code (RFC 8628 §3.4, §3.5): the device polls until its user has decided. If the user allowed it, the session
/// then starts once, like that of an authorization code.
/// </summary>
public sealed class DeviceCodeGrant(
    DeviceRequests devices, SessionStore sessions, CodeRedemption redemption, TimeProvider clock) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.DeviceCode;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, cancel) = (request.Tenant, request.Cancel);
        var id = await devices.Read(tenant.Id, request.Form.Required("device_code"), cancel)
            ?? throw OAuthError.InvalidGrant("The device code was not issued here.");
        var device = await devices.Find(tenant, id, cancel) ?? throw OAuthError.ExpiredToken();
        if (device.ClientId != request.Client.Id) throw IssuedToAnotherClient();
        if (device.Decision is { SessionId: null }) throw OAuthError.AccessDenied("The user denied the request.");
        // The decision is written before its session, so for a moment the session may not be there yet.
        if (device.Decision is { SessionId: { } sessionId, UserId: { } userId }
            && await sessions.Find(tenant.Id, sessionId, cancel) is { } session)
        {
            if (session.IsPending && clock.GetUtcNow() >= device.RedeemableUntil) throw OAuthError.ExpiredToken();
            return await redemption.Redeem(request, sessionId, userId, VerifyBinding);
        }
        if (clock.GetUtcNow() >= device.RedeemableUntil) throw OAuthError.ExpiredToken();
        throw await devices.TryPoll(device, cancel) ? OAuthError.AuthorizationPending() : OAuthError.SlowDown();
    }

    static CodeBinding VerifyBinding(Session session, TokenRequest request) =>
        session.ClientId == request.Client.Id && session.Code is { RedirectUri: GrantType.DeviceCode } code
            ? code : throw IssuedToAnotherClient();

    static OAuthError IssuedToAnotherClient() => OAuthError.InvalidGrant("The device code was issued to another client.");
}
