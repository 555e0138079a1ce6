using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Keys;

/// <summary>
/// Reads and replaces the whole key file. A writer opens <c>{path}.lock</c> exclusively, writes <c>{path}.tmp</c> and renames it, so
/// that a reader never sees half a file, wherever the writer crashes. The operating system releases the lock of a crashed
/// process.
/// </summary>
sealed class KeyFileStore(string path)
{
    const int Version = 2;
    static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);

    static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>The file's content; empty if the file does not exist.</summary>
    /// <exception cref="KeyFileException">The file cannot be read or parsed.</exception>
    public KeyFileContent Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = JsonSerializer.Deserialize<KeyFileContent>(file, JsonOptions)
                ?? throw new JsonException("The file contains null.");
            if (content.Version != Version)
                throw new JsonException($"The file has version {content.Version}; this program supports {Version}.");
            if (content.Tenants.Values.Any(keys => keys is null || keys.Contains(null!)))
                throw new JsonException("A tenant's keys are null.");
            return content with { Tenants = new(content.Tenants, StringComparer.Ordinal) };
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return new KeyFileContent(Version, new(StringComparer.Ordinal));
        }
        catch (JsonException fault)
        {
            throw Fault("is damaged or not a key file", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Fault("cannot be read", fault);
        }
    }

    /// <summary>Replaces the file. Only to be called while holding <see cref="Lock"/>.</summary>
    /// <exception cref="KeyFileException">The file cannot be written; the old one is unchanged.</exception>
    public void Write(KeyFileContent content)
    {
        var draft = path + ".tmp";
        try
        {
            File.Delete(draft); // Left over from a writer that crashed.
            using (var file = new FileStream(draft, Secret(FileMode.CreateNew, FileShare.None)))
            {
                JsonSerializer.Serialize(file, content, JsonOptions);
                file.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Fault("cannot be written", fault);
        }
    }

    /// <summary>Waits until no other writer is active; dispose of the result to release the lock.</summary>
    /// <exception cref="KeyFileException">Another process held the lock for 30 seconds, or the folder cannot be written.</exception>
    public async Task<IDisposable> Lock(CancellationToken cancel)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Fault("cannot be created", fault);
        }

        for (var waited = TimeSpan.Zero; ; waited += LockPause)
        {
            try
            {
                return new FileStream(path + ".lock", Secret(FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException) when (waited < LockPatience)
            {
                await Task.Delay(LockPause, cancel);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw Fault("is locked by another process, or its folder cannot be written", fault);
            }
        }
    }

    /// <summary>An exception that says what is wrong with this file.</summary>
    public KeyFileException Fault(string what, Exception cause) => new(
        $"The key file {Path.GetFullPath(path)} {what}: {cause.Message} The file is left unchanged. Replace it with a good copy; " +
        "or, if every token signed so far may become invalid, delete it and start again.", cause);

    static FileStreamOptions Secret(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}

/// <summary>The file as JSON.</summary>
sealed record KeyFileContent(int Version, Dictionary<string, List<KeyFileEntry>> Tenants);

/// <summary>A key as JSON: the base64 of PKCS #8, or of a MAC key's 32 bytes.</summary>
sealed record KeyFileEntry(string Algorithm, int Number, DateTimeOffset Created, DateTimeOffset SignsFrom, string Key)
{
    public bool Is(KeyRow row) => Algorithm == row.Algorithm && Number == row.Number;
}
