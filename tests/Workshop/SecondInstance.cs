using System.Text.Json;

namespace Latchkey.Workshop;

/// <summary>
/// <c>up</c> beside the service of the other tests, as for a phone in the network and with an origin of its own. It starts with the data of
/// nobody, holds them while it runs, and leaves none.
/// </summary>
sealed class SecondInstance : IAsyncDisposable
{
    /// <summary>What is tested of it over HTTP and in a browser.</summary>
    public const string Test = "up.test.js";

    const string App = "http://localhost:6006";

    readonly UpOptions options;
    readonly LocalData data;
    readonly Up.Running running;

    SecondInstance(UpOptions options, LocalData data, Up.Running running) =>
        (this.options, this.data, this.running) = (options, data, running);

    /// <summary>What the test must know.</summary>
    public (string, string)[] Environment =>
    [
        ("LATCHKEY_UP", JsonSerializer.Serialize(new
        {
            origin = options.Instance.Origin,
            uploads = options.Instance.UploadOrigin,
            options = options.Instance.Options,
            app = App,
            log = Path.GetFullPath(running.Log.Path),
        })),
    ];

    public static async Task<SecondInstance> Start()
    {
        var port = Enumerable.Range(0, 100).Select(_ => Ports.Free(1)[0])
            .First(free => free < 65530 && Enumerable.Range(free, 6).All(one => !Ports.IsBusy(one)));
        string[] args = ["--port", $"{port}", "--origin", App];
        var options = UpOptions.Parse([.. args, "--host", HasNetwork() ? "auto" : "127.0.0.1"]);
        var data = LocalData.Open(options.Instance);
        Up.Running? running = null;
        try
        {
            await data.Reset();
            running = await Up.Start(options, () => Task.CompletedTask);
            await MustFail("runs already", () =>
            {
                LocalData.Open(options.Instance).Dispose();
                return Task.CompletedTask;
            });
            await MustFail("Nothing was deleted", data.Reset);
            Console.WriteLine(Welcome.Text(options, startedAzurite: true));
            return new(options, data, running);
        }
        catch
        {
            if (running is not null) await running.DisposeAsync();
            data.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await running.DisposeAsync();
        await data.Reset();
        var kept = Directory.GetDirectories(options.Instance.Folder);
        data.Dispose();
        if (kept.Length > 0) throw new Failure($"--reset has left {string.Join(", ", kept)}.");
        Directory.Delete(options.Instance.Folder, recursive: true);
    }

    static bool HasNetwork()
    {
        try
        {
            return Instance.Take(["--host", "auto"]).Named is not null;
        }
        catch (Failure)
        {
            return false;
        }
    }

    static async Task MustFail(string why, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Failure failure) when (failure.Message.Contains(why, StringComparison.Ordinal))
        {
            return;
        }
        throw new Failure($"What should have failed with \"{why}\" did not.");
    }
}
