namespace Latchkey.Messages;

/// <summary>
/// How long work waits that could not be done because something did not respond. The queue alone would try it five times in two and a half
/// minutes and then put it aside.
/// </summary>
static class RetryPause
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <summary>After so many tries that pause for a day together.</summary>
    public const int TriesOfADay = 53;

    /// <summary>The pause after one more failure.</summary>
    public static TimeSpan After(int tries) =>
        First * Math.Min(Math.Pow(2, Math.Max(0, tries)), Longest / First);
}
