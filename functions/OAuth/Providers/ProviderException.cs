namespace Latchkey.OAuth;

/// <summary>A sign-in at a provider failed.</summary>
/// <param name="status">The HTTP status of the page that says so.</param>
/// <param name="code">The stable code.</param>
/// <param name="reason">What is wrong, in words of our own: for the log and the audit.</param>
public sealed class ProviderException(int status, string code, string reason) : Exception(reason)
{
    /// <summary>The HTTP status of the page that says so.</summary>
    public int Status { get; } = status;

    /// <summary>The stable code.</summary>
    public string Code { get; } = code;

    /// <summary>502 <c>provider_unavailable</c>: it cannot be reached, or reports a failure of its own.</summary>
    public static ProviderException Unavailable(string reason) => new(502, "provider_unavailable", reason);

    /// <summary>502 <c>provider_invalid</c>: what it says is not valid, or it does not know us.</summary>
    public static ProviderException Invalid(string reason) => new(502, "provider_invalid", reason);

    /// <summary>400 <c>provider_denied</c>: it did not sign the user in, as when the user cancels.</summary>
    public static ProviderException Denied(string reason) => new(400, "provider_denied", reason);

    /// <summary>403 <c>no_account</c>: no user is linked to this account at the provider, and the rules do not allow a new one.</summary>
    public static ProviderException NoAccount(string reason) => new(403, "no_account", reason);

    /// <summary>403 <c>account_disabled</c></summary>
    public static ProviderException Disabled() => new(403, "account_disabled", "user is disabled");

    /// <summary>409 <c>identity_linked</c>: the external account is another user's, or the user has another one there.</summary>
    public static ProviderException Linked() => new(409, "identity_linked", "linked already");

    /// <summary>What a provider's error code says, if it is one (RFC 6749 §5.2); its texts are not repeated anywhere.</summary>
    public static string CodeIn(string? error) =>
        error is { Length: > 0 and <= 40 } && error.All(c => char.IsAsciiLetterLower(c) || c == '_') ? error : "unknown error";
}
