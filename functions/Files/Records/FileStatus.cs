namespace Latchkey.Files;

/// <summary>
/// The states of a file: Pending or Copying → (Scanning →) Available ⇄ Deleted → Purging; malware makes it Infected; or Pending, perhaps
/// Scanning, → Version.
/// </summary>
public enum FileStatus
{
    /// <summary>The upload has begun. The bytes may or may not have arrived, and nobody has checked them.</summary>
    Pending,

    /// <summary>Storage is copying the bytes of another file (<see cref="FileRecord.CopyOf"/>).</summary>
    Copying,

    /// <summary>The file is complete and listed, but nobody gets its bytes before a scanner has looked at them.</summary>
    Scanning,

    /// <summary>The file is checked, listed and can be downloaded. The bytes of each of its versions never change again.</summary>
    Available,

    /// <summary>A scanner found malware (<see cref="FileScan.Threat"/>). The file is still listed; its bytes are deleted.</summary>
    Infected,

    /// <summary>The file is in the trash until it is restored or purged (<see cref="FileRecord.PurgeAfter"/>).</summary>
    Deleted,

    /// <summary>Nobody can see the file any more. What is left of it in storage is being removed.</summary>
    Purging,

    /// <summary>
    /// No file of its own: an upload that has become a version of another file (<see cref="FileRecord.Replaces"/>). It leads from the
    /// bytes to the file, as long as they are kept.
    /// </summary>
    Version,
}
