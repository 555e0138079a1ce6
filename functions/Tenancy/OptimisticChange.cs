using Latchkey.Http;

namespace Latchkey.Tenancy;

/// <summary>Changes a row that others may change at the same time.</summary>
public static class OptimisticChange
{
    const int MaxAttempts = 5;

    /// <summary>Reads, changes and conditionally writes; starts again if somebody else wrote in between.</summary>
    /// <param name="find">Reads what is stored now, or null.</param>
    /// <param name="change">Makes the next state.</param>
    /// <param name="tryReplace">Writes it; false if the row was changed since it was read.</param>
    /// <returns>What was written; null if there is nothing to change.</returns>
    /// <exception cref="Problem">409 <c>changed_meanwhile</c>: every attempt was overtaken.</exception>
    public static async Task<T?> Apply<T>(Func<Task<T?>> find, Func<T, T> change, Func<T, Task<bool>> tryReplace)
        where T : class
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await find() is not { } found) return null;
            var changed = change(found);
            if (await tryReplace(changed)) return changed;
        }
        throw Problem.Conflict("changed_meanwhile", "Others keep changing this at the same time. Try again.");
    }
}
