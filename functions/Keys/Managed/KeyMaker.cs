namespace Latchkey.Keys;

/// <summary>Creates private signing keys. Tests create hundreds and use prepared RSA keys, because each takes up to a second.</summary>
/// <param name="New">Creates a key for <c>ES256</c> or <c>RS256</c> (RFC 7518 §3.1) as PKCS #8 (RFC 5958).</param>
sealed record KeyMaker(Func<string, byte[]> New)
{
    /// <summary>The one that deployments use.</summary>
    public static KeyMaker Default { get; } = new(PrivateKey.Create);
}
