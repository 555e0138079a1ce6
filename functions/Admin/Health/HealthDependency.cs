using Microsoft.Extensions.Logging;

namespace Latchkey.Admin;

/// <summary>One dependency of the health check: called by one check at a time, and only when the last result has expired.</summary>
sealed partial class HealthDependency(
    string name, TimeSpan ageWhenUp, TimeSpan ageWhenDown, Func<CancellationToken, Task> ask, TimeProvider clock, ILogger logger)
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    readonly Lock sync = new();
    Task<bool>? last;
    DateTimeOffset until;

    /// <summary>True if it responded within 3 seconds, now or at the last check; never throws.</summary>
    public Task<bool> IsUp()
    {
        lock (sync)
        {
            if (last is { IsCompleted: false } || (last is not null && clock.GetUtcNow() < until)) return last;
            // The check belongs to no request: it must not be cancelled with the first caller, nor counted or traced as its work.
            using (ExecutionContext.SuppressFlow()) last = Task.Run(Ask, CancellationToken.None);
            return last;
        }
    }

    async Task<bool> Ask()
    {
        var up = await Answers();
        until = clock.GetUtcNow() + (up ? ageWhenUp : ageWhenDown);
        return up;
    }

    async Task<bool> Answers()
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            await ask(limit.Token).WaitAsync(limit.Token);
            return true;
        }
        catch (Exception fault)
        {
            Log.Down(logger, name, fault);
            return false;
        }
    }

    static partial class Log
    {
        [LoggerMessage(72, LogLevel.Error, "Health: {Dependency} does not respond")]
        public static partial void Down(ILogger logger, string dependency, Exception fault);
    }
}
