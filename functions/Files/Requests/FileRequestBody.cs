using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The request for files that the caller asks for. What is left out has a limit of ours, and lasts for two weeks.</summary>
sealed record FileRequestBody : FileRequestTerms
{
    const int DefaultMaxFiles = 100;

    static readonly TimeSpan DefaultLife = TimeSpan.FromDays(14);

    public string? Folder { get; init; }

    public string? Space { get; init; }

    public required string Title { get; init; }

    public string? Message { get; init; }

    public string? Password { get; init; }

    /// <summary>The request without what depends on the caller; the secret and the password are set later.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>, <c>invalid_folder</c>.</exception>
    public FileRequest ToRequest(Tenant tenant, Owner owner, string client, long largest, DateTimeOffset now) => Apply(new FileRequest
    {
        Tenant = tenant.Id,
        Id = FileRecord.NewId(tenant.Id, owner),
        Owner = owner,
        Client = client,
        Folder = FileName.ReadFolder(Folder),
        Title = SharingFields.Title(Title),
        Message = CheckedMessage(Message),
        SecretHash = "",
        MaxFiles = DefaultMaxFiles,
        MaxFileBytes = largest,
        MaxTotalBytes = FileRequest.DefaultTotalBytes,
        CreatedAt = now,
        ExpiresAt = now + DefaultLife,
    }, largest, tenant.Limits.SpaceBytes, now);
}

/// <summary>
/// A change of a request for files: a JSON Merge Patch (RFC 7396), in which null removes the message and the password. Its folder stays.
/// </summary>
sealed record FileRequestPatch : FileRequestTerms
{
    public PatchedText Title { get; init; }

    public PatchedText Message { get; init; }

    public PatchedText Password { get; init; }

    /// <summary>True closes it, false opens it again.</summary>
    public bool? Closed { get; init; }

    /// <summary>The names of what is changed.</summary>
    public IReadOnlyList<string> Fields() =>
    [
        .. JsonBody.Present(this).Except(["title", "message", "password"]),
        .. new[] { (Title, "title"), (Message, "message"), (Password, "password") }
            .Where(field => field.Item1.IsSent).Select(field => field.Item2),
    ];

    /// <summary>What it changes of a request.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>; 503 <c>server_busy</c>.</exception>
    public async Task<Func<FileRequest, FileRequest>> Read(
        Tenant tenant, long largest, PasswordHashing hashing, DateTimeOffset now, CancellationToken cancel)
    {
        var title = Title.IsSent ? SharingFields.Title(Title.Value ?? "") : null;
        var message = CheckedMessage(Message.Value);
        var hash = SharingFields.Password(Password.Value) is { } password ? await hashing.Hash(password, cancel) : null;
        return request => Apply(request, largest, tenant.Limits.SpaceBytes, now) with
        {
            Title = title ?? request.Title,
            Message = Message.IsSent ? message : request.Message,
            PasswordHash = Password.IsSent ? hash : request.PasswordHash,
            ClosedAt = Closed switch { true => request.ClosedAt ?? now, false => null, _ => request.ClosedAt },
        };
    }
}
