using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Storage;

/// <summary>Makes ids that nobody can guess, and checks the form of ids that come from outside.</summary>
public static class Ids
{
    const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The length of an id from <see cref="New"/>, in characters.</summary>
    public const int Length = 22;

    /// <summary>128 random bits as 22 characters of base64url.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>256 random bits as 43 characters of base64url: a secret.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>True if the text has the form of an id from <see cref="New"/>.</summary>
    public static bool IsId(string text) =>
        text.Length == Length && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>80 random bits as 16 characters of lower-case base32, legal in blob and container names.</summary>
    public static string NewBase32() => Encode(RandomNumberGenerator.GetBytes(10));

    /// <summary>The first 80 bits of the text's SHA-256 as 16 characters of lower-case base32.</summary>
    public static string HashBase32(string text) => Encode(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 10));

    /// <summary>True if the text is lower-case base32 of this length.</summary>
    public static bool IsBase32(string text, int length) => text.Length == length && text.All(Base32.Contains);

    /// <summary>SHA-256 of the text as hex: for texts that a row key can't hold or must not reveal.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>True if two hashes are the same; how long the comparison takes does not tell where they differ.</summary>
    public static bool IsSameHash(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));

    static string Encode(ReadOnlySpan<byte> tenBytes)
    {
        var text = new char[16];
        for (var i = 0; i < 16; i++)
        {
            var bit = i * 5;
            var pair = (tenBytes[bit / 8] << 8) | (bit / 8 + 1 < tenBytes.Length ? tenBytes[bit / 8 + 1] : 0);
            text[i] = Base32[(pair >> (11 - bit % 8)) & 31];
        }
        return new string(text);
    }
}
