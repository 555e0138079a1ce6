namespace Latchkey.Files;

/// <summary>Deletes what people shared once its time is over: shares, links, requests for files.</summary>
public sealed class SharingExpiry(ShareStore shares, SpaceLinkStore links, FileRequestStore requests)
{
    /// <summary>Deletes what an entry of the schedule is about, unless it was extended meanwhile.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The file, the link or the request.</param>
    /// <param name="what">The file's share, <see cref="FileSchedule.Link"/> or <see cref="FileSchedule.Request"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancel">Cancels.</param>
    public Task Remove(string tenant, string id, string what, DateTimeOffset now, CancellationToken cancel) => what switch
    {
        FileSchedule.Link => links.RemoveExpired(tenant, id, now, cancel),
        FileSchedule.Request => requests.RemoveEnded(tenant, id, now, cancel),
        _ => shares.RemoveExpired(tenant, id, what, now, cancel),
    };
}
