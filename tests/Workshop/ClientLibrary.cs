namespace Latchkey.Workshop;

/// <summary>The client library for apps, clients/js, and the packages that are built as it is.</summary>
static class ClientLibrary
{
    static readonly Lazy<Task> Library = new(() => Build("clients/js"));

    /// <summary>Builds the library, once for all that need it.</summary>
    /// <exception cref="Failure">The TypeScript compiler refused it.</exception>
    public static Task Ensure() => Library.Value;

    /// <summary>Installs what a package is built with, and builds it, unless that was done since its sources changed.</summary>
    /// <exception cref="Failure">The TypeScript compiler refused it.</exception>
    public static async Task Build(string folder)
    {
        await Shell.NpmInstall(folder);
        var built = new FileInfo(Path.Combine(folder, "dist", "index.js"));
        string[] sources = [.. Directory.GetFiles(Path.Combine(folder, "src"), "*.ts", SearchOption.AllDirectories),
            Path.Combine(folder, "package.json"), Path.Combine(folder, "tsconfig.json")];
        if (built.Exists && sources.All(file => File.GetLastWriteTimeUtc(file) <= built.LastWriteTimeUtc))
            return;
        await Shell.Step($"Building {folder}", () => Shell.Must(Shell.Npm, "run", "build", "--prefix", folder));
    }
}
