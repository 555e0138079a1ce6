using System.Diagnostics;

namespace Latchkey.Http;

/// <summary>A timer's run that sends what is due, in bounded time: a timer does not begin a run while another is under way.</summary>
public static class BoundedRun
{
    /// <summary>Sends what is due until the time is over. What is under way then goes on without the run; the rest comes again.</summary>
    /// <param name="maxTime">For how long messages are begun and waited for. The last of them may take its own time more.</param>
    /// <param name="due">What is due.</param>
    /// <param name="atOnce">How many are sent at the same time.</param>
    /// <param name="send">Sends one; it does not throw.</param>
    /// <param name="drained">Ends once everything is sent that waits behind others.</param>
    /// <param name="cancel">Cancels.</param>
    public static async Task Of<T>(TimeSpan maxTime, IAsyncEnumerable<T> due, int atOnce, Func<T, CancellationToken, Task> send,
        Func<Task> drained, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(due.TakeWhile(_ => Stopwatch.GetElapsedTime(begun) < maxTime),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel },
            async (one, cancelled) => await send(one, cancelled));
        var rest = maxTime - Stopwatch.GetElapsedTime(begun);
        if (rest <= TimeSpan.Zero) return;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(drained(), Task.Delay(rest, over.Token));
        await over.CancelAsync();
    }
}
