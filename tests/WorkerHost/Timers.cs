using Latchkey.WorkerHost.Rpc;
using NCrontab;

namespace Latchkey.WorkerHost;

/// <summary>Calls the worker's timer functions, on their schedules (NCRONTAB with seconds, UTC) or now.</summary>
sealed class Timers(Worker worker)
{
    // What TimerInfo is made of.
    const string Trigger = """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}""";

    /// <summary>Runs all of them until it is cancelled.</summary>
    public Task Run(CancellationToken cancel) =>
        Task.WhenAll(worker.Functions.Where(function => function.IsTimer).Select(timer => Run(timer, cancel)));

    /// <summary>Runs one now. A failure is told and nothing more.</summary>
    public async Task Call(Function timer, CancellationToken cancel)
    {
        try
        {
            var trigger = new ParameterBinding { Name = timer.Parameter, Data = new() { Json = Trigger } };
            await worker.Channel.Call(timer, Guid.NewGuid().ToString(), trigger, cancel);
            Console.WriteLine($"Host: timer {timer.Name} has run.");
        }
        catch (WorkerException fault)
        {
            await Console.Error.WriteLineAsync($"Host: timer {timer.Name}: {fault.Message}");
        }
    }

    async Task Run(Function timer, CancellationToken cancel)
    {
        var schedule = CrontabSchedule.Parse(timer.Schedule, new CrontabSchedule.ParseOptions { IncludingSeconds = true });
        while (true)
        {
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            await Task.Delay(schedule.GetNextOccurrence(now) - now, TimeProvider.System, cancel);
            await Call(timer, cancel);
        }
    }
}
