using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Latchkey.Protocol;

/// <summary>
/// A certificate revocation list (RFC 5280 §5): whole lists only, signed by the authority that issued the certificates. Reading it proves
/// nothing; only <see cref="IsSignedBy"/> does.
/// </summary>
public sealed class RevocationList
{
    /// <summary>The largest list that is read, in bytes of DER: more than 2,000 certificates.</summary>
    public const int MaxBytes = 128 * 1024;

    // RFC 5280 §5.2.1, §5.2.3: the key's id and the list's number may be ignored. Any other critical extension makes it a partial list.
    static readonly string[] Ignorable = ["2.5.29.35", "2.5.29.20"];

    readonly byte[] signedPart;
    readonly string algorithm;
    readonly byte[] signature;
    readonly HashSet<string> serials = new(StringComparer.Ordinal);

    RevocationList(byte[] der)
    {
        Der = der;
        var whole = new AsnReader(der, AsnEncodingRules.DER);
        var list = whole.ReadSequence();
        whole.ThrowIfNotEmpty();
        signedPart = list.PeekEncodedValue().ToArray();
        var body = list.ReadSequence();
        algorithm = list.ReadSequence().ReadObjectIdentifier();
        signature = list.ReadBitString(out _);
        list.ThrowIfNotEmpty();
        if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) body.ReadInteger();
        if (body.ReadSequence().ReadObjectIdentifier() != algorithm) throw new AsnContentException();
        Issuer = body.ReadEncodedValue().ToArray();
        ThisUpdate = ReadTime(body);
        NextUpdate = body.HasData && IsTime(body.PeekTag()) ? ReadTime(body)
            : throw new FormatException("The revocation list does not say when the next one comes (nextUpdate).");
        if (body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) ReadEntries(body.ReadSequence());
        if (body.HasData) EnsureWhole(body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence());
        body.ThrowIfNotEmpty();
    }

    /// <summary>The list as it came.</summary>
    public byte[] Der { get; }

    /// <summary>The issuer's distinguished name in DER.</summary>
    public byte[] Issuer { get; }

    /// <summary>When it was issued.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>When there will be a newer one. From then on it proves nothing.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>How many certificates it names.</summary>
    public int Count => serials.Count;

    /// <summary>Reads DER, or PEM in ASCII.</summary>
    /// <exception cref="FormatException">It is not a list that can be used; the message says why, for whoever sent it.</exception>
    public static RevocationList Parse(byte[] bytes)
    {
        try
        {
            if (bytes.Length > MaxBytes * 3 / 2) throw TooLong();
            var text = bytes is [(byte)'-', ..] ? System.Text.Encoding.ASCII.GetString(bytes) : null;
            if (text is not null)
            {
                if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] != "X509 CRL")
                    throw new FormatException("The PEM is not an X509 CRL.");
                bytes = Convert.FromBase64String(text[fields.Base64Data]);
            }
            return bytes.Length > MaxBytes ? throw TooLong() : new RevocationList(bytes);
        }
        catch (Exception broken) when (broken is AsnContentException or ArgumentException)
        {
            throw new FormatException("It is not a certificate revocation list in DER or PEM.");
        }
    }

    /// <summary>True if this authority's certificate issued it (RFC 5280 §6.3.3 (f) and (g)).</summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        if (!authority.SubjectName.RawData.AsSpan().SequenceEqual(Issuer)) return false;
        if (authority.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign)) return false;
        using var rsa = authority.GetRSAPublicKey();
        using var ec = authority.GetECDsaPublicKey();
        // sha…WithRSAEncryption (RFC 4055 §5) and ecdsa-with-SHA… (RFC 5758 §3.2).
        var hash = algorithm switch
        {
            "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
            _ => default,
        };
        if (hash == default) return false;
        return algorithm.StartsWith("1.2.840.10045.", StringComparison.Ordinal)
            ? ec?.VerifyData(signedPart, signature, hash, DSASignatureFormat.Rfc3279DerSequence) is true
            : rsa?.VerifyData(signedPart, signature, hash, RSASignaturePadding.Pkcs1) is true;
    }

    /// <summary>True if it names this certificate.</summary>
    public bool Names(X509Certificate2 certificate) => serials.Contains(Serial(certificate.SerialNumberBytes.Span));

    void ReadEntries(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            serials.Add(Serial(entry.ReadIntegerBytes().Span));
            ReadTime(entry);
            if (entry.HasData) EnsureWhole(entry.ReadSequence());
        }
    }

    static void EnsureWhole(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var id = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            if (isCritical && !Ignorable.Contains(id))
                throw new FormatException($"The revocation list has the critical extension {id}; only whole lists are supported.");
        }
    }

    static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
        ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    static string Serial(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes).TrimStart('0');

    static FormatException TooLong() =>
        new(string.Create(CultureInfo.InvariantCulture, $"A revocation list must have at most {MaxBytes} bytes."));
}
