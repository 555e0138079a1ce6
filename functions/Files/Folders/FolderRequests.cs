using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>A folder, by its path in a space.</summary>
/// <param name="Path">The names from the root down, joined by <c>/</c>.</param>
/// <param name="Name">The last of them.</param>
/// <param name="Space">The space.</param>
public sealed record FolderResponse(string Path, string Name, string Space);

/// <summary>Reads what requests say of folders.</summary>
static class FolderPath
{
    /// <summary>A folder that is not the root.</summary>
    /// <exception cref="Problem">400 <c>invalid_folder</c>.</exception>
    public static string Read(string? path) => FileName.ReadFolder(path) is { Length: > 0 } read ? read
        : throw Problem.BadRequest("invalid_folder", "Invalid folder: it is the root. Name a folder in it.");

    /// <summary>The folder of this name in another one, which may be the root.</summary>
    /// <exception cref="Problem">400 <c>invalid_name</c>, <c>invalid_folder</c>.</exception>
    public static string Join(string parent, string name)
    {
        var read = FileName.Read(name);
        return FileName.ReadFolder(parent.Length == 0 ? read : $"{parent}/{read}");
    }

    /// <summary>The name of a folder.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
