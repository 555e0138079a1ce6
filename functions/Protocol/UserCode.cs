using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Protocol;

/// <summary>
/// User codes of the device grant (RFC 8628 §6.1): eight of twenty consonants, so that no code spells a word or looks like a
/// number. That is 34 bits; a limit on wrong codes prevents guessing.
/// </summary>
public static class UserCode
{
    const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";
    const int Length = 8;
    const int MaxChars = 64;

    /// <summary>A random code, without its hyphen.</summary>
    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The code as people read it: <c>BCDF-GHJK</c>.</summary>
    public static string Format(string code) => $"{code[..4]}-{code[4..]}";

    /// <summary>The code that a user typed, whatever its case, width and punctuation (§6.1); null if it cannot be one.</summary>
    public static string? Read(string typed)
    {
        if (typed.Length > MaxChars) return null;
        var code = string.Concat(UnicodeText.Normalize(typed, NormalizationForm.FormKC).ToUpperInvariant()
            .Where(c => char.IsLetterOrDigit(c)));
        return code.Length == Length && code.All(Alphabet.Contains) ? code : null;
    }
}
