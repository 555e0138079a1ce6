namespace Latchkey.Tests.Callers;

/// <summary>A file as its owner sees it.</summary>
sealed record FileAnswer
{
    public required string Id { get; init; }
    public required string Status { get; init; }
    public required string Space { get; init; }
    public required string Name { get; init; }
    public required string Folder { get; init; }
    public required string ContentType { get; init; }
    public required long Size { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? DeclaredContentType { get; init; }
    public bool? LocationRemoved { get; init; }
    public string? Md5 { get; init; }
    public bool? Md5Verified { get; init; }
    public string? Sha256 { get; init; }
    public bool? Sha256Verified { get; init; }
    public DateTimeOffset? ModifiedAt { get; init; }
    public DateTimeOffset? TakenAt { get; init; }
    public Dictionary<string, string>? Metadata { get; init; }
    public List<string>? Tags { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }
    public DateTimeOffset? PurgeAfter { get; init; }
    public CopyAnswer? Copy { get; init; }
    public ThumbnailAnswer? Thumbnail { get; init; }
    public string? Etag { get; init; }
    public int? Version { get; init; }
    public string? Replaces { get; init; }
    public ScanAnswer? Scan { get; init; }

    /// <summary>Only of a file that was handed in.</summary>
    public string? Request { get; init; }
    public SenderAnswer? Sender { get; init; }

    /// <summary>Only in lists of what is shared.</summary>
    public string? Access { get; init; }
}

/// <summary>Who handed a file in, as they say.</summary>
sealed record SenderAnswer
{
    public required string Name { get; init; }
    public string? Email { get; init; }
}

/// <summary>A request for files.</summary>
sealed record FileRequestAnswer
{
    public required string Id { get; init; }
    public required string Status { get; init; }
    public required string Space { get; init; }
    public required string Folder { get; init; }
    public required string Title { get; init; }
    public required bool Password { get; init; }
    public required long MaxFiles { get; init; }
    public required long MaxFileBytes { get; init; }
    public required List<string> ContentTypes { get; init; }
    public required long Files { get; init; }
    public required long Bytes { get; init; }
    public required long Received { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public string? Message { get; init; }
    public string? Url { get; init; }
    public long? MaxTotalBytes { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public required string Etag { get; init; }
}

/// <summary>A page of a space's requests.</summary>
sealed record FileRequestsAnswer
{
    public required List<FileRequestAnswer> Requests { get; init; }
    public string? Cursor { get; init; }
}

/// <summary>A file that is handed in, as its sender sees it.</summary>
sealed record HandInAnswer
{
    public required string Id { get; init; }
    public required string Status { get; init; }
    public UploadRequestAnswer? Upload { get; init; }
    public long? ReceivedBytes { get; init; }
}

/// <summary>A link to a folder or to several files.</summary>
sealed record SpaceLinkAnswer
{
    public required string Id { get; init; }
    public required string Space { get; init; }
    public required bool Password { get; init; }
    public required long Downloads { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? Folder { get; init; }
    public List<string>? Files { get; init; }
    public string? Title { get; init; }
    public string? Url { get; init; }
    public long? MaxDownloads { get; init; }
    public DateTimeOffset? Until { get; init; }
    public required string Etag { get; init; }
}

/// <summary>A page of a space's links.</summary>
sealed record SpaceLinksAnswer
{
    public required List<SpaceLinkAnswer> Links { get; init; }
    public string? Cursor { get; init; }
}

/// <summary>A version of a file.</summary>
sealed record VersionAnswer
{
    public required string Id { get; init; }
    public required int Version { get; init; }
    public required long Size { get; init; }
    public required string ContentType { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Name { get; init; }
    public string? Md5 { get; init; }
    public bool? Md5Verified { get; init; }
    public string? Sha256 { get; init; }
    public bool? Sha256Verified { get; init; }
    public DateTimeOffset? ModifiedAt { get; init; }
    public UploaderAnswer? UploadedBy { get; init; }
    public DateTimeOffset? ReplacedAt { get; init; }
    public DateTimeOffset? PurgeAfter { get; init; }
}

/// <summary>Who has uploaded it.</summary>
sealed record UploaderAnswer
{
    public string? User { get; init; }
    public string? Client { get; init; }
}

/// <summary>The versions of a file.</summary>
sealed record VersionsAnswer
{
    public required VersionAnswer Current { get; init; }
    public required List<VersionAnswer> Versions { get; init; }
}

/// <summary>How far a copy is, in bytes.</summary>
sealed record CopyAnswer
{
    public required long Bytes { get; init; }
    public required long Total { get; init; }
}

/// <summary>A page of a folder.</summary>
sealed record ListingAnswer
{
    public required List<FileAnswer> Files { get; init; }
    public string? Cursor { get; init; }
    public List<string>? Folders { get; init; }
    public bool? MoreFolders { get; init; }
}

/// <summary>A page of a space's changes.</summary>
sealed record ChangesAnswer
{
    public required List<ChangeAnswer> Items { get; init; }
    public required string Cursor { get; init; }
    public required bool More { get; init; }
}

/// <summary>A change of a file, or of a folder.</summary>
sealed record ChangeAnswer
{
    public required string Kind { get; init; }
    public string? Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public FileAnswer? File { get; init; }
    public string? Share { get; init; }
    public string? Folder { get; init; }
    public string? From { get; init; }
}

/// <summary>Which of the files that were asked for are there.</summary>
sealed record KnownAnswer
{
    public required List<KnownFileAnswer> Items { get; init; }
}

/// <summary>Whether a file is there.</summary>
sealed record KnownFileAnswer
{
    public required bool Known { get; init; }
    public string? Id { get; init; }
}

/// <summary>An upload that was begun.</summary>
sealed record BeginAnswer
{
    public required string Id { get; init; }
    public required string Status { get; init; }
    public required UploadRequestAnswer Upload { get; init; }
}

/// <summary>The request that sends the bytes.</summary>
sealed record UploadRequestAnswer
{
    public required string Method { get; init; }
    public required string Url { get; init; }
    public required Dictionary<string, string> Headers { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public long? BlockSize { get; init; }
}

/// <summary>How far an upload is.</summary>
sealed record ProgressAnswer
{
    public required string Id { get; init; }
    public required string Status { get; init; }
    public UploadRequestAnswer? Upload { get; init; }
    public long? ReceivedBytes { get; init; }
    public long? BlockCount { get; init; }

    /// <summary>Ranges of blocks: the first and the last of each.</summary>
    public long[][]? Received { get; init; }
    public int? BlocksKeptDays { get; init; }
    public DateTimeOffset? Deadline { get; init; }
}

/// <summary>Where the bytes can be had.</summary>
sealed record DownloadAnswer
{
    public required string Url { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Who has access to a file.</summary>
sealed record ShareAnswer
{
    public required string Id { get; init; }
    public required string Access { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? Until { get; init; }
    public RecipientAnswer? With { get; init; }
    public LinkAnswer? Link { get; init; }
}

/// <summary>A user or a group.</summary>
sealed record RecipientAnswer
{
    public string? User { get; init; }
    public string? Group { get; init; }
    public string? Name { get; init; }
}

/// <summary>A link; its URL only in the answer that makes it.</summary>
sealed record LinkAnswer
{
    public required bool Password { get; init; }
    public required long Downloads { get; init; }
    public string? Url { get; init; }
    public long? MaxDownloads { get; init; }
}

/// <summary>All shares of a file.</summary>
sealed record SharesAnswer
{
    public required List<ShareAnswer> Shares { get; init; }
}

/// <summary>The spaces that the caller may use.</summary>
sealed record SpacesAnswer
{
    public required List<SpaceAnswer> Spaces { get; init; }
}

/// <summary>A space that the caller may use.</summary>
sealed record SpaceAnswer
{
    public required string Space { get; init; }
    public required string Right { get; init; }
    public string? Name { get; init; }
}

/// <summary>The report of an integrity check.</summary>
sealed record CheckAnswer
{
    public required DateTimeOffset StartedAt { get; init; }
    public required string Phase { get; init; }
    public required long Records { get; init; }
    public required long Blobs { get; init; }
    public required long Missing { get; init; }
    public required List<string> MissingIds { get; init; }
    public required long Orphans { get; init; }
    public required long OrphansDeleted { get; init; }
    public required long FoldersRemoved { get; init; }
    public required long PartsRepaired { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>What is known of malware in a file.</summary>
sealed record ScanAnswer
{
    public required string Result { get; init; }
    public DateTimeOffset? At { get; init; }
    public string? Threat { get; init; }
    public string? Reason { get; init; }
}

/// <summary>The state of malware scanning in a tenant.</summary>
sealed record ScanningAnswer
{
    public required bool Enabled { get; init; }
    public required string Scanner { get; init; }
    public bool? Up { get; init; }
    public RescanAnswer? LastRun { get; init; }
}

/// <summary>A scan of all files of a tenant once more.</summary>
sealed record RescanAnswer
{
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required long Scanned { get; init; }
    public required long Infected { get; init; }
    public required long Failed { get; init; }
}

sealed record ThumbnailAnswer
{
    public required string State { get; init; }
    public List<int>? Sizes { get; init; }
    public string? Reason { get; init; }
}
