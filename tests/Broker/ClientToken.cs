using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Broker;

/// <summary>
/// What a client token says. The service's tokens are JWTs as well: <c>sub</c>, <c>role</c>, <c>webpubsub.group</c>, <c>exp</c>.
/// </summary>
sealed record ClientToken(
    [property: JsonPropertyName("sub")] string User, [property: JsonPropertyName("role")] string[] Roles,
    [property: JsonPropertyName("webpubsub.group")] string[] Groups, [property: JsonPropertyName("aud")] string Hub,
    [property: JsonPropertyName("exp")] long Expires)
{
    // Everybody knows it: it is for local runs only. It is always the same, so that keys outlive a broker that was killed.
    static readonly byte[] Key = "broker-key-for-local-runs-only"u8.ToArray();

    static readonly string Header = Encode("""{"alg":"HS256","typ":"JWT"}"""u8);

    public string Sign()
    {
        var signed = $"{Header}.{Encode(JsonSerializer.SerializeToUtf8Bytes(this))}";
        return $"{signed}.{Encode(Mac(signed))}";
    }

    /// <summary>Null if it is not one of ours for this hub, or has expired.</summary>
    public static ClientToken? Read(string? text, string hub)
    {
        if (text?.Split('.') is not [var header, var payload, var mac] || header != Header || !Base64Url.IsValid(payload)
            || !Base64Url.IsValid(mac)) return null;
        if (!CryptographicOperations.FixedTimeEquals(Mac($"{header}.{payload}"), Base64Url.DecodeFromChars(mac))) return null;
        var token = JsonSerializer.Deserialize<ClientToken>(Base64Url.DecodeFromChars(payload));
        return token?.Hub == hub && token.Expires > PubSubBroker.Now.ToUnixTimeSeconds() ? token : null;
    }

    /// <summary>True if the token allows this of the group, by name or by pattern.</summary>
    public bool May(string action, string group) => Roles.Any(role => role == $"webpubsub.{action}.{group}"
        || (role.StartsWith($"webpubsub.{action}s.", StringComparison.Ordinal) && Fits(role[$"webpubsub.{action}s.".Length..], group)));

    // Azure's patterns: `*` is within a segment, `**` crosses dots. Latchkey has them at the end only.
    static bool Fits(string pattern, string group)
    {
        var prefix = pattern.TrimEnd('*');
        var rest = group.StartsWith(prefix, StringComparison.Ordinal) ? group[prefix.Length..] : null;
        return (pattern.Length - prefix.Length) switch
        {
            0 => rest is "",
            1 => rest is not null && !rest.Contains('.', StringComparison.Ordinal),
            _ => rest is not null,
        };
    }

    static byte[] Mac(string text) => HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes(text));

    static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
