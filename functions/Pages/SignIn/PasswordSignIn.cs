using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Pages;

/// <summary>Checks the name and the password that the sign-in form holds.</summary>
public sealed partial class PasswordSignIn(
    Passwords passwords, KnownDevices devices, ILogger<PasswordSignIn> logger)
{
    /// <summary>The maximum length of a user name and of a password.</summary>
    public const int MaxChars = 256;

    /// <summary>Checks name and password and remembers the device.</summary>
    /// <param name="request">The request.</param>
    /// <param name="client">The app that the user signs in to; null for a built-in page.</param>
    /// <param name="form">The form.</param>
    /// <returns>The user, or why the sign-in was refused.</returns>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public async Task<(User? User, OAuthError? Refusal)> Try(TenantRequest request, Client? client, Form form)
    {
        var (_, tenant, audit, cancel) = request;
        (audit.Type, audit.Client) = ("sign-in", client?.Id);
        try
        {
            var (userName, password) = (form["username"] ?? "", form["password"] ?? "");
            if (userName.Length is 0 or > MaxChars || password.Length is 0 or > MaxChars)
                throw OAuthError.InvalidGrant("The user name or password is wrong.");
            var user = await passwords.SignIn(tenant, userName, password, devices.PlaceOf(request, userName), cancel);
            audit.Actor = user.Id;
            await devices.Remember(request, user);
            return (user, null);
        }
        catch (OAuthError refusal)
        {
            Log.Refused(logger, tenant.Id, refusal.Detail ?? refusal.Message);
            (audit.Actor, audit.Refusal, audit.Detail) = (refusal.About, refusal.Code, refusal.Detail);
            return (null, refusal);
        }
    }

    static partial class Log
    {
        [LoggerMessage(23, LogLevel.Information, "Tenant {Tenant}: sign-in refused: {Detail}")]
        public static partial void Refused(ILogger logger, string tenant, string detail);
    }
}
