using System.Text;

namespace Latchkey.Files;

/// <summary>
/// The paths of files in an archive. None leads out of the folder into which the archive is unpacked, on any system, and no two of them are
/// the same, whatever a system thinks of upper and lower case. Accents are written in one way (<see cref="FileName"/>).
/// </summary>
sealed class ArchiveNames
{
    static readonly HashSet<string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2", "LPT3", "LPT4",
        "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³", "CONIN$", "CONOUT$",
    };

    /// <summary>The most bytes of all paths together: a program that makes an archive holds them in memory.</summary>
    public const int MaxBytes = 16 << 20;

    // Every path, with the number that the next one of this name gets.
    readonly Dictionary<string, int> used = new(StringComparer.OrdinalIgnoreCase);
    int bytes;

    /// <summary>The path of a folder, with a slash at its end.</summary>
    /// <param name="parent">Its parent's path, or empty.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="Http.Problem">413 <c>archive_too_large</c></exception>
    public string Folder(string parent, string name) => Unique(parent, Safe(name), "") + "/";

    /// <summary>The path of a file.</summary>
    /// <param name="parent">Its folder's path, or empty.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="Http.Problem">413 <c>archive_too_large</c></exception>
    public string File(string parent, string name)
    {
        var safe = Safe(name);
        var dot = safe.LastIndexOf('.');
        return dot <= 0 ? Unique(parent, safe, "") : Unique(parent, safe[..dot], safe[dot..]);
    }

    string Unique(string parent, string name, string extension)
    {
        var plain = $"{parent}{name}{extension}";
        var path = plain;
        while (!used.TryAdd(path, 2)) path = FormattableString.Invariant($"{parent}{name} ({used[plain]++}){extension}");
        bytes += Encoding.UTF8.GetByteCount(path);
        return bytes <= MaxBytes ? path : throw ArchiveLimits.TooLarge("bytes of paths", MaxBytes);
    }

    // What separates folders or drives on some system, or means something else than a name there.
    static string Safe(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsControl(c) || "/\\:*?\"<>|".Contains(c) ? '_' : c)).TrimEnd('.', ' ');
        return safe.Length == 0 ? "_" : Devices.Contains(safe.Split('.')[0].TrimEnd()) ? "_" + safe : safe;
    }
}
