namespace Latchkey.Files;

// What is known of malware in a file.
public sealed partial record FileRecord
{
    /// <summary>What is known of malware in it; null if nobody has asked.</summary>
    public FileScan? Scan { get; init; }

    /// <summary>True if malware was found in it, also while it is in the trash. Then its bytes are never served again.</summary>
    public bool IsInfected => Scan?.Threat is not null;

    /// <summary>Scanning → Available: no malware was found.</summary>
    public FileRecord Release(DateTimeOffset now) => Status == FileStatus.Scanning
        ? this with { Status = FileStatus.Available, Scan = new FileScan { ETags = Scan?.ETags ?? [], At = now } }
        : throw IllegalMove(FileStatus.Available);

    /// <summary>Scanning or Available → Infected. What is in the trash stays there, and is infected once it is restored.</summary>
    public FileRecord Infect(string threat, DateTimeOffset now)
    {
        if (Status is not (FileStatus.Scanning or FileStatus.Available or FileStatus.Deleted)) throw IllegalMove(FileStatus.Infected);
        return this with
        {
            Status = Status == FileStatus.Deleted ? FileStatus.Deleted : FileStatus.Infected,
            Scan = new FileScan { Threat = threat, At = now },
            Renditions = null,
        };
    }
}
