using System.Globalization;
using System.Security.Cryptography;

namespace Latchkey.Tenancy;

/// <summary>
/// Firebase Authentication's scrypt: scrypt of the password is the key with which the project's signer key is encrypted
/// (AES-256-CTR from zero). Supabase writes it as <c>$fbscrypt$v=1,n=14,r=8,p=1,ss={separator},sk={signer key}$salt$hash</c>.
/// </summary>
sealed record FirebaseKind(ScryptKind Scrypt, byte[] Separator, byte[] SignerKey) : HashKind
{
    const int BlockBytes = 16;

    public override string Family => Scrypt.Family;

    public override int Work => Scrypt.Work;

    public override HashKind Cost => Scrypt;

    protected override string Text => string.Create(CultureInfo.InvariantCulture,
        $"$fbscrypt$v=1,n={Scrypt.LogN},r={Scrypt.BlockSize},p={Scrypt.Lanes}")
        + $",ss={Convert.ToBase64String(Separator)},sk={Convert.ToBase64String(SignerKey)}";

    public static FirebaseKind Read(Dictionary<string, string> parameters)
    {
        Number(parameters, "v", 1, 1);
        parameters.TryAdd("p", "1");
        var scrypt = ScryptKind.Of(Number(parameters, "n", 1, 20), Number(parameters, "r", 1, 64), Number(parameters, "p", 1, 16));
        var (separator, key) = (Bytes(parameters, "ss"), Bytes(parameters, "sk"));
        EnsureEmpty(parameters);
        return key.Length is >= 16 and <= 64 && separator.Length <= 64 ? new FirebaseKind(scrypt, separator, key)
            : throw new FormatException("must have a signer key (sk) of 16 to 64 bytes and a salt separator (ss) of at most 64");
    }

    internal override byte[] Derive(byte[] password, byte[] salt, int length)
    {
        using var aes = Aes.Create();
        aes.Key = Scrypt.Derive(password, [.. salt, .. Separator], 32);
        // CTR: the encrypted counter, combined with the text.
        var counters = new byte[(SignerKey.Length + BlockBytes - 1) / BlockBytes * BlockBytes];
        for (var block = 0; block * BlockBytes < counters.Length; block++) counters[(block + 1) * BlockBytes - 1] = (byte)block;
        var stream = aes.EncryptEcb(counters, PaddingMode.None);
        return [.. SignerKey.Zip(stream, (one, other) => (byte)(one ^ other)).Take(length)];
    }

    static byte[] Bytes(Dictionary<string, string> parameters, string name) =>
        parameters.Remove(name, out var text) ? HashText.Base64(text)
            : throw new FormatException($"lacks {name}: the project's parameters are part of a Firebase hash");
}
