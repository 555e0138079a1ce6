
namespace Latchkey.Tests;

/// <summary>Waits for what happens in the background, ten seconds at most.</summary>
internal static class Eventually
{
    public static Task True(Func<bool> condition) => True(() => Task.FromResult(condition()));

    public static async Task True(Func<Task<bool>> condition)
    {
        for (var tries = 0; tries < 500 && !await condition(); tries++) await Task.Delay(20);
        Assert.True(await condition());
    }
}
