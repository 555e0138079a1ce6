using Latchkey.Http;
using Latchkey.Protocol;

namespace Latchkey.Account;

/// <summary>Turns the lockout's refusal (an <see cref="OAuthError"/>) into problem+json, for endpoints outside OAuth.</summary>
static class Limited
{
    /// <summary>Runs a step, and answers the lockout as this API does.</summary>
    /// <exception cref="Problem">429 <c>too_many_requests</c> with the seconds to wait.</exception>
    public static async Task<T> Run<T>(Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (OAuthError refusal) when (refusal.RetryAfter is { } seconds)
        {
            throw new Problem(429, "too_many_requests", "Too many attempts. Try again later.") { RetryAfter = seconds };
        }
    }
}
