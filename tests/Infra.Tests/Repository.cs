using System.Runtime.CompilerServices;
using Latchkey.Infra.Tests.Checks;

namespace Latchkey.Infra.Tests;

/// <summary>The files of this repository, found from where this file was compiled.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    /// <summary>Every template and parameter file in infra/, relative to the root.</summary>
    public static IEnumerable<string> Templates(string extension) => Directory
        .EnumerateFiles(Path.Combine(Root, "infra"), "*." + extension, SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>The text of a file, or null when there is none.</summary>
    public static string? Read(string path) => Path.Combine(Root, path) is var full && File.Exists(full) ? File.ReadAllText(full) : null;

    /// <summary>The faults of a template and of all that it uses.</summary>
    public static IReadOnlyList<Fault> Check(string path) => TemplateCheck.Check(path, Read);

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
