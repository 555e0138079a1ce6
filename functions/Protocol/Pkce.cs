using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Protocol;

/// <summary>Proof Key for Code Exchange (RFC 7636). Only <c>S256</c>: <c>plain</c> exposes the verifier (RFC 9700 §2.1.1).</summary>
public static class Pkce
{
    /// <summary>The only supported <c>code_challenge_method</c>.</summary>
    public const string Method = "S256";

    /// <summary>True if the text has the form of an S256 challenge (RFC 7636 §4.2): 43 characters of base64url.</summary>
    public static bool IsChallenge(string text) => text.Length == 43 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>True if the text has the form of a verifier (RFC 7636 §4.1): 43 to 128 unreserved characters.</summary>
    public static bool IsVerifier(string text) =>
        text.Length is >= 43 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~');

    /// <summary>The challenge of a verifier (RFC 7636 §4.2).</summary>
    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>True if the verifier matches the challenge (RFC 7636 §4.6). Takes the same time wherever they differ.</summary>
    public static bool Verify(string verifier, string challenge) =>
        IsVerifier(verifier) && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Challenge(verifier)),
            Encoding.ASCII.GetBytes(challenge));
}
