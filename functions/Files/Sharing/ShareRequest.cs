using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>The share that the caller asks for: with whom or as a link, which access, until when.</summary>
sealed record ShareRequest
{
    public RecipientRequest? With { get; init; }

    public LinkRequest? Link { get; init; }

    public required string Access { get; init; }

    public string? Until { get; init; }

    public sealed record RecipientRequest
    {
        /// <summary>The user name or the user's id.</summary>
        public string? User { get; init; }

        public string? Group { get; init; }
    }

    public sealed record LinkRequest
    {
        public string? Password { get; init; }

        public long? MaxDownloads { get; init; }
    }

    /// <summary>Refuses a request that is invalid, whoever the recipient is.</summary>
    /// <exception cref="Problem">400 <c>invalid_share</c>.</exception>
    public void Check()
    {
        if (With is null == Link is null) throw Invalid("set exactly one of with and link");
        if (With is not null && With.User is null == With.Group is null) throw Invalid("set exactly one of with.user and with.group");
        if (Link is not null && CheckedAccess() != Permission.Read) throw Invalid("a link can only have read access");
        if (Link?.MaxDownloads is < 1) throw Invalid("maxDownloads must be at least 1");
        if (Link?.Password is { } password && !SharingFields.IsPassword(password))
            throw Invalid($"the password must have 1 to {SharingFields.MaxPasswordChars} characters, and not U+0000");
    }

    public Permission CheckedAccess() => Access switch
    {
        "read" => Permission.Read,
        "write" => Permission.Write,
        _ => throw Invalid("access must be read or write"),
    };

    public DateTimeOffset? CheckedUntil(DateTimeOffset now) => Until is null ? null
        : SharingFields.TryEnd(Until, now) ?? throw Invalid($"until {SharingFields.EndRule}");

    static Problem Invalid(string why) => Problem.BadRequest("invalid_share", $"Invalid share: {why}.");
}
