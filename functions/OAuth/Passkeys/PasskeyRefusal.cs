namespace Latchkey.OAuth;

/// <summary>
/// An authenticator's response was refused. The person is told only that the passkey did not work; the code is for the audit.
/// </summary>
/// <param name="code">The reason in a word.</param>
public sealed class PasskeyRefusal(string code) : Exception(code)
{
    /// <summary>It is not the JSON, CBOR or key that it should be, or is too large.</summary>
    public const string Malformed = "passkey_malformed";

    /// <summary>The challenge is not one for this form in this browser, or has expired.</summary>
    public const string Challenge = "passkey_challenge";

    /// <summary>The challenge was used before.</summary>
    public const string Replayed = "passkey_replayed";

    /// <summary>It was made for another origin.</summary>
    public const string Origin = "passkey_origin";

    /// <summary>The signature, the relying party or the user's verification is not as it must be.</summary>
    public const string Invalid = "passkey_invalid";

    /// <summary>Nobody has this passkey here, or it is another user's than it says.</summary>
    public const string Unknown = "passkey_unknown";

    /// <summary>Its signature counter went back: there may be a copy of the authenticator (§6.1.1).</summary>
    public const string Counter = "passkey_counter";

    /// <summary>The user is disabled or being deleted.</summary>
    public const string Disabled = "user_disabled";

    /// <summary>The reason in a word.</summary>
    public string Code { get; } = code;

    /// <summary>The id of the user whom the attempt was about, if known.</summary>
    public string? About { get; init; }
}
