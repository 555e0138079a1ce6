namespace Latchkey.Keys;

/// <summary>Makes private signing keys. Tests make hundreds, and take RSA keys that were made before: one takes up to a second.</summary>
/// <param name="New">A new key of <c>ES256</c> or <c>RS256</c> (RFC 7518 section 3.1) as PKCS #8 (RFC 5958).</param>
internal sealed record KeyMaker(Func<string, byte[]> New)
{
    /// <summary>What a deployment has.</summary>
    public static KeyMaker Usual { get; } = new(PrivateKey.Create);
}
