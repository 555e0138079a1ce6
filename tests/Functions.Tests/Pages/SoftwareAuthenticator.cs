using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Latchkey.Tests.Pages;

/// <summary>
/// A browser with an authenticator in software (WebAuthn Level 3 §6): it answers a page's options with one ES256 passkey, truthfully,
/// unless a property says otherwise. What it returns is what the page's script would send.
/// </summary>
sealed class SoftwareAuthenticator(string origin)
{
    public const int Verified = 0x1D; // Present, verified, and synced, as most passkeys are.
    public const int Present = 0x19;

    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] Id { get; init; } = RandomNumberGenerator.GetBytes(32);

    public string Origin { get; init; } = origin;

    public string? RelyingParty { get; init; }

    public int Flags { get; init; } = Verified;

    public bool CrossOrigin { get; init; }

    public uint Counter { get; init; }

    public string? UserHandle { get; set; }

    /// <summary>Another answer of the same authenticator.</summary>
    public SoftwareAuthenticator With(
        string? origin = null, string? relyingParty = null, int? flags = null, uint? counter = null, bool crossOrigin = false,
        string? userHandle = null, byte[]? id = null)
    {
        var other = new SoftwareAuthenticator(origin ?? Origin)
        {
            Id = id ?? Id,
            RelyingParty = relyingParty ?? RelyingParty,
            Flags = flags ?? Flags,
            Counter = counter ?? Counter,
            CrossOrigin = crossOrigin,
            UserHandle = userHandle ?? UserHandle,
        };
        other.key.ImportParameters(key.ExportParameters(true));
        return other;
    }

    /// <summary>Makes the passkey (navigator.credentials.create).</summary>
    public string Create(JsonElement options)
    {
        UserHandle ??= options.GetProperty("user").GetProperty("id").GetString();
        var header = Header(options.GetProperty("rp").GetProperty("id").GetString()!, Flags | 0x40);
        byte[] data = [.. header, .. new byte[16], (byte)(Id.Length >> 8), (byte)Id.Length, .. Id, .. PublicKey()];
        var attestation = new CborWriter(CborConformanceMode.Ctap2Canonical);
        attestation.WriteStartMap(3);
        attestation.WriteTextString("fmt");
        attestation.WriteTextString("none");
        attestation.WriteTextString("attStmt");
        attestation.WriteStartMap(0);
        attestation.WriteEndMap();
        attestation.WriteTextString("authData");
        attestation.WriteByteString(data);
        attestation.WriteEndMap();
        return Attestation(options, attestation.Encode());
    }

    /// <summary>A registration with any bytes as its attestation.</summary>
    public string Attestation(JsonElement options, byte[] attestation) => Json(new
    {
        clientDataJSON = Text(Client("webauthn.create", options)),
        attestationObject = Text(attestation),
        transports = (string[])["internal", "hybrid"],
    });

    /// <summary>Signs in with the passkey (navigator.credentials.get).</summary>
    public string Get(JsonElement options)
    {
        var (data, client) = (Header(options.GetProperty("rpId").GetString()!, Flags), Client("webauthn.get", options));
        var signature = key.SignData(
            [.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Json(new
        {
            clientDataJSON = Text(client),
            authenticatorData = Text(data),
            signature = Text(signature),
            userHandle = UserHandle,
        });
    }

    string Json(object response) => JsonSerializer.Serialize(new { id = Text(Id), response });

    byte[] Client(string type, JsonElement options) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        type,
        challenge = options.GetProperty("challenge").GetString(),
        origin = Origin,
        crossOrigin = CrossOrigin,
    });

    byte[] Header(string relyingParty, int flags)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(RelyingParty ?? relyingParty)), (byte)flags, .. counter];
    }

    byte[] PublicKey()
    {
        var point = key.ExportParameters(false).Q;
        var cose = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cose.WriteStartMap(5);
        cose.WriteInt32(1);
        cose.WriteInt32(2); // EC2
        cose.WriteInt32(3);
        cose.WriteInt32(-7); // ES256
        cose.WriteInt32(-1);
        cose.WriteInt32(1); // P-256
        cose.WriteInt32(-2);
        cose.WriteByteString(point.X!);
        cose.WriteInt32(-3);
        cose.WriteByteString(point.Y!);
        cose.WriteEndMap();
        return cose.Encode();
    }

    static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
