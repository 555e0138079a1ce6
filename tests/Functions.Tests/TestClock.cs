namespace Latchkey.Tests;

/// <summary>A clock that tests set. It starts at the real time and stands still until it is moved.</summary>
public sealed class TestClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = System.GetUtcNow();

    /// <summary>
    /// One that starts at noon UTC, for tests that move it by minutes or hours and look at what is in a day's tables. Not for those that
    /// use a URL of storage's: whether it has expired goes by the real time.
    /// </summary>
    public static TestClock AtNoon()
    {
        var clock = new TestClock();
        clock.Now = new DateTimeOffset(clock.Now.UtcDateTime.Date.AddHours(12), TimeSpan.Zero);
        return clock;
    }

    public void Advance(TimeSpan by) => Now += by;

    public override DateTimeOffset GetUtcNow() => Now;
}
