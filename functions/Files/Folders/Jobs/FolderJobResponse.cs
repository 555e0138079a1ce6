using Latchkey.Access;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>A job as whoever has begun it sees it. The numbers are of files.</summary>
/// <param name="Id">The id.</param>
/// <param name="Kind"><c>move</c>, <c>delete</c>, <c>copy</c>, <c>restore</c> or <c>archive</c>.</param>
/// <param name="Status"><c>queued</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Space">The space where it writes.</param>
/// <param name="Path">The folder; null for an archive of files that were named.</param>
public sealed record FolderJobResponse(string Id, string Kind, string Status, string Space, string? Path)
{
    /// <summary>What the folder, or its copy, is called from now on.</summary>
    public string? To { get; init; }

    /// <summary>How many files there were when it began.</summary>
    public long? Total { get; init; }

    /// <summary>Those that are done.</summary>
    public required long Done { get; init; }

    /// <summary>Those that stay as they are.</summary>
    public required long Failed { get; init; }

    /// <summary>What an archive is called.</summary>
    public string? Name { get; init; }

    /// <summary>The length of an archive that is complete.</summary>
    public long? Bytes { get; init; }

    /// <summary>Until when it can be downloaded.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>What was wrong, the last time.</summary>
    public string? Code { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTime? FinishedAt { get; init; }

    /// <summary>The response for a job.</summary>
    public static FolderJobResponse Of(Caller caller, FolderJob job) => new(
        job.Id, FolderEnd.Word(job.Kind), job.Status.ToString().ToLowerInvariant(), SpaceOf(job).SpaceNameFor(caller.Token),
        job.Archive?.Files is null ? job.Path : null)
    {
        Name = job.Archive?.Name,
        Bytes = IsThere(job) ? job.Archive!.Bytes : null,
        ExpiresAt = IsThere(job) ? job.KeptUntil.UtcDateTime : null,
        To = job.To,
        Total = job.Total,
        Done = job.Done,
        Failed = job.Failed,
        Code = job.Code,
        CreatedAt = job.CreatedAt.UtcDateTime,
        FinishedAt = job.FinishedAt?.UtcDateTime,
    };

    // An archive lies in the space of whom it is for. Of interest is what it holds.
    static Owner SpaceOf(FolderJob job) => job.Archive is null ? job.Owner : job.Source;

    static bool IsThere(FolderJob job) => job is { Archive: not null, Status: FolderJobStatus.Done };

    /// <summary>200 with the job.</summary>
    public static IResult Ok(Caller caller, FolderJob job)
    {
        TellWhen(caller, job);
        return FileJson.Ok(Of(caller, job));
    }

    // RFC 9110 §10.2.3: in a second, while it is at work.
    static void TellWhen(Caller caller, FolderJob job)
    {
        if (!job.IsOver) caller.Http.HttpContext.Response.Headers.RetryAfter = "1";
    }

    /// <summary>202 with the job and where it can be read.</summary>
    public static IResult Accepted(Caller caller, FolderJob job)
    {
        caller.Audit.Target = job.Id;
        caller.Audit.Detail = FolderEnd.Describe(job);
        TellWhen(caller, job);
        return FileJson.Accepted(caller.Http, $"{caller.Tenant.Issuer}/jobs/{job.Id}", Of(caller, job));
    }
}
