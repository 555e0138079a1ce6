using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.OAuth;

/// <summary>
/// Codes for a user who has lost the authenticator app: ten, each of 50 random bits, each for one use. Only MACs of them are stored,
/// under the app's secret, which is encrypted; so the tables alone reveal none.
/// </summary>
static class RecoveryCodes
{
    const int Count = 10;
    const int Chars = 10;

    // Crockford's alphabet: no letter that looks like a digit.
    const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>New codes, as they are shown: <c>xxxxx-xxxxx</c>.</summary>
    public static IReadOnlyList<string> New() => [.. Enumerable.Range(0, Count)
        .Select(_ => RandomNumberGenerator.GetString(Alphabet, Chars)).Select(code => $"{code[..(Chars / 2)]}-{code[(Chars / 2)..]}")];

    /// <summary>What is stored of a code.</summary>
    public static string Mac(byte[] secret, string code) => Base64Url.EncodeToString(
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"recovery-code|{Normalize(code)}")));

    /// <summary>The MACs without that of this code; null if it is not among them.</summary>
    public static IReadOnlyList<string>? Without(IReadOnlyList<string> macs, byte[] secret, string code)
    {
        var sent = Encoding.ASCII.GetBytes(Mac(secret, code));
        var others = macs.Where(mac => !CryptographicOperations.FixedTimeEquals(sent, Encoding.ASCII.GetBytes(mac))).ToList();
        return others.Count < macs.Count ? others : null;
    }

    // However it is typed, with capitals and without the hyphen.
    static string Normalize(string code) => string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()
        .Replace('o', '0').Replace('i', '1').Replace('l', '1');
}
