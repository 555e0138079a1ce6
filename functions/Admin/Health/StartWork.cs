namespace Latchkey.Admin;

/// <summary>Whether this process is still making what it makes at its start. The port is open meanwhile, but the process is not
/// ready.</summary>
public sealed class StartWork
{
    volatile bool isDone = true;

    /// <summary>True unless the work is going on.</summary>
    public bool IsDone
    {
        get => isDone;
        set => isDone = value;
    }
}
