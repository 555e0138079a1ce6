namespace Latchkey.Tests;

/// <summary>One host for the tests of a class that change nothing that the others would see.</summary>
public sealed class DemoHost : IAsyncLifetime
{
    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await TestHost.Start();

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
