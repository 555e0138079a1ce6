namespace Latchkey.Tests.Files;

/// <summary>Tests on a host of their own, whose line to storage can be cut.</summary>
public abstract class OnCuttableStorage : IAsyncLifetime
{
    private protected CuttableStorage storage = null!;
    private protected TestHost host = null!;

    public async Task InitializeAsync()
    {
        storage = await CuttableStorage.Start();
        host = await storage.Host(Settings);
        await Prepare();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        storage.Dispose();
    }

    /// <summary>What else the host is to be started with.</summary>
    private protected virtual Dictionary<string, string?> Settings => [];

    /// <summary>With what each test begins.</summary>
    private protected virtual Task Prepare() => Task.CompletedTask;
}
