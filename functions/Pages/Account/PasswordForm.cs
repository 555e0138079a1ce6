using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;

namespace Latchkey.Pages;

/// <summary>Why a password was not changed.</summary>
/// <param name="Text">What the user reads.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="RetryAfter">Seconds to wait before the next try, or null.</param>
public sealed record PasswordError(string Text, int Status, int? RetryAfter);

/// <summary>The form on the account page that changes the password.</summary>
public sealed class PasswordForm(PasswordChange passwords, SsoSessions ssoSessions, KnownDevices devices)
{
    /// <summary>Changes the password. It signs the user out everywhere but in this browser.</summary>
    /// <returns>Why it was not changed, or null.</returns>
    public async Task<PasswordError?> Change(TenantRequest request, SignedIn signedIn, Form form)
    {
        if (!request.Tenant.Accounts.Passwords) throw Problem.UnknownAction();
        var (old, password) = (form["old"] ?? "", form["new"] ?? "");
        if (Passwords.Fault(signedIn.User, password) is { } fault)
        {
            request.Audit.Refusal = "weak_password";
            return new PasswordError(Strings.PasswordFault(fault), 400, null);
        }
        try
        {
            if (old.Length is 0 or > Passwords.MaxChars) throw OAuthError.InvalidGrant("The current password is wrong.");
            var changed = await passwords.Change(request.Tenant, signedIn.User, old, password, request.Cancel);
            // Neither fresher nor weaker than it was: the password alone must not open what asks for a recent sign-in.
            await ssoSessions.Renew(request.WithoutCancellation(), signedIn with { User = changed });
        }
        catch (OAuthError refusal)
        {
            request.Audit.Refusal = refusal.Code;
            return refusal.RetryAfter is { } seconds
                ? new PasswordError(Strings.TooManyTries(seconds), 429, seconds)
                : new PasswordError(Strings.WrongOldPassword, 400, null);
        }
        await devices.Remember(request, signedIn.User);
        return null;
    }
}
