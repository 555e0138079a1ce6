using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Latchkey.Protocol;

/// <summary>What a client's certificate must be issued to (RFC 8705 §2.1.2): exactly one name, of one of five types.</summary>
/// <param name="Type">One of <see cref="Types"/>.</param>
/// <param name="Value">The name.</param>
public sealed record CertificateSubject(string Type, string Value)
{
    /// <summary>The subject's distinguished name.</summary>
    public const string Dn = "subject_dn";

    const string Dns = "san_dns", Uri = "san_uri", Ip = "san_ip", Email = "san_email";

    /// <summary>The types, named as in the client's metadata after <c>tls_client_auth_</c>.</summary>
    public static IReadOnlyList<string> Types { get; } = [Dn, Dns, Uri, Ip, Email];

    /// <summary>Why this can't be registered, in words that follow the field's name; null if it can.</summary>
    public string? Fault => Value.Length is 0 or > DistinguishedName.MaxChars || Value.Contains('\n', StringComparison.Ordinal)
        ? $"must have 1 to {DistinguishedName.MaxChars} characters" : Type switch
        {
            Dn => DistinguishedName.Parse(Value) is null ? "must be a distinguished name such as CN=client,O=Company (RFC 4514)" : null,
            Dns => Value.Contains('*', StringComparison.Ordinal) || System.Uri.CheckHostName(Value) != UriHostNameType.Dns
                ? "must be a DNS name without a wildcard" : null,
            Uri => System.Uri.TryCreate(Value, UriKind.Absolute, out _) ? null : "must be an absolute URI",
            Ip => IPAddress.TryParse(Value, out _) ? null : "must be an IP address",
            Email => EmailAddress.IsValid(Value) ? null : "must be an email address",
            _ => $"must have one of these types: {string.Join(", ", Types)}",
        };

    /// <summary>True if the certificate is issued to this name.</summary>
    public bool Matches(X509Certificate2 certificate) => Type == Dn
        ? DistinguishedName.Parse(Value) is { } name && name.Equals(DistinguishedName.Read(certificate.SubjectName.RawData))
        : AlternativeNames(certificate).Any(name => name.Type == Type && IsSame(name.Value));

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Value}";

    /// <summary>Reads what <see cref="ToString"/> wrote; null for null.</summary>
    public static CertificateSubject? Read(string? text) => text?.Split(' ', 2) is [var type, var value] ? new(type, value) : null;

    bool IsSame(string other) => Type switch
    {
        Dns => string.Equals(Value, other, StringComparison.OrdinalIgnoreCase),
        Ip => IPAddress.TryParse(other, out var address) && address.Equals(IPAddress.Parse(Value)),
        // RFC 5280 §7.5: the part before the @ exactly, the domain in any case.
        Email => other.LastIndexOf('@') is > 0 and var at && string.Equals(Value, other, StringComparison.OrdinalIgnoreCase)
            && string.Equals(Value[..at], other[..at], StringComparison.Ordinal),
        _ => string.Equals(Value, other, StringComparison.Ordinal),
    };

    // RFC 5280 §4.2.1.6. The class of .NET tells only two of the types.
    static List<(string Type, string Value)> AlternativeNames(X509Certificate2 certificate)
    {
        var names = new List<(string, string)>();
        try
        {
            foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == "2.5.29.17"))
            {
                var sequence = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (sequence.HasData)
                {
                    var tag = sequence.PeekTag();
                    if (tag.TagClass != TagClass.ContextSpecific) return [];
                    switch (tag.TagValue)
                    {
                        case 1: names.Add((Email, sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag))); break;
                        case 2: names.Add((Dns, sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag))); break;
                        case 6: names.Add((Uri, sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag))); break;
                        case 7: names.Add((Ip, new IPAddress(sequence.ReadOctetString(tag)).ToString())); break;
                        default: sequence.ReadEncodedValue(); break;
                    }
                }
            }
            return names;
        }
        catch (Exception broken) when (broken is AsnContentException or ArgumentException)
        {
            return [];
        }
    }
}
