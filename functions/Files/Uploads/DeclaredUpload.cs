namespace Latchkey.Files;

/// <summary>What the metadata of a tus upload, or the fields of a form, declare.</summary>
sealed record DeclaredUpload : UploadRequest
{
    /// <summary>The name; null if there is none.</summary>
    public string? Name { get; init; }

    /// <summary>The file whose bytes are to be replaced; null for a new file.</summary>
    public string? Replaces { get; init; }

    /// <summary>What becomes of the bytes if that file has another version by then (<see cref="VersionCondition"/>).</summary>
    public string? Conflict { get; init; }
}
