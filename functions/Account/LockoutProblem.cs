using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Account;

/// <summary>Turns the lockout's refusal (an <see cref="OAuthError"/>) into problem+json, for endpoints outside OAuth.</summary>
static class LockoutProblem
{
    /// <summary>Runs a step.</summary>
    /// <exception cref="Problem">429 with the code and the seconds to wait.</exception>
    public static async Task<T> Run<T>(
        Func<Task<T>> step, string code = "too_many_requests", string detail = "Too many attempts. Try again later.")
    {
        try
        {
            return await step();
        }
        catch (OAuthError refusal) when (refusal.RetryAfter is { } seconds)
        {
            throw new Problem(429, code, detail) { RetryAfter = seconds };
        }
    }
}
