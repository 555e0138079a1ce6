namespace Latchkey.Tests;

/// <summary>A clock that tests set. It starts at the real time and stands still until it is moved.</summary>
public sealed class TestClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = System.GetUtcNow();

    public void Advance(TimeSpan by) => Now += by;

    public override DateTimeOffset GetUtcNow() => Now;
}
