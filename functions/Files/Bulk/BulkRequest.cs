using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>What is to be done to many files.</summary>
public sealed record BulkRequest
{
    /// <summary>The most files of a request.</summary>
    public const int MaxFiles = 1000;

    /// <summary><c>delete</c>, <c>move</c>, <c>restore</c> or <c>tag</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    /// <summary>Where a move leads to.</summary>
    public string? Folder { get; init; }

    /// <summary>True if a deletion is for good.</summary>
    public bool? Permanent { get; init; }

    /// <summary>The tags that replace all others.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Tags that are added to those that a file has.</summary>
    public IReadOnlyList<string>? AddTags { get; init; }

    /// <summary>Tags that are removed from those that a file has, whatever their case.</summary>
    public IReadOnlyList<string>? RemoveTags { get; init; }

    /// <summary>Not supported. It is read only to be refused with a helpful message.</summary>
    public string? Space { get; init; }

    /// <summary>The change that a move or tagging makes of a file; null for the other actions.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>, <c>invalid_folder</c>, <c>invalid_tags</c>, <c>not_supported</c>.</exception>
    public Func<FileRecord, FileRecord>? Read()
    {
        if (Ids.Count is 0 or > MaxFiles) throw Problem.InvalidField("ids", $"must hold 1 to {MaxFiles} ids");
        if (Space is not null) throw FileEdits.OtherSpace();
        if (Action != "move" && Folder is not null) throw Problem.InvalidField("folder", "is only for the action move");
        if (Action != "delete" && Permanent is not null) throw Problem.InvalidField("permanent", "is only for the action delete");
        if (Action != "tag" && (Tags ?? AddTags ?? RemoveTags) is not null)
            throw Problem.InvalidField("tags", "is only for the action tag");
        return Action switch
        {
            "delete" or "restore" => null,
            "move" => Move(Folder ?? throw Problem.InvalidField("folder", "must be given; it is empty for the root")),
            "tag" => Tag(),
            _ => throw Problem.InvalidField("action", "must be delete, move, restore or tag"),
        };
    }

    static Func<FileRecord, FileRecord> Move(string to)
    {
        var folder = FileName.ReadFolder(to);
        return file => file with { Folder = folder };
    }

    Func<FileRecord, FileRecord> Tag()
    {
        if (Tags is not null && (AddTags ?? RemoveTags) is null)
        {
            var tags = FileTags.Read(Tags);
            return file => file with { Tags = tags };
        }
        if (Tags is not null || (AddTags ?? RemoveTags) is null)
            throw Problem.InvalidField("tags", "must be given, or addTags or removeTags or both of these instead");
        var (added, removed) = (FileTags.Read(AddTags)?.All ?? [], FileTags.Read(RemoveTags)?.All ?? []);
        return file => file with
        {
            Tags = FileTags.Read([.. (file.Tags?.All ?? []).Except(removed, StringComparer.OrdinalIgnoreCase), .. added]),
        };
    }
}
