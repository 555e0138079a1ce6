namespace Latchkey.Files;

/// <summary>
/// The paths of files in an archive. None leads out of the folder into which the archive is unpacked, on any system, and no two of them are
/// the same, whatever a system thinks of upper and lower case.
/// </summary>
sealed class ArchiveNames
{
    static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2", "LPT3", "LPT4",
        "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    readonly HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The path of a folder, with a slash at its end.</summary>
    /// <param name="parent">Its parent's path, or empty.</param>
    /// <param name="name">Its name.</param>
    public string Folder(string parent, string name) => Unique(parent, Safe(name), "") + "/";

    /// <summary>The path of a file.</summary>
    /// <param name="parent">Its folder's path, or empty.</param>
    /// <param name="name">Its name.</param>
    public string File(string parent, string name)
    {
        var safe = Safe(name);
        var dot = safe.LastIndexOf('.');
        return dot <= 0 ? Unique(parent, safe, "") : Unique(parent, safe[..dot], safe[dot..]);
    }

    string Unique(string parent, string name, string extension)
    {
        var path = $"{parent}{name}{extension}";
        for (var n = 2; !used.Add(path); n++) path = FormattableString.Invariant($"{parent}{name} ({n}){extension}");
        return path;
    }

    // What separates folders or drives on some system, or means something else than a name there.
    static string Safe(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsControl(c) || "/\\:*?\"<>|".Contains(c) ? '_' : c)).TrimEnd('.', ' ');
        return safe.Length == 0 ? "_" : Devices.Contains(safe.Split('.')[0].TrimEnd()) ? "_" + safe : safe;
    }
}
