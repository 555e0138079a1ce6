using Latchkey.Protocol;
using Latchkey.Sessions;


namespace Latchkey.OAuth;

/// <summary>
/// Device code (RFC 8628 §3.4, §3.5): the device asks until its user has answered. The answer's session then starts like
/// that of an authorization code, once.
/// </summary>
public sealed class DeviceCodeGrant(
    DeviceRequests devices, SessionStore sessions, CodeRedemption redemption, TimeProvider clock) : IGrant
{
    /// <inheritdoc/>
    public string Type => GrantType.DeviceCode;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, client, form, _, cancel) = request;
        var id = await devices.Read(tenant.Id, form.Required("device_code"), cancel)
            ?? throw OAuthError.InvalidGrant("The device code is not one of ours.");
        var device = await devices.Find(tenant, id, cancel) ?? throw OAuthError.ExpiredToken();
        if (device.ClientId != client.Id) throw OAuthError.InvalidGrant("The device code is another client's.");
        if (device.Decision is { SessionId: null }) throw OAuthError.AccessDenied("The user said no.");
        // The answer is written before its session: for a moment there may be only the answer.
        if (device.Decision is { SessionId: { } sessionId, UserId: { } userId } && await sessions.Find(tenant.Id, sessionId, cancel) is { } session)
        {
            if (session.IsPending && clock.GetUtcNow() >= device.RedeemableUntil) throw OAuthError.ExpiredToken();
            return await redemption.Redeem(request, sessionId, userId, Proven);
        }
        if (clock.GetUtcNow() >= device.RedeemableUntil) throw OAuthError.ExpiredToken();
        throw await devices.TryPoll(device, cancel) ? OAuthError.AuthorizationPending() : OAuthError.SlowDown();
    }

    static CodeBinding Proven(Session session, TokenRequest request) =>
        session.ClientId == request.Client.Id && session.Code is { RedirectUri: GrantType.DeviceCode } code
            ? code : throw OAuthError.InvalidGrant("The device code is another client's.");
}
