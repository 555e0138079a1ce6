namespace Latchkey.Workshop;

/// <summary><c>dev.cs bench</c>: builds in Release what is measured and what measures, and runs it (tests/Bench).</summary>
static class Benchmarks
{
    const string Peers = "tests/Bench/peers";

    /// <param name="options">As tests/Bench reads them.</param>
    /// <returns>0 if every row has its figures.</returns>
    public static async Task<int> Run(string[] options)
    {
        await Up.CheckTools();
        if (options is not ["pure", ..])
        {
            await Shell.NpmInstall(Azurite.Folder);
            await InstallPeers();
        }
        await Feed.Restore();
        // The bench's project is not in the solution, hence it is restored here.
        await Shell.Step("Building in Release", async () =>
        {
            await Shell.Must("dotnet", "build", "tests/WorkerHost", "--no-restore", "-c", "Release", "-p:Analyze=false");
            await Shell.Must("dotnet", "build", "tests/Bench", "-c", "Release", "-p:Analyze=false");
        });
        await using var bench = new Child(Console.WriteLine, "dotnet", ["tests/Bench/bin/Release/net10.0/Bench.dll", .. options]);
        return await bench.Exit;
    }

    // The figures of Latchkey are worth having without them.
    static async Task InstallPeers()
    {
        try
        {
            await Shell.NpmInstall(Peers);
        }
        catch (Failure failure)
        {
            Console.WriteLine($"What comes from npm is left out: {failure.Message}");
        }
    }
}
