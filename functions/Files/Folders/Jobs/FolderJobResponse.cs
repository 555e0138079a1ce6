using Latchkey.Access;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>A job as whoever has begun it sees it. The numbers are of files.</summary>
/// <param name="Id">The id.</param>
/// <param name="Kind"><c>move</c>, <c>delete</c>, <c>copy</c> or <c>restore</c>.</param>
/// <param name="Status"><c>queued</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="Space">The space where it writes.</param>
/// <param name="Path">The folder.</param>
public sealed record FolderJobResponse(string Id, string Kind, string Status, string Space, string Path)
{
    /// <summary>What the folder, or its copy, is called from now on.</summary>
    public string? To { get; init; }

    /// <summary>How many files there were when it began.</summary>
    public long? Total { get; init; }

    /// <summary>Those that are done.</summary>
    public required long Done { get; init; }

    /// <summary>Those that stay as they are.</summary>
    public required long Failed { get; init; }

    /// <summary>What was wrong, the last time.</summary>
    public string? Code { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTime? FinishedAt { get; init; }

    /// <summary>The response for a job.</summary>
    public static FolderJobResponse Of(Caller caller, FolderJob job) => new(
        job.Id, FolderEnd.Word(job.Kind), job.Status.ToString().ToLowerInvariant(), job.Owner.SpaceNameFor(caller.Token), job.Path)
    {
        To = job.To,
        Total = job.Total,
        Done = job.Done,
        Failed = job.Failed,
        Code = job.Code,
        CreatedAt = job.CreatedAt.UtcDateTime,
        FinishedAt = job.FinishedAt?.UtcDateTime,
    };

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
