namespace Latchkey.Storage;

// The keys of work on folders, in the partition of a space.
public static partial class RowKeys
{
    /// <summary>A job that works on a folder.</summary>
    public static string Job(string id) => $"{AnyJob}{id}";

    /// <summary>The prefix of the keys of all jobs of a space.</summary>
    public const string AnyJob = "job|";

    /// <summary>The row that says on which folders of a space jobs are at work.</summary>
    public const string Jobs = "jobs";

    /// <summary>A folder that was deleted, the last one of a path first; the job's id leads to the files that went with it.</summary>
    public static string DeletedFolder(string path, DateTimeOffset deleted, string job) =>
        $"{DeletedFolders(path)}{Descending(deleted)}|{job}";

    /// <summary>The prefix of the keys of the folders of this path that were deleted.</summary>
    public static string DeletedFolders(string path) => $"{AnyDeletedFolder}{Ids.HashBase32(path)}|";

    /// <summary>The prefix of the keys of all folders that were deleted.</summary>
    public const string AnyDeletedFolder = "deleted|";

    /// <summary>The id of the job in the key of a deleted folder.</summary>
    public static string JobOf(string deletedFolder) => deletedFolder[(deletedFolder.LastIndexOf('|') + 1)..];

    /// <summary>A folder that somebody had made and that a job has deleted.</summary>
    public static string DeletedMadeFolder(string job, string path) => $"{DeletedMadeFolders(job)}{Ids.HashBase32(path)}";

    /// <summary>The prefix of the keys of the folders that somebody had made and that this job has deleted.</summary>
    public static string DeletedMadeFolders(string job) => $"{AnyDeletedMadeFolder}{job}|";

    /// <summary>The prefix of the keys of all folders that somebody had made and that were deleted.</summary>
    public const string AnyDeletedMadeFolder = "made|";
}
