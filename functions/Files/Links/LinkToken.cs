namespace Latchkey.Files;

/// <summary>
/// The secret part of the address of a link to a folder or to several files: id and secret. With a hyphen between them it can't be mistaken
/// for that of a link to one file, so neither costs a look-up of the other.
/// </summary>
static class LinkToken
{
    const int IdChars = 32;
    const int SecretChars = 43;

    public static string Of(string id, string secret) => $"{id}-{secret}";

    /// <summary>Id and secret, or null if the text has another form.</summary>
    public static (string Id, string Secret)? Read(string? token) =>
        token is { Length: IdChars + 1 + SecretChars } && token[IdChars] == '-' && FileRecord.IsId(token[..IdChars])
            ? (token[..IdChars], token[(IdChars + 1)..]) : null;
}
