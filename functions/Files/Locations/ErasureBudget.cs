namespace Latchkey.Files;

/// <summary>
/// How much work it may be to erase the location of one file. It counts bytes that are moved or cleared as well as entries that are read,
/// so no file takes more than about a second.
/// </summary>
sealed class ErasureBudget
{
    // Far more than a picture needs; a file that is made to be slow needs more.
    const int MaxSteps = 2_000_000;
    const int BytesOfStep = 64;

    long steps;

    /// <summary>True if there is none left: then the location can't be erased.</summary>
    public bool IsUsedUp => steps > MaxSteps;

    /// <summary>Takes one step, and what it is to write so many bytes.</summary>
    public void Take(long bytes = 0) => steps += 1 + bytes / BytesOfStep;
}
