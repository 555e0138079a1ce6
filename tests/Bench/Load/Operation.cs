namespace Latchkey.Bench.Load;

/// <summary>One thing that a server is asked to do, over and over.</summary>
/// <param name="Name">The row of the table.</param>
/// <param name="Run">Does it once, with an input, and checks the answer.</param>
sealed record Operation(string Name, Func<string, Task> Run)
{
    /// <summary>What is done once before each window, unmeasured: a fresh access token, for example.</summary>
    public Func<Task> Before { get; init; } = () => Task.CompletedTask;

    /// <summary>Makes the input of one run, unmeasured, for what can be used only once: a code, an upload. Null: there is none.</summary>
    public Func<Task<string>>? Prepare { get; init; }

    /// <summary>How many runs a window may have at most, where each leaves much behind.</summary>
    public int MostRuns { get; init; } = int.MaxValue;
}
