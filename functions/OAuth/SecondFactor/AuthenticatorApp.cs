using System.Security.Cryptography;
using Latchkey.Tenancy;
using OtpNet;

namespace Latchkey.OAuth;

/// <summary>
/// Time-based one-time codes (TOTP, RFC 6238) with what every authenticator app knows: HMAC-SHA-1, six digits, thirty seconds.
/// </summary>
static class AuthenticatorApp
{
    /// <summary>How many digits a code has.</summary>
    public const int Digits = 6;

    const int SecretBytes = 20; // RFC 4226 §4, R6.
    const int GroupChars = 4;

    // RFC 6238 §5.2: for the time that typing takes, and for clocks that are up to half a minute off.
    static readonly VerificationWindow Window = new(previous: 1, future: 1);

    const int MaxLabelRunes = 60;

    /// <summary>A new secret.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>The time step in which the app shows this code, if that is now, just before or just after; otherwise null.</summary>
    public static long? StepOf(byte[] secret, string code, DateTimeOffset now) =>
        new Totp(secret).VerifyTotp(now.UtcDateTime, code, out var step, Window) ? step : null;

    /// <summary>What the QR code holds (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).</summary>
    public static string Uri(Tenant tenant, User user, byte[] secret)
    {
        var issuer = System.Uri.EscapeDataString(tenant.Name.Replace(':', ' '));
        var account = string.Concat(user.UserName.EnumerateRunes().Take(MaxLabelRunes)); // A QR code holds 2,331 bytes.
        return $"otpauth://totp/{issuer}:{System.Uri.EscapeDataString(account)}?secret={Base32(secret)}&issuer={issuer}";
    }

    /// <summary>The secret for typing, in groups.</summary>
    public static string Typed(byte[] secret) => string.Join(' ', Base32(secret).Chunk(GroupChars).Select(group => new string(group)));

    static string Base32(byte[] secret) => Base32Encoding.ToString(secret).TrimEnd('=');
}
