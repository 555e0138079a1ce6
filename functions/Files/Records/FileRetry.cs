using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>Repeats a change of a file's record as long as others change it in between.</summary>
static class FileRetry
{
    const int MaxAttempts = 5;

    /// <summary>The result of the first attempt that wins.</summary>
    /// <param name="attempt">Reads the record and changes it; null if the conditional write lost its race.</param>
    /// <exception cref="Problem">409 <c>file_changing</c>: every attempt lost.</exception>
    public static async Task<T> Run<T>(Func<Task<T?>> attempt) where T : class
    {
        for (var n = 0; n < MaxAttempts; n++)
        {
            if (await attempt() is { } done) return done;
        }
        throw Problem.Conflict("file_changing", "The file keeps changing. Try again later.");
    }
}
