namespace Latchkey.Files;

// When whoever asked is told by mail that files have come.
public sealed partial record FileRequest
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(15);
    static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>
    /// The request after a mail at this time; the same if it is too early for another one. A quarter of an hour lies between the first two,
    /// and each time twice as long, up to a day: a request that many answer is no reason for a hundred mails a day. After two quiet days it
    /// begins anew.
    /// </summary>
    public FileRequest Notify(DateTimeOffset now)
    {
        if (now - NotifiedAt < PauseAfter(Notices)) return this;
        return this with { NotifiedAt = now, Notices = now - NotifiedAt < 2 * LongestPause ? Notices + 1 : 1 };
    }

    static TimeSpan PauseAfter(long notices)
    {
        var pause = FirstPause;
        for (var n = 1; n < notices && pause < LongestPause; n++) pause *= 2;
        return pause < LongestPause ? pause : LongestPause;
    }
}
