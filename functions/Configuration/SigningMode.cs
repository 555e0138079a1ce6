namespace Latchkey;

/// <summary>How JWTs are signed (docs/operating/signing.md).</summary>
public enum SigningMode
{
    /// <summary>By this process, with keys from a key file; Development only.</summary>
    Local,

    /// <summary>By Key Vault, token by token.</summary>
    KeyVault,

    /// <summary>By this process, with stored keys that a Key Vault key wraps.</summary>
    KeyVaultWrapped,
}
