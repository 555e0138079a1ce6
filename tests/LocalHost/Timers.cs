using Latchkey.OAuth;
using Microsoft.Azure.Functions.Worker;
using NCrontab;

namespace Latchkey.LocalHost;

/// <summary>Runs the timer triggers on their schedules, as the Functions host would. By the real clock.</summary>
sealed partial class Timers(IServiceProvider services, ILogger<Timers> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Functions.Timed(typeof(TokenEndpoint).Assembly).Select(timer => Run(timer, stoppingToken)));

    async Task Run(TimerFunction timer, CancellationToken stopping)
    {
        var clock = TimeProvider.System;
        var schedule = CrontabSchedule.Parse(timer.Schedule, new CrontabSchedule.ParseOptions { IncludingSeconds = true });
        while (!stopping.IsCancellationRequested)
        {
            var now = clock.GetUtcNow().UtcDateTime;
            await Task.Delay(schedule.GetNextOccurrence(now) - now, clock, stopping);
            try
            {
                await Functions.Call(timer.Method, services, new TimerInfo(), stopping);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.Failed(logger, timer.Name, fault);
            }
        }
    }

    static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Timer {Name} failed")]
        public static partial void Failed(ILogger logger, string name, Exception fault);
    }
}
