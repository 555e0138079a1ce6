
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

    /// <summary>Deletes a folder in which the host that has stopped may be writing its last mail.</summary>
    public static Task Gone(string folder) => True(() =>
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    });
}
