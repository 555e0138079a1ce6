namespace Latchkey.Workshop;

/// <summary>The client library for apps, clients/js.</summary>
static class ClientLibrary
{
    const string Folder = "clients/js";

    /// <summary>Installs what it is built with, and builds it, unless that was done since its sources changed.</summary>
    /// <exception cref="Failure">The TypeScript compiler refused it.</exception>
    public static async Task Ensure()
    {
        await Shell.NpmInstall(Folder);
        var built = new FileInfo(Path.Combine(Folder, "dist", "index.js"));
        string[] sources = [.. Directory.GetFiles(Path.Combine(Folder, "src"), "*.ts", SearchOption.AllDirectories),
            Path.Combine(Folder, "package.json"), Path.Combine(Folder, "tsconfig.json")];
        if (built.Exists && sources.All(file => File.GetLastWriteTimeUtc(file) <= built.LastWriteTimeUtc))
            return;
        await Shell.Step($"Building {Folder}", () => Shell.Must(Shell.Npm, "run", "build", "--prefix", Folder));
    }
}
