using Latchkey.Http;

namespace Latchkey.Tenancy;

/// <summary>
/// Changes a row that others may change at the same time: read it, change it, write it if it is still the one that was read, and
/// otherwise start again.
/// </summary>
public static class OptimisticUpdate
{
    /// <summary>How often an update is tried for a request; the caller is told to try again after that.</summary>
    public const int MaxAttempts = 5;

    /// <summary>The changed row; null if it does not exist, or if <paramref name="change"/> returned null.</summary>
    /// <param name="find">Reads the row, past any cache.</param>
    /// <param name="change">Returns the changed row, or null to leave it as it is.</param>
    /// <param name="tryReplace">Writes the row; false if it is not the one that was read any more.</param>
    /// <param name="maxAttempts">How often to try.</param>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>: others came in between each time.</exception>
    public static async Task<T?> Run<T>(
        Func<Task<T?>> find, Func<T, T?> change, Func<T, Task<bool>> tryReplace, int maxAttempts = MaxAttempts) where T : class
    {
        for (var attempt = 0; attempt < maxAttempts; attempt++)
        {
            if (await find() is not { } found || change(found) is not { } changed) return null;
            if (await tryReplace(changed)) return changed;
        }
        throw Problem.Conflict("changed_meanwhile", "Others keep changing this at the same time. Try again.");
    }
}
