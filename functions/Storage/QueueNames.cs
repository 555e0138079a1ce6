namespace Latchkey.Storage;

/// <summary>
/// The names of all queues. Each has one function with a queue trigger, and SCHEMA.md describes its messages. A message that failed
/// five times lies in the queue of the same name with <see cref="PoisonSuffix"/>, where the Functions host puts it.
/// </summary>
public static class QueueNames
{
    /// <summary>What the Functions host adds to the name of a queue.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>Pictures whose renditions are to be made.</summary>
    public const string Renditions = "renditions";

    /// <summary>Files that ClamAV is to scan before they are available.</summary>
    public const string Scans = "scans";

    /// <summary>Tenants whose files ClamAV scans once more.</summary>
    public const string Rescans = "rescans";

    /// <summary>Results of Defender for Storage, which Event Grid delivers here. infra makes this queue.</summary>
    public const string ScanResults = "scan-results";

    /// <summary>Jobs that work on folders.</summary>
    public const string FolderJobs = "folder-jobs";

    /// <summary>Messages to groups whose members are to get them.</summary>
    public const string Messages = "messages";

    /// <summary>Connections for messages that are to be closed.</summary>
    public const string MessageClosings = "message-closings";

    /// <summary>Jobs that make archives. They take longer, and nobody's folders wait for them.</summary>
    public const string Archives = "archives";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Renditions, Scans, Rescans, ScanResults, FolderJobs, Messages, MessageClosings, Archives];
}
