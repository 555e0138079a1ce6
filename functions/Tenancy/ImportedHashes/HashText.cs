using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Latchkey.Tenancy;

/// <summary>
/// The encodings in which other systems keep password hashes, translated into the PHC string format: modular crypt (bcrypt),
/// PHC and passlib, Django, Werkzeug (Flask) and ASP.NET Core Identity.
/// </summary>
static class HashText
{
    const int MaxChars = 1024;
    const string BcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const string Base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>The hash in the PHC string format; what is in that format already, or in none, stays as it is.</summary>
    /// <exception cref="FormatException">It is in one of the encodings, but malformed.</exception>
    public static string ToPhc(string text)
    {
        if (text.Length > MaxChars) throw new FormatException($"must have at most {MaxChars} characters");
        return text.Split('$') switch
        {
            ["", "2a" or "2b" or "2y", var cost, var rest] => Bcrypt("bcrypt", cost, rest),
            ["bcrypt", "", "2a" or "2b" or "2y", var cost, var rest] => Bcrypt("bcrypt", cost, rest),
            ["bcrypt_sha256", "", "2a" or "2b" or "2y", var cost, var rest] => Bcrypt("bcrypt-sha256", cost, rest),
            ["argon2", "argon2id" or "argon2i" or "argon2d", ..] => text["argon2".Length..],
            ["", "pbkdf2", var rounds, var salt, var digest] => Passlib("pbkdf2-sha1", rounds, salt, digest),
            ["", "pbkdf2-sha1" or "pbkdf2-sha256" or "pbkdf2-sha512", var rounds, var salt, var digest]
                when !rounds.Contains('=', StringComparison.Ordinal) => Passlib(text.Split('$')[1], rounds, salt, digest),
            ["pbkdf2_sha1" or "pbkdf2_sha256" or "pbkdf2_sha512", var rounds, var salt, var digest] =>
                $"${text[..text.IndexOf('$', StringComparison.Ordinal)].Replace('_', '-')}$i={rounds}${Plain(salt)}${digest}",
            ["scrypt", var n, var salt, var r, var p, var digest] => $"$scrypt$ln={Log(n)},r={r},p={p}${Plain(salt)}${digest}",
            [var method, var salt, var digest] when method.Contains(':', StringComparison.Ordinal) => Werkzeug(method, salt, digest),
            [var encoded] => Identity(encoded),
            _ => text,
        };
    }

    /// <summary>Decodes base64: with or without padding, URL-safe too, and with passlib's dot for the plus.</summary>
    /// <exception cref="FormatException">It is not base64.</exception>
    public static byte[] Base64(string text)
    {
        var url = text.TrimEnd('=').Replace('+', '-').Replace('/', '_').Replace('.', '-');
        return Base64Url.IsValid(url, out var length) && url.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? Decode(url, length) : throw new FormatException("has a part that is not base64");
    }

    static byte[] Decode(string url, int length)
    {
        var bytes = new byte[length];
        return Base64Url.TryDecodeFromChars(url, bytes, out _) ? bytes : throw new FormatException("has a part that is not base64");
    }

    // $2b$12$ 22 characters of salt and 31 of digest, in an alphabet of its own.
    static string Bcrypt(string id, string cost, string rest)
    {
        if (rest.Length != 53 || cost.Length != 2 || !rest.All(BcryptAlphabet.Contains))
            throw new FormatException("is not a bcrypt hash: it needs a cost of two digits, and salt and digest of 53 characters");
        var translated = string.Concat(rest.Select(c => Base64Alphabet[BcryptAlphabet.IndexOf(c, StringComparison.Ordinal)]));
        return $"${id}$c={cost.TrimStart('0')}${Whole(translated[..22])}${Whole(translated[22..])}";
    }

    // The last character has bits that belong to no byte, and libraries leave them as they are.
    static string Whole(string base64)
    {
        var spare = base64.Length % 4 == 2 ? 4 : 2;
        return base64[..^1] + Base64Alphabet[Base64Alphabet.IndexOf(base64[^1], StringComparison.Ordinal) >> spare << spare];
    }

    static string Passlib(string id, string rounds, string salt, string digest) => $"${id}$i={rounds}${salt}${digest}";

    static string Werkzeug(string method, string salt, string digest) => method.Split(':') switch
    {
        ["pbkdf2", "sha1" or "sha256" or "sha512", var rounds] =>
            $"$pbkdf2-{method.Split(':')[1]}$i={rounds}${Plain(salt)}${Hex(digest)}",
        ["scrypt", var n, var r, var p] => $"$scrypt$ln={Log(n)},r={r},p={p}${Plain(salt)}${Hex(digest)}",
        _ => throw new FormatException("is not a supported kind of hash"),
    };

    // ASP.NET Core Identity: version 2 is PBKDF2-SHA1 with 1,000 iterations; version 3 says what it is.
    static string Identity(string encoded)
    {
        var bytes = encoded.Length >= 64 ? Base64(encoded) : throw new FormatException("is not a supported kind of hash");
        if (bytes is [0, ..] && bytes.Length == 49) return Identity("sha1", 1000, bytes.AsSpan(1, 16), bytes.AsSpan(17));
        if (bytes[0] != 1 || bytes.Length < 13) throw new FormatException("is not a supported kind of hash");
        var salt = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9));
        if (salt > bytes.Length - 13) throw new FormatException("is not a hash of ASP.NET Core Identity: it is too short");
        var function = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) switch
        {
            0 => "sha1",
            1 => "sha256",
            2 => "sha512",
            _ => throw new FormatException("is not a supported kind of hash"),
        };
        return Identity(function, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)), bytes.AsSpan(13, (int)salt),
            bytes.AsSpan(13 + (int)salt));
    }

    static string Identity(string function, uint iterations, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> digest) =>
        string.Create(CultureInfo.InvariantCulture,
            $"$pbkdf2-{function}$i={iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(digest)}");

    // In these encodings the salt is a text.
    static string Plain(string salt) => Convert.ToBase64String(Encoding.UTF8.GetBytes(salt));

    static string Hex(string digest)
    {
        try
        {
            return Convert.ToBase64String(Convert.FromHexString(digest));
        }
        catch (FormatException)
        {
            throw new FormatException("has a part that is not hexadecimal");
        }
    }

    static int Log(string n) =>
        int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && int.IsPow2(number)
            ? int.Log2(number) : throw new FormatException("must have an N that is a power of two");
}
