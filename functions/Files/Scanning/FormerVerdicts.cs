using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>
/// Verdicts about bytes that are a former version of their file by now. A restore, or a replacement, moves bytes from one row to another at
/// any moment: then the verdict has to look for them again.
/// </summary>
public sealed class FormerVerdicts(FileStore files, VersionStore versions, TimeProvider clock)
{
    const int MaxAttempts = 5;

    /// <summary>Writes a verdict about a former version, unless it says so already.</summary>
    /// <returns>The version as it is then, or null; and true if that is because its bytes are gone. Otherwise it changed
    /// meanwhile.</returns>
    public async Task<(FileRecord? Version, bool IsGone)> TryJudge(
        FileRecord file, FileRecord scanned, ScanVerdict verdict, CancellationToken cancel)
    {
        var version = await versions.Find(file, scanned.Content, cancel);
        if (version is null || !version.HasBytesOf(scanned))
            return (null, IsGone: await files.Find(file.Tenant, file.Id, cancel) is not { } now || now.ETag == file.ETag);
        if (version.IsInfected || (verdict.Threat is null && version.Scan is { IsClean: true })) return (version, false);
        var scan = new FileScan
        {
            ETags = version.Scan?.ETags ?? [],
            Threat = verdict.Threat,
            Failure = verdict.Failure,
            At = clock.GetUtcNow(),
        };
        if (!await versions.TryChange(version with { Scan = scan }, cancel)) return (null, false);
        return (await versions.FindBytes(file.Tenant, scanned.Content, cancel), false);
    }

    /// <summary>
    /// Writes that others are being told of malware, in a file or a former version; false if that was written before, or if it is gone.
    /// </summary>
    /// <exception cref="Problem">409 <c>file_changing</c>.</exception>
    public async Task<bool> TryMarkTold(FileRecord infected, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (infected.Scan!.ToldAt is not null) return false;
            var told = infected with { Scan = infected.Scan with { ToldAt = clock.GetUtcNow() } };
            var isFile = await files.Find(infected.Tenant, infected.Id, cancel) is { } file && file.Content == infected.Content;
            if (isFile ? await files.TryMove(infected, told, default, cancel) : await versions.TryChange(told, cancel)) return true;
            // It changed meanwhile. Its bytes go after this, so nobody else would tell of them.
            if (await versions.FindBytes(infected.Tenant, infected.Content, cancel) is not { IsInfected: true } now) return false;
            infected = now;
        }
        throw Problem.Conflict("file_changing", "The file keeps changing.");
    }
}
