using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// On what a replacement of a file's bytes depends: the version in If-Match (RFC 9110 §13.1.1), and what happens if the file has another.
/// </summary>
/// <param name="Only">The version that may be replaced; <c>*</c> for any; null if nothing was said.</param>
/// <param name="Copy">True if the bytes become a file beside it then; otherwise they wait for another complete.</param>
public readonly record struct VersionCondition(string? Only, bool Copy)
{
    const string Any = "*";
    const string None = "-"; // A tag that no file has.

    /// <summary>Reads If-Match, and the field <c>conflict</c> of a body.</summary>
    /// <exception cref="Problem">400 <c>invalid_if_match</c>, <c>invalid_conflict</c>.</exception>
    public static VersionCondition Read(HttpRequest request, string? conflict) => new(Tag(request), conflict switch
    {
        null or "fail" => false,
        "copy" => true,
        _ => throw Problem.BadRequest("invalid_conflict", "conflict must be fail or copy."),
    });

    /// <summary>What an upload was begun with.</summary>
    public static VersionCondition Of(FileRecord upload) => new(upload.ReplacesOnly, upload.BecomesCopy);

    /// <summary>This condition, and where it says nothing, the other one.</summary>
    public VersionCondition Or(VersionCondition other) => new(Only ?? other.Only, Copy || other.Copy);

    /// <summary>The upload, with this condition for whatever makes it the file's later.</summary>
    public FileRecord Keep(FileRecord upload) => upload with { ReplacesOnly = Only, BecomesCopy = Copy };

    /// <summary>True if the file has a version that may be replaced.</summary>
    public bool Holds(FileRecord? file) => file is { Status: FileStatus.Available } && (Only is null or Any || Only == file.Content);

    /// <summary>Refuses a file that has another version.</summary>
    /// <exception cref="Problem">
    /// 409 <c>version_conflict</c>, <c>file_scanning</c>; 403 <c>file_infected</c>; 404 <c>file_not_found</c>: it is gone.
    /// </exception>
    public void Ensure(FileRecord? file)
    {
        if (Holds(file)) return;
        if (file is not { HasArrived: true }) throw FilePermissions.NotFound();
        FilePermissions.EnsureAvailable(file);
        throw new Problem(409, "version_conflict", "The file has another version by now.")
        {
            Extensions = new Dictionary<string, object?> { ["etag"] = file.EntityTag, ["version"] = file.Version },
        };
    }

    // Front ends that compress answers make a tag weak. Ours is of bytes that never change, so nothing is lost by taking it.
    static string? Tag(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0) return null;
        if (EntityTag.Tags(request.Headers.IfMatch) is not [var tag])
            throw Problem.BadRequest("invalid_if_match", "If-Match must be one entity tag, or *.");
        if (tag.StartsWith("W/", StringComparison.Ordinal)) tag = tag[2..];
        tag = tag.Trim('"');
        return tag == Any || FileRecord.IsId(tag) ? tag : None;
    }
}
